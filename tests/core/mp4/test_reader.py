"""Fragments as other writers may put them: defaults, first-sample flags, absolute offsets, wide boxes."""

import struct

import pytest

from ionia.core.codec.codec import H264
from ionia.core.mp4 import boxes
from ionia.core.mp4.reader import Scan, Unreadable, child, children, read_with, scan
from tests.core.mp4.test_boxes import track


def scanned(data: bytes) -> Scan:
    return read_with(scan(len(data)), lambda span: data[span.offset : span.offset + span.size])


def file_with(traf: list[bytes], media: bytes = b"abcdefgh") -> bytes:
    """A file of one fragment with these boxes in its `traf`; the media is at the end."""
    head = boxes.file_type(H264) + boxes.movie(1000, [track()], fragmented=True)
    moof = boxes.box(b"moof", boxes.full_box(b"mfhd", 0, 0, b"\0\0\0\1"), boxes.box(b"traf", *traf))
    return head + moof + boxes.box(b"mdat", media)


def test_what_a_run_leaves_out_its_fragment_says() -> None:
    head = boxes.full_box(b"tfhd", 0, 0x2 | 0x8 | 0x10 | 0x20, struct.pack(">5I", 1, 1, 512, 4, 0x0101_0000))
    time = boxes.full_box(b"tfdt", 0, 0, struct.pack(">I", 1024))
    length = len(file_with([head, time, boxes.full_box(b"trun", 0, 0x5, struct.pack(">IiI", 2, 0, 0x0200_0000))]))
    moof_at = file_with([head, time]).index(b"moof") - 4
    run = boxes.full_box(b"trun", 0, 0x5, struct.pack(">IiI", 2, length - 8 - moof_at, 0x0200_0000))
    rows = scanned(file_with([head, time, run])).tables[1]
    assert rows.times.tolist() == [1024, 1536]
    assert rows.sizes.tolist() == [4, 4]
    assert rows.offsets.tolist() == [length - 8, length - 4]
    assert rows.sync.tolist() == [True, False]


def test_an_absolute_offset_counts_from_the_file() -> None:
    time = boxes.full_box(b"tfdt", 1, 0, struct.pack(">Q", 0))
    run = boxes.full_box(b"trun", 0, 0x301, struct.pack(">IiII", 1, 3, 512, 5))
    rough = file_with([boxes.full_box(b"tfhd", 0, 1, struct.pack(">IQ", 1, 0)), time, run])
    media_at = len(rough) - 8
    data = file_with([boxes.full_box(b"tfhd", 0, 1, struct.pack(">IQ", 1, media_at - 3)), time, run])
    assert scanned(data).tables[1].offsets.tolist() == [media_at]


def test_reordered_pictures_and_other_kinds_of_samples() -> None:
    head = boxes.full_box(b"tfhd", 0, 0x2, struct.pack(">II", 1, 2))
    time = boxes.full_box(b"tfdt", 1, 0, struct.pack(">Q", 0))
    run = boxes.full_box(b"trun", 0, 0xF01, struct.pack(">IiIIIiIIIi", 2, 1, 512, 2, 0, 1024, 512, 2, 0, -512))
    rows = scanned(file_with([head, time, run])).tables[1]
    assert rows.shown.tolist() == [1024, 0]
    assert rows.entries is not None
    assert rows.entries.tolist() == [1, 1]


def test_a_fragment_that_names_no_time_is_refused() -> None:
    head = boxes.full_box(b"tfhd", 0, 0x02_0000, struct.pack(">I", 1))
    with pytest.raises(Unreadable, match="where it belongs"):
        scanned(file_with([head]))


def test_boxes_inside_boxes() -> None:
    inner = boxes.box(b"aaaa", b"12")
    wide = b"\0\0\0\1bbbb" + (16 + len(inner)).to_bytes(8, "big") + inner
    assert list(children(wide)) == [(b"bbbb", inner)]
    assert child(wide, b"bbbb", b"aaaa") == b"12"
    assert child(wide, b"cccc") == child(wide, b"bbbb", b"cccc") == b""
    with pytest.raises(Unreadable, match="damaged"):
        list(children(b"\0\0\0\x20aaaa"))
