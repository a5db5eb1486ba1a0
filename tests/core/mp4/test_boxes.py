"""The boxes, field by field, where a reader would not notice a mistake."""

import struct

from ionia.core.codec.codec import AAC, H264
from ionia.core.media import AudioTrack, MediaHeader, VideoTrack
from ionia.core.mp4 import boxes

HEADER = MediaHeader(
    tracks=(
        VideoTrack(
            codec=H264,
            extradata=b"\0\0\0\1\x67\x64\0\x1f\xac\0\0\0\1\x68\xee\x3c\xb0",
            width=640,
            height=360,
            fps=30,
            bitrate=1_000_000,
        ),
        AudioTrack(codec=AAC, extradata=b"\x11\x90", bitrate=128_000),
    )
)


def child(data: bytes, *path: bytes) -> bytes:
    """The payload of a box inside boxes; sample entries and full boxes are searched by their type."""
    for kind in path:
        at = data.index(kind) - 4
        size = int.from_bytes(data[at : at + 4], "big")
        data = data[at + 8 : at + size]
    return data


def track(**changes: object) -> boxes.TrackBox:
    values: dict[str, object] = {
        "track_id": 1,
        "width": 640,
        "height": 360,
        "timescale": 15_360,
        "sample_entry": boxes.video_sample_entry(HEADER.video),
    }
    return boxes.TrackBox(**(values | changes))  # type: ignore[arg-type]


def test_sizes_count_the_whole_box() -> None:
    assert boxes.box(b"free", b"ab", b"c") == b"\0\0\0\x0bfreeabc"
    assert boxes.full_box(b"url ", 1, 2) == b"\0\0\0\x0curl \1\0\0\2"


def test_video_entry_says_size_and_colour() -> None:
    entry = boxes.video_sample_entry(HEADER.video)
    assert struct.unpack(">HH", entry[32:36]) == (640, 360)
    assert child(entry, b"colr") == b"nclx" + struct.pack(">HHHB", 1, 1, 1, 0)
    assert child(entry, b"avcC")[0] == 1


def test_audio_entry_carries_the_decoder_configuration() -> None:
    entry = boxes.audio_sample_entry(HEADER.sounds[0], 2)
    assert struct.unpack(">HH4xI", entry[24:36]) == (2, 16, 48_000 << 16)
    assert child(entry, b"esds").endswith(b"\x05\x80\x80\x80\x02\x11\x90\x06\x80\x80\x80\x01\x02")


def test_long_recordings_get_wide_boxes() -> None:
    hours = 0x1_0000_0000
    tables = boxes.SampleTables(
        durations=[(2, 512)],
        sizes=struct.pack(">2I", 5, 6),
        chunk_lengths=[(1, 2)],
        chunk_offsets=struct.pack(">Q", hours),
        wide_offsets=True,
        sync=struct.pack(">I", 1),
    )
    movie = boxes.movie(
        48_000,
        [track(duration=hours, media_duration=hours, edits=[boxes.Edit(duration=hours, media_time=0)], tables=tables)],
        fragmented=False,
    )
    assert child(movie, b"mvhd")[0] == 1
    assert struct.unpack(">Q", child(movie, b"mvhd")[24:32]) == (hours,)
    assert child(movie, b"tkhd")[0] == 1
    assert struct.unpack(">Q", child(movie, b"tkhd")[28:36]) == (hours,)
    assert child(movie, b"mdhd")[0] == 1
    assert child(movie, b"elst") == struct.pack(">IIQqI", 1 << 24, 1, hours, 0, 0x10000)
    assert child(movie, b"co64") == struct.pack(">IIQ", 0, 1, hours)
    assert child(movie, b"stts") == struct.pack(">IIII", 0, 1, 2, 512)
    assert child(movie, b"stsc") == struct.pack(">IIIII", 0, 1, 1, 2, 1)
    assert child(movie, b"stss") == struct.pack(">III", 0, 1, 1)
    assert child(movie, b"stsz") == struct.pack(">IIIII", 0, 0, 2, 5, 6)


