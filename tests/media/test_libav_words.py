"""libav is heard while one thing is tried, and at no other time."""

import logging
import threading

import av
import av.logging
import pytest

from ionia.media.libav_words import words_of


def open_x264(preset: str) -> None:
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = 64, 64, "yuv420p"
    context.options = {"preset": preset}
    context.open()


def test_what_was_said_while_something_failed() -> None:
    assert words_of(lambda: open_x264("nope")) == ("Error setting preset/tune nope/(null).",)
    assert av.logging.get_level() is None


def test_nothing_is_said_of_what_works() -> None:
    assert words_of(lambda: open_x264("veryfast")) == ()


def test_other_threads_words_are_not_taken_for_ours_and_run_no_python(caplog: pytest.LogCaptureFixture) -> None:
    def attempt() -> None:
        other = threading.Thread(target=av.logging.log, args=(av.logging.ERROR, "other", "from elsewhere"))
        other.start()
        other.join()
        av.logging.log(av.logging.WARNING, "mine", "line\nbreak\n")

    with caplog.at_level(logging.DEBUG):
        assert words_of(attempt) == ("line\\nbreak",)
    assert caplog.records == []


def test_a_mistake_of_ours_is_no_word_of_libavs() -> None:
    def attempt() -> None:
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError):
        words_of(attempt)
    assert av.logging.get_level() is None
