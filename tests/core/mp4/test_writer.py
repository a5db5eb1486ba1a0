"""The writer's bytes, read back with a reader of a few lines: times, offsets and edit lists to the unit."""

import struct
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.codec import NO_PICTURE
from ionia.core.errors import IoniaError
from ionia.core.frame_rate import FrameRate
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader, TrackId, TrackKind, VideoTrack
from ionia.core.mp4.tags import FileTags
from ionia.core.mp4.writer import Mp4Writer, index_room, movie_timescale, video_timescale
from tests.core.mp4.test_boxes import HEADER, child
from tests.fakes.examples import examples
from tests.fakes.reordered import reordered
from tests.fakes.written_mp4 import (
    CONTAINERS,
    Recording,
    audio,
    edits,
    extend,
    finished,
    samples,
    steady,
    table,
    tracks,
    video,
    walk,
    written,
)

SILENT = HEADER.only(VIDEO)


def test_a_finished_file_is_an_ordinary_movie() -> None:
    packets = steady(100)
    data = finished(Recording(HEADER), packets)
    top = [kind for kind, _, _ in walk(data) if kind in (b"ftyp", b"mdat", b"free", b"moov", b"moof")]
    assert top[:3] == [b"ftyp", b"mdat", b"moov"]
    picture, sound = tracks(data)
    assert [time for time, _ in samples(data, picture)] == [512 * index for index in range(100)]
    assert [s[-5:-1] for _, s in samples(data, picture)] == [index.to_bytes(4, "big") for index in range(100)]
    assert table(picture, b"stss")[1:] == [1, 61]
    ticks = [p.pts for p in packets if p.track == AUDIO]
    assert [(t - 1024, s) for t, s in samples(data, sound)] == [(pts, audio(pts).data) for pts in ticks]
    assert edits(picture) == [(160_000, 0)]
    assert edits(sound) == [(ticks[-1] + 1024, 1024)]
    assert b"stss" not in sound


def test_reordered_pictures_say_when_they_are_shown_and_the_first_is_shown_at_0() -> None:
    header = SILENT.with_track(replace(SILENT.video, reordered=True))
    given = reordered(range(60, 100), keys=(90,), b_frames=2).packets
    packets = [replace(packet, data=video(packet.pts, keyframe=packet.keyframe).data) for packet in given]
    writer = Recording(header)
    head = bytes(written(writer, packets))
    (picture,) = tracks(head)
    assert edits(picture) == [(0, 512)]  # to the end, from its first picture on
    data = finished(Recording(header), packets)
    (picture,) = tracks(data)
    assert edits(picture) == [(40 * 1600, 512)]
    shifts = struct.unpack(">40I", b"".join(struct.pack(f">{n}I", *[at] * n) for n, at in pairs(picture, b"ctts")))
    shown = [time + shift - 512 for (time, _), shift in zip(samples(data, picture), shifts, strict=True)]
    assert shown == [512 * (packet.pts - 60) for packet in packets]
    assert table(picture, b"stss")[1:] == [1, 31]


def pairs(track: bytes, kind: bytes) -> list[tuple[int, int]]:
    _, *values = table(track, kind)
    return list(zip(values[::2], values[1::2], strict=True))


def test_while_recording_it_is_fragments() -> None:
    writer = Recording(HEADER)
    assert not writer.started
    data = bytes(written(writer, steady(40)))
    assert writer.started
    assert writer.duration_seconds == 1.0
    assert [kind for kind, _, _ in walk(data) if kind not in CONTAINERS][:2] == [b"ftyp", b"free"]
    decode_times = [struct.unpack(">Q", payload[4:])[0] for kind, _, payload in walk(data) if kind == b"tfdt"]
    assert decode_times[0::2] == [0, 15 * 512]
    assert edits(tracks(data)[1]) == [(0, 1024)]
    moofs = [(position, payload) for kind, position, payload in walk(data) if kind == b"moof"]
    for position, moof in moofs:
        first = struct.unpack(">i", moof[moof.index(b"trun") + 12 :][:4])[0]
        assert data[position + first + 4] in (0x41, 0x65)


