"""What goes over a preview's connection."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.preview.wire import (
    GREETING_NS,
    HEADER_BYTES,
    BrokenPreviewError,
    Coding,
    Greeting,
    Heard,
    PreviewPicture,
    PreviewReader,
    Record,
    picture_record,
)

TOKEN = "0123abcd"
PICTURES = st.builds(
    PreviewPicture,
    record=st.sampled_from(Record),
    sequence=st.integers(0, 2**64 - 1),
    captured_ns=st.integers(-(2**63), 2**63 - 1),
    width=st.integers(0, 2**32 - 1),
    height=st.integers(0, 2**32 - 1),
    data=st.binary(max_size=300),
    coding=st.sampled_from(Coding),
    keyframe=st.booleans(),
)


def test_a_record_is_as_it_is_described() -> None:
    picture = PreviewPicture(record=Record.PICTURE, sequence=3, captured_ns=-5, width=640, height=360, data=b"jpeg")
    assert picture_record(picture).hex(" ", 4) == (
        "49505631 01000100 03000000 00000000 fbffffff ffffffff 80020000 68010000 04000000 01000000 6a706567"
    )
    later = replace(picture, coding=Coding.H264, keyframe=False)
    assert picture_record(later).hex(" ", 4) == (
        "49505631 01000200 03000000 00000000 fbffffff ffffffff 80020000 68010000 04000000 00000000 6a706567"
    )
    assert HEADER_BYTES == 40


@given(st.lists(PICTURES, max_size=5), st.lists(st.integers(0, 2000), max_size=10))
def test_what_is_written_is_read_however_it_comes(pictures: list[PreviewPicture], cuts: list[int]) -> None:
    wire = b"".join(map(picture_record, pictures))
    places = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)]
    reader = PreviewReader()
    found = [one for a, b in itertools.pairwise(places) for one in reader.feed(wire[a:b])]
    assert found == pictures


def test_a_record_of_a_kind_to_come_is_passed_over() -> None:
    picture = PreviewPicture(record=Record.PICTURE, sequence=1, captured_ns=0, width=2, height=2, data=b"x")
    later = bytearray(picture_record(picture))
    later[4] = 9
    other = bytearray(picture_record(picture))
    other[6] = 9
    assert PreviewReader().feed(bytes(later) + bytes(other) + picture_record(picture)) == [picture]


@pytest.mark.parametrize("wire", [b"X" * HEADER_BYTES, b"IPV1" + b"\xff" * 36])
def test_what_is_no_preview_is_refused(wire: bytes) -> None:
    with pytest.raises(BrokenPreviewError):
        PreviewReader().feed(wire)


def test_a_reader_says_the_token_and_then_that_it_is_ready() -> None:
    greeting = Greeting(TOKEN, now_ns=0)
    assert greeting.hear(TOKEN[:3].encode()) is Heard.NOTHING
    assert greeting.hear(TOKEN[3:].encode()) is Heard.NOTHING
    assert greeting.deadline_ns == GREETING_NS
    assert greeting.hear(b"\n") is Heard.WELCOME
    assert greeting.deadline_ns is None
    assert greeting.hear(b"") is Heard.NOTHING
    assert greeting.hear(b"+") is Heard.READY
    assert not greeting.late(10**18)


def test_all_at_once() -> None:
    assert Greeting(TOKEN, now_ns=0).hear(TOKEN.encode() + b"\n++") is Heard.READY


@given(st.binary(min_size=1, max_size=100))
def test_a_stranger_gets_in_with_nothing_else(said: bytes) -> None:
    greeting = Greeting(TOKEN, now_ns=0)
    heard = greeting.hear(said)
    right = said.startswith(TOKEN.encode() + b"\n")
    assert greeting.welcome == right
    # Whoever said a whole line, or more than the token has, is known by now.
    if not right and (b"\n" in said or len(said) > len(TOKEN)):
        assert heard is Heard.STRANGER


def test_who_says_nothing_is_late_in_the_end() -> None:
    greeting = Greeting(TOKEN, now_ns=5)
    assert not greeting.late(5 + GREETING_NS - 1)
    assert greeting.late(5 + GREETING_NS)
