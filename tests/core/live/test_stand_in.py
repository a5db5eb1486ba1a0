"""A picture that stands while a delay grows: what a decoder sees of it, and what is heard meanwhile."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

import av
import pytest

from ionia.core.codec.codec import AAC, H264, OPUS
from ionia.core.live.delay_line import DelayLine
from ionia.core.live.silence import SILENT_FRAME
from ionia.core.live.stand_in import StandIn
from ionia.core.media import AUDIO, VIDEO, AudioTrack, EncodedPacket, MediaHeader, TrackId, TrackKind, VideoTrack
from ionia.core.timebase import NS_PER_S, frame_start_ns, samples_at_frame
from tests.fakes.encoded_clip import encoded_clip, luma_of
from tests.fakes.idr_number import idr_number

SECOND = TrackId(kind=TrackKind.AUDIO, index=1)


def decoded(header: MediaHeader, packets: Sequence[EncodedPacket]) -> list[float]:
    """The mean luma of each picture."""
    codec = av.CodecContext.create("h264", "r")
    codec.extradata = header.video.extradata
    pictures = [frame for one in packets for frame in codec.decode(av.Packet(one.data))]
    return [float(frame.to_ndarray()[: frame.height].mean()) for frame in [*pictures, *codec.decode(None)]]


def test_a_decoder_shows_the_keyframe_and_goes_on_behind_it_as_if_nothing_had_been() -> None:
    clip = encoded_clip()
    video = [packet for packet in clip.live if packet.track == VIDEO]
    at = next(index for index, packet in enumerate(video) if packet.keyframe and index)
    stand_in = StandIn(clip.header, video[at], {})
    standing = [packet for _ in range(100) for packet in stand_in.next() if packet.track == VIDEO]
    moved = [replace(packet, pts=packet.pts + 100, dts=packet.dts + 100) for packet in video[at:]]
    assert [packet.dts for packet in standing] == list(range(at, at + 100))
    fps = clip.header.video.fps
    assert [index for index, packet in enumerate(standing) if packet.keyframe] == list(range(0, 100, round(2 * fps)))
    assert all(len(packet.data) < 200 for packet in standing if not packet.keyframe)
    shown = decoded(clip.header, [*video[:at], *standing, *moved])
    meant = [luma_of(index) for index in (*range(at), *[at] * 100, *range(at, len(video)))]
    assert shown == pytest.approx(meant, abs=4)


def test_each_sound_is_silent_from_where_it_was_to_where_it_goes_on() -> None:
    clip = encoded_clip()
    keyframe = next(packet for packet in clip.live if packet.track == VIDEO)
    sounds = (
        AudioTrack(codec=AAC, extradata=b"", bitrate=1),
        AudioTrack(id=SECOND, codec=OPUS, extradata=b"", bitrate=1),
    )
    header = MediaHeader(tracks=(clip.header.video, *sounds))
    heard = samples_at_frame(clip.header.video.fps, 50) + 500
    stand_in = StandIn(header, replace(keyframe, pts=50, dts=50), {AUDIO: heard})
    assert stand_in.next()[-1].keyframe
    silence: dict[TrackId, list[EncodedPacket]] = {AUDIO: [], SECOND: []}
    frames = [stand_in.next() for _ in range(24)]
    for packets in (*frames, stand_in.silence_before(75)):
        for packet in packets:
            if packet.track != VIDEO:
                silence[packet.track].append(packet)
    begin, end = (samples_at_frame(clip.header.video.fps, frame) for frame in (50, 75))
    assert [packet.dts for packet in silence[AUDIO]] == list(range(begin + 500, end, 1024))
    assert [packet.dts for packet in silence[SECOND]] == list(range(begin, end, 960))
    assert {packet.data for packet in silence[AUDIO]} == {SILENT_FRAME}
    assert {packet.duration for packet in silence[SECOND]} == {960}


def test_a_stream_that_no_picture_can_be_written_for_repeats_its_keyframe() -> None:
    header = MediaHeader(tracks=(VideoTrack(codec=H264, extradata=b"", bitrate=1, width=64, height=64, fps=10),))
    keyframe = EncodedPacket(track=VIDEO, pts=7, dts=7, duration=1, keyframe=True, data=b"\0\0\0\1\x65rest")
    stand_in = StandIn(header, keyframe, {})
    assert [[packet.dts for packet in stand_in.next()] for _ in range(12)] == [[7], *[[]] * 9, [17], []]


def test_where_no_encoder_rests_the_keyframe_is_a_picture_of_its_own_each_time() -> None:
    """Hardware's, and libx264's where resting is switched off, since some decoder refuses what isn't the encoder's."""
    clip = encoded_clip()
    video = [packet for packet in clip.live if packet.track == VIDEO]
    at = next(index for index, packet in enumerate(video) if packet.keyframe and index)
    header = clip.header.with_track(replace(clip.header.video, rests=False))
    stand_in = StandIn(header, video[at], {})
    standing = [packet for _ in range(100) for packet in stand_in.next() if packet.track == VIDEO]
    extradata = header.video.extradata
    offsets = [idr_number(extradata, one.data) - idr_number(extradata, video[at].data) for one in standing]
    assert offsets == [0x8000, 0x8001, 0x8000, 0x8001]
    shown = decoded(clip.header, [*video[:at], *standing, *video[at:]])
    meant = [luma_of(index) for index in (*range(at), *[at] * 4, *range(at, len(video)))]
    assert shown == pytest.approx(meant, abs=4)


def test_one_that_grows_further_while_it_stands_goes_on_with_the_other_form() -> None:
    clip = encoded_clip()
    video = clip.header.video
    pictures = [packet for packet in clip.live if packet.track == VIDEO]
    line = DelayLine(fps=video.fps, stand_in=partial(StandIn, clip.header.with_track(replace(video, rests=False))))
    out = list[EncodedPacket]()
    for index, packet in enumerate(pictures[:100]):
        if index in (20, 70):
            line.set(3 if index == 20 else 5)
        line.push([packet], frame_start_ns(0, video.fps, index))
        out += line.take(frame_start_ns(0, video.fps, index))
    out += line.take(frame_start_ns(0, video.fps, 60) + 5 * NS_PER_S)
    keyframes = [packet for packet in out if packet.track == VIDEO and packet.keyframe]
    second = round(video.fps)
    assert [packet.dts for packet in keyframes] == [0, *range(60, 60 + 5 * second + 1, second)]
    assert all(one.data != other.data for one, other in pairwise(keyframes))


def test_the_keyframe_itself_does_not_follow_on_one_of_its_number() -> None:
    """A delay that grows by a frame more than two seconds ends with a keyframe that stands in, and goes on with it."""
    clip = encoded_clip()
    video = [packet for packet in clip.live if packet.track == VIDEO]
    keyframe = next(packet for packet in video if packet.keyframe)
    stand_in = StandIn(clip.header, keyframe, {})
    frames = round(2 * clip.header.video.fps) + 1
    standing = [packet for _ in range(frames) for packet in stand_in.next() if packet.track == VIDEO]
    extradata = clip.header.video.extradata
    number = idr_number(extradata, keyframe.data)
    numbers = [idr_number(extradata, packet.data) for packet in standing if packet.keyframe]
    assert standing[-1].keyframe
    assert numbers == [number + 0x8000, number + 0x8001]