def test_a_recording_that_begins_later_starts_at_its_keyframe() -> None:
    early = [audio(50 * 1024)]
    packets = steady(60, first=37)
    data = finished(Recording(HEADER), early + packets)
    picture, sound = tracks(data)
    assert samples(data, picture)[0][1][-5:-1] == (37).to_bytes(4, "big")
    # The keyframe is at sample 59200: packet 57 sounds there, 56 prepares the decoder, 55 is left out.
    assert samples(data, sound)[0] == (0, audio(56 * 1024).data)
    assert edits(sound)[0][1] == 59_200 - 56 * 1024


def test_sound_that_begins_late_is_preceded_by_nothing() -> None:
    packets = [video(index, keyframe=index == 0) for index in range(40)]
    packets[10:10] = [audio(12_000)]
    data = finished(Recording(HEADER), packets)
    sound = tracks(data)[1]
    assert edits(sound) == [(12_000, -1), (1024, 0)]
    assert samples(data, sound) == [(0, audio(12_000).data)]


def test_the_first_fragment_waits_a_second_for_sound_and_no_longer() -> None:
    writer = Recording(HEADER)
    frames = [video(index, keyframe=index == 0) for index in range(45)]
    out = written(writer, frames[:29])
    assert not out
    out = written(writer, frames[29:], out)
    assert writer.duration_seconds == 1.5
    # Sound from before the time that the header gave away can't be placed any more.
    data = finished_rest(out, writer, [audio(-1024), audio(48_000)])
    assert edits(tracks(data)[1]) == [(48_000, -1), (1024, 0)]


def test_a_fragment_has_as_many_packets_of_each_sound_unless_one_stays_away() -> None:
    second = replace(HEADER.sounds[0], id=TrackId(kind=TrackKind.AUDIO, index=1), name="mic")
    writer = Recording(MediaHeader(tracks=(*HEADER.tracks, second)))
    runs, due_at = [], []
    for packet in steady(90):
        if packet.track == AUDIO and packet.pts < 48_000:
            writer.add(packet)
            assert not writer.due
            writer.add(replace(packet, track=second.id))
        else:
            writer.add(packet)  # from 1 s on there is one sound
        if writer.due:
            counts = [len(track.pending) for track in (writer._video, *writer._audio.values())]
            runs.append(counts)
            due_at.append(packet.pts)
            writer.fragment()
            writer.commit()
    assert runs[0][1] == runs[0][2] > 20
    assert runs[-1][0] >= 30  # a second of pictures: it waits for no more


def finished_rest(before: bytes, writer: Mp4Writer, packets: list[EncodedPacket]) -> bytes:
    """The file after more packets and closing, but for the patch."""
    out = written(writer, packets, before)
    if writer.pending:
        extend(out, writer)
    return bytes(out) + writer.finish().tail


def test_no_sound_at_all_leaves_an_empty_track() -> None:
    data = finished(Recording(HEADER), [video(index, keyframe=index == 0) for index in range(10)])
    picture, sound = tracks(data)
    assert len(samples(data, picture)) == 10
    assert samples(data, sound) == []


def test_without_an_audio_track_audio_is_ignored() -> None:
    data = finished(Recording(SILENT), [audio(-1024), *steady(20)])
    assert len(tracks(data)) == 1


def test_sound_alone_has_its_track_only_and_begins_where_its_frames_do() -> None:
    frames = VideoTrack(codec=NO_PICTURE, extradata=b"", bitrate=0, width=0, height=0, fps=50)
    header = MediaHeader(tracks=(frames, *HEADER.sounds))
    packets = [replace(p, data=b"") if p.track == VIDEO else p for p in steady(100, first=7, fps=50)]
    writer = Recording(header)
    data = finished(writer, packets)
    assert data[4:12] == b"ftypM4A "
    (track,) = tracks(data)
    assert child(track, b"hdlr")[8:12] == b"soun"
    heard = [(time, one) for time, one in samples(data, track)]
    assert [one for _, one in heard] == [p.data for p in packets if p.track == AUDIO and p.pts >= 5120]
    # Frame 7 begins with sample 6720; the packet at 5120 prepares for the one at 6144.
    ((_, skipped),) = edits(track)
    assert skipped == 1600
    kinds = [kind for kind, _, _ in walk(bytes(written(Recording(header), packets)))]
    assert kinds.count(b"moof") == kinds.count(b"traf") == 4
    assert writer.index_bytes < Recording(HEADER).index_bytes + 4 * len(heard)
    assert index_room(header, 100) < index_room(HEADER, 100)


