"""libx264 resting: what comes out is decoded by libav, picture by picture."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import av
import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.codec.codec import H264
from ionia.core.codec.h264 import NAL_FILLER, nal_type, nal_units
from ionia.core.media import EncodedPacket, VideoFrame
from ionia.core.settings import EncoderChoice, VideoEncodeSettings
from ionia.core.video.quality import STILL_INTERVALS, ConstantQuality, named
from ionia.media.encoder_probe import open_video_encoder
from ionia.media.encoder_specs import X264
from ionia.media.still_encoder import StillVideoEncoder
from ionia.media.video_encoder import LibavVideoEncoder
from tests.fakes.pictures import yuv

FPS = 30
RATE = 600_000
SHARE = RATE / 8 / FPS

Decoded = list[npt.NDArray[np.uint8]]


def _settings(interval: float = 2.0, quality: ConstantQuality | None = None) -> VideoEncodeSettings:
    return VideoEncodeSettings(
        fps=FPS,
        video_bitrate=RATE,
        encoder=EncoderChoice.X264,
        keyframe_interval_seconds=interval,
        quality=quality,
    )


def _picture(seed: int, width: int = 320, height: int = 176) -> VideoFrame:
    pixels = np.full((height, width, 4), 40, np.uint8)
    for x, y, colour in np.random.default_rng(seed).integers(0, 160, (12, 3)):
        pixels[y : y + 16, x : x + 60] = colour
    return VideoFrame(captured_ns=0, pixels=pixels)


class _Spy(LibavVideoEncoder):
    """Remembers what the encoder itself gave."""

    own: list[EncodedPacket]

    def _encode(self, frame: av.VideoFrame, index: int, keyframe: bool) -> list[EncodedPacket]:
        packets = super()._encode(frame, index, keyframe)
        self.own = [*getattr(self, "own", []), *packets]
        return packets


class _Run:
    """An encoder, and everything that came out."""

    def __init__(
        self,
        width: int = 320,
        height: int = 176,
        *,
        interval: float = 2.0,
        quality: ConstantQuality | None = None,
    ) -> None:
        settings = _settings(interval, quality)
        self.inner = _Spy(X264, settings, width, height)
        self.encoder = StillVideoEncoder(self.inner, settings)
        self.packets: list[EncodedPacket] = []

    def show(self, frame: VideoFrame) -> None:
        self.packets += self.encoder.encode(yuv(self.encoder, frame), len(self.packets))

    def repeat(self, count: int = 1, *, keyframe: bool = False) -> None:
        for _ in range(count):
            self.packets += self.encoder.repeat(len(self.packets), keyframe=keyframe)

    def hold(self, count: int) -> None:
        for _ in range(count):
            self.packets += self.encoder.hold(len(self.packets))

    def rest(self) -> None:
        """Repeat until the encoder is left alone."""
        for _ in range(3 * FPS):
            own = len(self.inner.own)
            self.repeat()
            if len(self.inner.own) == own:
                return
        raise AssertionError("it never rested")

    def decoded(self, packets: list[EncodedPacket] | None = None) -> Decoded:
        context = av.CodecContext.create("h264", "r")
        assert isinstance(context, av.VideoCodecContext)
        context.extradata = self.inner.info.extradata
        context.options = {"err_detect": "explode"}
        frames = [frame for each in packets or self.packets for frame in context.decode(av.Packet(each.data))]
        return [frame.to_ndarray().astype(np.uint8) for frame in [*frames, *context.decode(None)]]

    def own_indexes(self) -> set[int]:
        return {packet.pts for packet in self.inner.own}


def _scene(run: _Run) -> None:
    run.show(_picture(1))
    run.rest()
    run.repeat(9)
    run.show(_picture(2))
    run.show(_picture(3))
    run.rest()
    run.repeat(3)
    run.repeat(keyframe=True)
    run.rest()
    run.repeat(25)
    run.show(_picture(4))
    run.repeat(2)
    run.encoder.close()


def _overload(run: _Run) -> None:
    """As a chain does whose encoder is behind: pictures, and whatever lies between them held."""
    for number in range(20):
        run.show(_picture(number))
        run.hold(number % 6)
        if number % 5 == 4:
            run.repeat(2)
    run.encoder.close()


SMALL, SOURCE = named("small"), ConstantQuality(crf=10)
"""One whose stream begins above the QP at which skipping is the probable case, and one far below."""


@pytest.mark.parametrize("scene", [_scene, _overload])
@pytest.mark.parametrize(
    ("size", "quality"),
    [
        ((320, 176), None),
        ((64, 48), None),
        ((1926, 1082), None),
        ((320, 176), SMALL),
        ((320, 176), SOURCE),
        ((64, 48), SOURCE),
    ],
)
def test_it_decodes_and_what_the_encoder_made_looks_as_without_resting(
    size: tuple[int, int], quality: ConstantQuality | None, scene: Callable[[_Run], None]
) -> None:
    run = _Run(*size, quality=quality)
    scene(run)
    shown, alone = run.decoded(), run.decoded(run.inner.own)
    assert len(shown) == len(run.packets)
    assert len(run.inner.own) < len(run.packets) - 30
    of_encoder = iter(alone)
    last: npt.NDArray[np.uint8] | None = None
    for index, picture in enumerate(shown):
        expected = next(of_encoder) if index in run.own_indexes() else last
        assert expected is not None
        assert np.array_equal(picture, expected)
        last = picture


def test_packets_are_those_that_were_asked_for() -> None:
    run = _Run()
    _scene(run)
    assert [packet.pts for packet in run.packets] == list(range(len(run.packets)))
    assert all(packet.dts == packet.pts and packet.duration == 1 for packet in run.packets)
    keyframes = [packet.pts for packet in run.packets if packet.keyframe]
    assert len(keyframes) >= 2
    assert all(later - earlier <= _settings().keyframe_interval for earlier, later in pairwise(keyframes))


def test_the_rate_stays_constant_and_a_file_gets_almost_nothing() -> None:
    run = _Run(interval=20.0)
    run.show(_picture(1))
    run.rest()
    run.packets.clear()
    for index in range(200, 200 + 10 * FPS):
        run.packets += run.encoder.repeat(index)
    sizes = [len(packet.data) for packet in run.packets]
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == RATE // 8 * 10
    for packet in run.packets:
        picture, filler = nal_units(packet.data)
        assert len(picture) < 24
        assert nal_type(filler) == NAL_FILLER


def test_a_held_picture_costs_the_encoder_nothing_until_a_keyframe_is_due() -> None:
    run = _Run(interval=1.0)
    with pytest.raises(RuntimeError, match="no picture"):
        run.hold(1)
    run.show(_picture(1))
    run.hold(2 * FPS)
    assert sorted(run.own_indexes()) == [0, FPS, 2 * FPS]
    assert [packet.pts for packet in run.packets if packet.keyframe] == [0, FPS, 2 * FPS]
    assert len(run.decoded()) == len(run.packets) == 2 * FPS + 1


def test_a_keyframe_comes_when_it_is_due() -> None:
    run = _Run(interval=1.0)
    run.show(_picture(1))
    run.rest()
    run.repeat(2 * FPS)
    keyframes = [packet.pts for packet in run.packets if packet.keyframe]
    assert [later - earlier for earlier, later in pairwise(keyframes)] == [FPS] * (len(keyframes) - 1)
    assert len(keyframes) >= 3


@pytest.mark.parametrize("quality", [SMALL, SOURCE])
def test_with_a_constant_quality_a_still_picture_takes_nothing_and_seldom_a_keyframe(quality: ConstantQuality) -> None:
    run = _Run(interval=1.0, quality=quality)
    run.show(_picture(1))
    run.rest()
    run.repeat(2 * STILL_INTERVALS * FPS)
    keyframes = [packet.pts for packet in run.packets if packet.keyframe]
    assert {later - earlier for earlier, later in pairwise(keyframes)} == {STILL_INTERVALS * FPS}
    resting = [packet for packet in run.packets if packet.pts not in run.own_indexes()]
    assert len(resting) > len(run.packets) * 3 / 4
    assert max(len(packet.data) for packet in resting) < 32
    assert all(len(list(nal_units(packet.data))) == 1 for packet in resting)


def test_pictures_now_and_then_bring_no_keyframe_each() -> None:
    run = _Run(quality=SOURCE)
    for number in range(4):
        run.show(_picture(number))
        run.rest()
        run.repeat(FPS)
    # All is more than two intervals, and few of the frames needed the encoder.
    assert len(run.packets) > 2 * _settings().keyframe_interval > 2 * len(run.inner.own) / 2
    assert [packet.pts for packet in run.packets if packet.keyframe] == [0]
    assert len(run.decoded()) == len(run.packets)


def _new_picture(run: _Run) -> None:
    run.show(_picture(2))


def _new_rate(run: _Run) -> None:
    run.encoder.set_bitrate(RATE // 2)
    run.repeat()


@pytest.mark.parametrize("change", [_new_picture, _new_rate])
def test_it_works_again_at_once(change: Callable[[_Run], None]) -> None:
    run = _Run(interval=20.0)
    run.show(_picture(1))
    run.rest()
    own = len(run.inner.own)
    change(run)
    assert len(run.inner.own) == own + 1
    run.repeat(2)
    assert len(run.inner.own) == own + 3
    assert len(run.decoded()) == len(run.packets)


def test_the_same_rate_once_more_does_not_wake_it() -> None:
    run = _Run(interval=20.0)
    run.show(_picture(1))
    run.rest()
    own = len(run.inner.own)
    run.encoder.set_bitrate(RATE)
    run.repeat(3)
    assert len(run.inner.own) == own


def test_a_picture_that_needs_all_its_bits_is_never_left_alone() -> None:
    run = _Run()
    noise = np.random.default_rng(5).integers(0, 256, (176, 320, 4), np.uint8)
    run.show(VideoFrame(captured_ns=0, pixels=noise))
    run.repeat(3 * FPS)
    assert len(run.inner.own) == len(run.packets)


def test_what_is_left_in_the_encoder_comes_with_flush() -> None:
    run = _Run()
    assert run.encoder.flush() == []
    run.show(_picture(1))
    assert run.encoder.flush() == []
    run.encoder.close()


def test_the_engine_uses_it_for_libx264() -> None:
    encoder, info, _ = open_video_encoder(_settings(), 320, 176)
    assert isinstance(encoder, StillVideoEncoder)
    assert (encoder.codec, info.codec) == ("libx264", H264)
    encoder.close()


@pytest.mark.parametrize("params", ["cabac=0", "ref=3", "bframes=2", "weightp=1", "cqm=jvt", "interlaced=1"])
def test_other_streams_are_refused(params: str) -> None:
    options = {**X264.options(_settings()), "x264-params": params}
    encoder = LibavVideoEncoder(replace(X264, options=lambda _: options), _settings(), 64, 48)
    with pytest.raises(ValueError, match="not a stream with"):
        StillVideoEncoder(encoder, _settings())
