"""Offsets of sound devices survive writing and reading, and nothing else gets in."""

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.offsets import changed, of_input, read_offsets, write_offsets


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


def test_the_same_name_may_be_a_speaker_and_a_microphone() -> None:
    offsets = {"desktop: A": 12.0, "mic: A": -3.0, "mic: B": 1.0}
    assert of_input(offsets, AudioInput.MIC) == {"mic: A": -3.0, "mic: B": 1.0}