def test_a_pause_leaves_no_gap_in_either_track() -> None:
    recording = Recording(HEADER)
    recording.timeline.pause_at(40)
    recording.timeline.resume_at(50)
    data = finished(recording, steady(100))  # the next keyframe is picture 60
    picture, sound = tracks(data)
    assert [time for time, _ in samples(data, picture)] == [512 * index for index in range(80)]
    shown = [int.from_bytes(sample[-5:-1], "big") for _, sample in samples(data, picture)]
    assert shown == [*range(40), *range(60, 100)]
    assert [time for time, _ in samples(data, sound)] == [1024 * tick for tick in range(len(samples(data, sound)))]
    (length, skip), *more = edits(sound)
    assert not more
    assert (skip, abs(length - 80 * 1600) <= 1024) == (1024, True)


def test_a_gap_stretches_the_picture_before_it() -> None:
    packets = [video(0, keyframe=True), video(1), video(2), video(7), *[video(index) for index in range(8, 40)]]
    data = finished(Recording(SILENT), packets)
    assert [time // 512 for time, _ in samples(data, tracks(data)[0])] == [0, 1, 2, *range(7, 40)]
    data = finished(Recording(SILENT), [video(0, keyframe=True), video(30)])
    assert [time // 512 for time, _ in samples(data, tracks(data)[0])] == [0, 30]


def test_a_fragment_that_was_not_committed_is_offered_again_and_is_not_in_the_index() -> None:
    writer = Recording(SILENT)
    out = written(writer, [video(index, keyframe=index == 0) for index in range(20)])
    failed = writer.fragment()
    assert writer.fragment() == failed
    finale = writer.finish()
    data = bytes(out) + finale.tail
    assert len(samples(data, tracks(data)[0])) == 15
    with pytest.raises(RuntimeError):
        Recording(SILENT).commit()


def test_packets_that_arrive_while_a_fragment_is_written_belong_to_the_next() -> None:
    writer = Recording(SILENT)
    for index in range(15):
        writer.add(video(index, keyframe=index == 0))
    fragment = writer.fragment()
    writer.add(video(15))
    writer.commit()
    assert writer.size == len(fragment.data)
    data = finished_rest(fragment.data, writer, [])
    assert [time // 512 for time, _ in samples(data, tracks(data)[0])] == list(range(16))
    assert samples(data, tracks(data)[0])[15][1][-5:-1] == (15).to_bytes(4, "big")


def test_packets_out_of_order_are_refused() -> None:
    writer = Recording(HEADER)
    writer.add(video(0, keyframe=True))
    writer.add(video(1))
    with pytest.raises(IoniaError, match="follows"):
        writer.add(video(1))
    writer.add(audio(0))
    with pytest.raises(IoniaError, match="follows"):
        writer.add(audio(512))


def test_a_file_begins_with_a_keyframe_at_0() -> None:
    with pytest.raises(IoniaError, match="begin with picture 0"):
        Mp4Writer(HEADER).add(video(0))
    with pytest.raises(IoniaError, match="begin with picture 3"):
        Mp4Writer(HEADER).add(video(3, keyframe=True))


def test_files_beyond_four_gigabytes_get_wide_offsets() -> None:
    writer = Recording(SILENT)
    writer.add(video(0, keyframe=True))
    writer.fragment()
    writer.commit()
    writer._position = 1 << 33  # a file of eight gigabytes, without writing them
    writer.add(video(1))
    writer.fragment()
    writer.commit()
    assert struct.unpack(">Q", child(writer.finish().tail, b"co64")[-8:])[0] > 1 << 33


@examples(60)  # a low rate makes many packets of sound
@given(
    fps=st.integers(1, 240) | st.sampled_from([Fraction(24000, 1001), Fraction(30000, 1001)]),
    start=st.integers(0, 5000),
    frames=st.integers(1, 90),
)
def test_sound_keeps_its_place_at_any_rate_and_start(fps: FrameRate, start: int, frames: int) -> None:
    header = HEADER.with_track(replace(HEADER.video, fps=fps))
    data = finished(Recording(header), steady(frames, first=start, fps=fps))
    picture, sound = tracks(data)
    assert movie_timescale(fps) / fps % 1 == movie_timescale(fps) % 48_000 == video_timescale(fps) / fps % 1 == 0
    assert [time for time, _ in samples(data, picture)] == [
        index * (video_timescale(fps) // fps) for index in range(frames)
    ]
    heard = samples(data, sound)
    zero = round(start * 48_000 / fps)
    if heard:
        (_, skip), *more = edits(sound)
        assert not more
        for time, payload in heard:
            assert int.from_bytes(payload[1:], "big", signed=True) == zero + time - skip


@examples(40)
@given(
    gaps=st.lists(st.integers(1, 9), min_size=1, max_size=200),
    keyframes=st.sets(st.integers(0, 199)),
    late=st.integers(0, 60_000),
)
def test_the_index_is_never_larger_than_was_said_before_and_little_smaller(
    gaps: list[int], keyframes: set[int], late: int
) -> None:
    writer = Recording(HEADER, FileTags(start_utc_ns=((1 << 33) - 2_082_844_800) * 10**9))
    index, told = 0, 0
    packets = []
    for number, gap in enumerate(gaps):
        packets.append(video(index, keyframe=number == 0 or number in keyframes, duration=gap))
        packets += [
            audio(1024 * tick)
            for tick in range(index * 1600 // 1024, (index + gap) * 1600 // 1024)
            if 1024 * tick >= late
        ]
        index += gap
    for packet in packets:
        writer.add(packet)
        if writer.due:
            told = writer.index_bytes
            writer.fragment()
            writer.commit()
            assert len(writer.finish().tail) <= told
    if writer.pending:
        told = writer.index_bytes
        writer.fragment()
        writer.commit()
    tail = len(writer.finish().tail)
    assert tail <= told <= tail + 1500 + 16 * len(packets)


def in_band(index: int, *units: bytes) -> EncodedPacket:
    packet = video(index, keyframe=True)
    return replace(packet, data=b"".join(b"\0\0\0\1" + unit for unit in units) + packet.data)


def test_parameter_sets_of_a_replacing_encoder_get_into_the_header_and_stay_in_its_samples() -> None:
    sps, pps = bytes((0x67, 0x64, 0x00, 0x29, 0x04, 0x0B)), bytes((0x68, 0x04, 0x00, 0x82))
    packets = [
        *(video(index, keyframe=index == 0) for index in range(20)),
        in_band(20, sps, pps),
        in_band(21, sps, pps),
    ]
    data = finished(Recording(SILENT), packets)
    track = tracks(data)[0]
    record = child(child(track, b"stsd"), b"avcC")
    assert record[3:6] == b"\x29\xff\xe2"  # the level of the second, two SPS
    for unit in (sps, pps, HEADER.video.extradata[4:9], HEADER.video.extradata[13:]):
        assert record.count(unit) == 1
    assert all(sps in sample for _, sample in samples(data, track)[20:])
    first_header = data[data.index(b"moov") : data.index(b"mdat", data.index(b"moov"))]
    assert sps not in first_header  # it was written before


def test_a_parameter_set_whose_id_is_taken_stays_with_its_pictures() -> None:
    changed = HEADER.video.extradata[13:] + b"\x01"
    data = finished(Recording(SILENT), [video(0, keyframe=True), in_band(1, changed)])
    track = tracks(data)[0]
    assert changed not in child(child(track, b"stsd"), b"avcC")
    assert changed in samples(data, track)[1][1]