def test_an_edit_far_into_its_media_is_wide() -> None:
    """13 hours into sound of 48 kHz: more than 31 bits, and a media time has a sign."""
    far, last = 13 * 3600 * 48_000, 0x7FFF_FFFF
    narrow, wide = (boxes.edit_list([boxes.Edit(duration=1, media_time=at)]) for at in (last, far))
    assert narrow[8:] == struct.pack(">IIIiI", 0, 1, 1, last, 0x10000)
    assert wide[8:] == struct.pack(">IIQqI", 1 << 24, 1, 1, far, 0x10000)


def test_creation_times_count_from_1904_in_every_header() -> None:
    at = boxes.mp4_time(1_800_000_000.9)  # 2027-01-15T08:00:00Z
    assert at == 3_882_844_800
    moov = boxes.movie(1000, [track()], fragmented=False, created=at)
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        payload = moov[moov.index(kind) + 4 :]
        assert payload[:4] == b"\0\0\0" + (b"\3" if kind == b"tkhd" else b"\0")
        assert payload[4:12] == at.to_bytes(4, "big") * 2
    late = boxes.mp4_time(2_300_000_000)  # after 2040 the 32 bits are over
    moov = boxes.movie(1000, [track()], fragmented=False, created=late)
    payload = moov[moov.index(b"mvhd") + 4 :]
    assert payload[:20] == b"\1\0\0\0" + late.to_bytes(8, "big") * 2


def test_chunk_runs_name_the_first_chunk_of_each() -> None:
    tables = boxes.SampleTables(chunk_lengths=[(3, 15), (1, 7)])
    movie = boxes.movie(48_000, [track(tables=tables)], fragmented=False)
    assert child(movie, b"stsc") == struct.pack(">II6I", 0, 2, 1, 15, 1, 4, 7, 1)


def test_fragmented_movie_extends_each_track() -> None:
    audio = track(track_id=2, width=0, timescale=48_000, sample_entry=boxes.audio_sample_entry(HEADER.sounds[0], 2))
    movie = boxes.movie(48_000, [track(), audio], fragmented=True)
    assert child(movie, b"mvex").count(b"trex") == 2
    assert b"stss" not in movie
    assert b"edts" not in movie


def test_offsets_of_a_fragment_point_behind_its_mdat_header() -> None:
    runs = [
        boxes.TrackRun(track_id=1, decode_time=512, samples=[(512, 10, boxes.SAMPLE_IS_KEYFRAME), (512, 20, 0)]),
        boxes.TrackRun(track_id=2, decode_time=7, samples=[(1024, 5, boxes.SAMPLE_IS_KEYFRAME)]),
    ]
    moof = boxes.movie_fragment(3, runs)
    assert int.from_bytes(moof[:4], "big") == len(moof)
    assert child(moof, b"mfhd") == struct.pack(">II", 0, 3)
    first, second = (moof[at : at + 40] for at in (moof.index(b"trun"), moof.rindex(b"trun")))
    assert struct.unpack(">IIi3I", first[4:28]) == (0x701, 2, len(moof) + 8, 512, 10, boxes.SAMPLE_IS_KEYFRAME)
    assert struct.unpack(">IIi", second[4:16]) == (0x701, 1, len(moof) + 8 + 30)
    assert child(moof, b"tfdt") == struct.pack(">IQ", 1 << 24, 512)


def test_a_run_says_when_reordered_samples_are_shown() -> None:
    rows = [(512, 10, boxes.SAMPLE_IS_KEYFRAME), (512, 20, boxes.SAMPLE_IS_DELTA)]
    moof = boxes.movie_fragment(1, [boxes.TrackRun(track_id=1, decode_time=0, samples=rows, shifts=[512, 1536])])
    assert child(moof, b"trun") == struct.pack(
        ">IIi8I", 0xF01, 2, len(moof) + 8, *(512, 10, boxes.SAMPLE_IS_KEYFRAME, 512), *(512, 20, rows[1][2], 1536)
    )
