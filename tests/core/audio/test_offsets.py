"""Offsets of sound devices survive writing and reading, and nothing else gets in."""

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.offsets import changed, needed_latency_ns, read_offsets, write_offsets


def test_what_is_written_is_read() -> None:
    offsets = changed({}, AudioInput.DESKTOP, "Lautsprecher", -42.04)
    assert offsets == {"desktop: Lautsprecher": -42.0}
    assert read_offsets(write_offsets(offsets)) == offsets


@pytest.mark.parametrize("nothing", [None, 0.0])
def test_one_is_forgotten_and_the_others_stay(nothing: float | None) -> None:
    offsets = changed({"mic: A": 5.0}, AudioInput.DESKTOP, "B", 7.0)
    assert changed(offsets, AudioInput.DESKTOP, "B", nothing) == {"mic: A": 5.0}


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"desktop: A": "much"}', '{"desktop: A": true}', '{"a": 1e9}'])
def test_a_damaged_file_corrects_nothing(text: str) -> None:
    assert read_offsets(text) == {}


def test_what_is_no_offset_is_left_out() -> None:
    assert read_offsets('{"desktop: A": 12, "desktop: B": NaN, "desktop: C": null}') == {"desktop: A": 12.0}


@pytest.mark.parametrize(
    ("asked", "remembered", "latency_ns"),
    [
        (None, {}, 0),
        (None, {"desktop: A": 30.0}, 0),
        (None, {"desktop: A": 30.0, "mic: B": -25.0}, 25_000_000),
        (-40.0, {"mic: B": -25.0}, 40_000_000),
        (40.0, {"mic: B": -25.0}, 0),
    ],
)
def test_sound_that_is_moved_earlier_is_waited_for(
    asked: float | None, remembered: dict[str, float], latency_ns: int
) -> None:
    assert needed_latency_ns(asked, remembered) == latency_ns
