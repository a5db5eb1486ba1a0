"""Pictures that stay on the graphics card, and how a file goes on when they can't."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from ionia.core.codec.encoder_proof import ProofError
from ionia.core.media import ColourMatrix, EncodedPacket, Picture, SurfaceFrame, VideoFrame, YuvPicture
from ionia.core.ports import VideoEncoder
from ionia.core.settings import VideoEncodeSettings
from ionia.core.video.framing import Framing, Region
from ionia.media.encoder_proof import decoded
from ionia.media.encoder_specs import X264
from ionia.media.surface_encoder import SurfaceVideoEncoder, open_read_back, reads_back, told_now
from ionia.media.surface_proof import prove_surfaces
from ionia.media.video_encoder import LibavVideoEncoder
from ionia.threads.clock import MonotonicClock
from tests.fakes.surfaces import SPEC, CardEncoder, MemorySurface, on_card

WIDTH, HEIGHT = 320, 180
SETTINGS = VideoEncodeSettings(fps=30, video_bitrate=2_000_000, keyframe_interval_seconds=1.0)
RED = (0, 0, 220)
CARD, OTHER = object(), object()


def picture(index: int, device: object = CARD) -> MemorySurface:
    """The lower half is red, the upper one a grey that says which it is."""
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[: HEIGHT // 2] = 20 + 6 * index
    pixels[HEIGHT // 2 :, :, :3] = RED
    return MemorySurface(pixels, device)


class Recording:
    """An encoder with one behind it; which pictures it gave, and in which colours."""

    def __init__(self, read_back: str = "same", header: VideoEncodeSettings = SETTINGS, **faults: object) -> None:
        self.opened: list[CardEncoder] = []
        self._header, self._faults = header, faults

        def behind() -> VideoEncoder:
            settings = SETTINGS if read_back == "same" else VideoEncodeSettings(video_bitrate=1_000_000)
            return open_read_back(X264, settings, self.encoder.track)

        first = self._card(picture(0), SETTINGS)
        self.encoder = SurfaceVideoEncoder(first, SETTINGS, partial(self._card, settings=header), behind)
        self.packets: list[EncodedPacket] = []

    def _card(self, sample: MemorySurface, settings: VideoEncodeSettings) -> CardEncoder:
        card = CardEncoder(SPEC, settings, sample, ColourMatrix.BT601, **self._faults)  # type: ignore[arg-type]
        self.opened.append(card)
        return card

    def add(self, index: int, shown: MemorySurface | YuvPicture | None) -> None:
        if shown is None:
            self.packets += self.encoder.repeat(index)
            return
        given = on_card(self.encoder.takes, shown) if isinstance(shown, MemorySurface) else shown
        self.packets += self.encoder.encode(given, index)

    def shown(self) -> list[int]:
        """The number that each picture shows; each has the red that it was given."""
        self.packets += self.encoder.flush()
        self.encoder.close()
        numbers = []
        for frame in decoded(self.encoder.track, self.packets):
            matrix = {1: ColourMatrix.BT709, 5: ColourMatrix.BT601}[int(frame.colorspace)]
            assert matrix is ColourMatrix.BT601
            pixels = frame.to_ndarray(format="bgra", src_colorspace=matrix)
            assert np.abs(pixels[-HEIGHT // 4, :, :3].mean(axis=0) - RED).max() < 12
            numbers.append(round((float(pixels[: HEIGHT // 3, :, 0].mean()) - 20) / 6))
        return numbers


def frame_of(pixels: Picture) -> VideoFrame:
    return VideoFrame(captured_ns=0, pixels=pixels)


@pytest.mark.parametrize(
    ("faults", "kinds"),
    [({}, "ssrs"), ({"fails_at": [2]}, "ssss"), ({"fails_at": [2]}, "ssrs"), ({}, "ssms"), ({}, "sxss")],
    ids=["whole", "lost", "lost in a repeat", "a picture from main memory", "another part"],
)
@pytest.mark.parametrize("read_back", ["same", "other"])
def test_each_picture_is_in_the_file(faults: dict[str, Sequence[int]], kinds: str, read_back: str) -> None:
    recording = Recording(read_back, **faults)
    takes = recording.encoder.takes
    expected = []
    for index, kind in enumerate(kinds):
        surface = picture(index)
        if kind == "r":
            recording.add(index, None)
        elif kind == "m":
            recording.add(index, YuvPicture(format=takes, planes=(), frame=frame_of(surface.read())))
        elif kind == "x":
            part = Framing(region=Region(x=0, y=0, width=WIDTH, height=HEIGHT - 2), fit="stretch")
            frame = SurfaceFrame(captured_ns=0, surface=surface)
            recording.add(index, YuvPicture(format=takes, planes=(), frame=frame, framing=part))
        else:
            recording.add(index, surface)
        expected.append(expected[-1] if kind == "r" else index)
    assert recording.shown() == expected
    assert [packet.pts for packet in recording.packets] == list(range(len(kinds)))
    assert bool(recording.encoder.left) is bool(faults)  # what was only elsewhere comes back to the card
    assert recording.opened[0].closed


def test_a_capture_that_begins_anew_keeps_to_the_card() -> None:
    recording = Recording()
    for index in range(4):
        recording.add(index, picture(index, CARD if index < 2 else OTHER))
    assert recording.shown() == [0, 1, 2, 3]
    assert [packet.pts for packet in recording.packets if packet.keyframe] == [0, 2]
    assert (recording.encoder.left, len(recording.opened)) == ("", 2)


def test_another_header_of_the_new_one_is_read_back() -> None:
    recording = Recording(header=VideoEncodeSettings(fps=60, video_bitrate=9_000_000))
    for index in range(4):
        recording.add(index, picture(index, CARD if index < 2 else OTHER))
    assert recording.shown() == [0, 1, 2, 3]
    assert "header" in recording.encoder.left


@pytest.mark.parametrize("read_back", ["same", "other"])
def test_a_locked_screen_is_shown_from_main_memory_and_the_card_goes_on_afterwards(read_back: str) -> None:
    recording = Recording(read_back)
    encoder, takes = recording.encoder, recording.encoder.takes
    told: list[str] = []
    for index in range(9):
        shown = picture(index, CARD if index < 3 else OTHER)
        if 3 <= index < 6:
            recording.add(index, YuvPicture(format=takes, planes=(), frame=frame_of(shown.read())))
        else:
            recording.add(index, None if index == 7 else shown)
        if (now := told_now(encoder)) is not None:
            told.append(f"{index} {now[0]}")
        assert reads_back(encoder) is (3 <= index < 6)
    assert told == ["3 gpu_fallback", "6 gpu_recovered"]
    assert recording.shown() == [0, 1, 2, 3, 4, 5, 6, 6, 8]
    assert [packet.pts for packet in recording.packets] == list(range(9))
    assert {0, 3, 6} <= {packet.pts for packet in recording.packets if packet.keyframe}


def test_a_card_that_would_go_on_with_another_header_is_not_gone_back_to() -> None:
    recording = Recording(header=VideoEncodeSettings(fps=60, video_bitrate=9_000_000))
    for index in range(4):
        shown = picture(index, OTHER)
        memory = YuvPicture(format=recording.encoder.takes, planes=(), frame=frame_of(shown.read()))
        recording.add(index, memory if index == 1 else shown)
    assert recording.shown() == [0, 1, 2, 3]
    assert "not on the graphics adapter" in recording.encoder.left
    assert len(recording.opened) == 2  # tried once


def test_silence_is_a_loss() -> None:
    recording = Recording(silent_from=2)
    for index in range(40):
        recording.add(index, picture(index % 30))
    assert "no packets" in recording.encoder.left
    times = [packet.pts for packet in recording.packets]
    assert (times[:2], times[-1]) == ([0, 1], 39)
    assert all(later > earlier for earlier, later in pairwise(times))


def test_a_surface_that_is_lost_is_black_and_the_file_goes_on() -> None:
    recording = Recording()
    lost = picture(1)
    lost.lost = True
    for index, surface in enumerate((picture(0), lost, picture(2))):
        recording.add(index, surface)
    recording.encoder.close()
    assert [packet.pts for packet in recording.packets] == [0, 1, 2]
    assert "lost" in recording.encoder.left


@pytest.mark.parametrize("converts", ColourMatrix)
def test_the_proof_finds_which_colours_the_card_makes(converts: ColourMatrix) -> None:
    surface = picture(0)
    proof = prove_surfaces(
        lambda settings, matrix: CardEncoder(SPEC, settings, surface, matrix, converts=converts),
        surface, surface.write, MonotonicClock(), most_ms=1e9,
    )  # fmt: skip
    assert proof.matrix is converts
    assert "dB" in proof.figures


@pytest.mark.parametrize(
    ("write", "most_ms", "words"),
    [
        (lambda surface, pixels: surface.write(pixels[:, :, [2, 1, 0, 3]]), 1e9, "colours within"),
        (lambda surface, pixels: surface.write(pixels[::-1]), 1e9, "another order"),
        (lambda surface, pixels: surface.write(pixels), 0.0, "ms for a picture"),
        (lambda surface, pixels: None, 1e9, "another order"),
    ],
    ids=["red and blue", "upside down", "slow", "the first for ever"],
)
def test_the_proof_refuses(write: object, most_ms: float, words: str) -> None:
    surface = picture(0)
    with pytest.raises(ProofError, match=words):
        prove_surfaces(
            lambda settings, matrix: CardEncoder(SPEC, settings, surface, matrix),
            surface, partial(write, surface), MonotonicClock(), most_ms=most_ms,
        )  # fmt: skip


def test_an_encoder_of_surfaces_refuses_others() -> None:
    with pytest.raises((ValueError, OSError)):
        LibavVideoEncoder(SPEC, SETTINGS, WIDTH, HEIGHT, sample=picture(0))


def test_another_one_goes_on_where_the_driver_does_not_answer() -> None:
    """It touches nothing of the first, whose call is still under way."""
    recording = Recording()
    for index in range(4):
        recording.add(index, picture(index))
    stuck, held = recording.encoder, picture(4)
    with held.lock:  # as an encoder has it that does not return
        recording.encoder = stuck.successor()
        recording.add(4, held)
        recording.add(5, None)
        recording.add(6, picture(6))
    assert (recording.encoder.left, recording.encoder.codec) == ("its driver does not answer", "libx264")
    assert (stuck.left, stuck.codec, recording.opened[0].closed) == ("", SPEC.name, False)
    assert recording.encoder.takes == stuck.takes
    assert recording.shown() == [0, 1, 2, 3, 4, 4, 6]
