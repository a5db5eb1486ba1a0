"""A file that nobody finished becomes, byte for byte, the one that its writer would have made of the same fragments."""

import struct
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.codec import AAC
from ionia.core.media import VIDEO, AudioTrack, MediaHeader, TrackId, TrackKind
from ionia.core.mp4 import boxes
from ionia.core.mp4.finalize import Repair, repair
from ionia.core.mp4.reader import Scan, Span, Unreadable, read_with, scan
from ionia.core.mp4.tags import FileTags
from ionia.core.mp4.writer import Finale
from tests.core.mp4.test_boxes import HEADER
from tests.fakes.examples import examples
from tests.fakes.reordered import reordered
from tests.fakes.written_mp4 import Recording, audio, extend, steady, video, walk


def scanned(data: bytes) -> Scan:
    return read_with(scan(len(data)), lambda span: bytes(data[span.offset : span.offset + span.size]))


def repaired(data: bytes) -> bytes:
    """The file after each step of its repair."""
    steps = repair(scanned(data))
    assert steps is not None
    whole = bytearray(data[: steps.cut_to]) + steps.tail
    whole[steps.patch_offset : steps.patch_offset + len(steps.patch)] = steps.patch
    return bytes(whole)


def finished(data: bytes, finale: Finale) -> bytes:
    whole = bytearray(data) + finale.tail
    whole[finale.patch_offset : finale.patch_offset + len(finale.patch)] = finale.patch
    return bytes(whole)


@examples(15)
@given(fps=st.integers(5, 120), first=st.integers(0, 500), frames=st.integers(1, 100), sound=st.booleans())
def test_a_crash_costs_nothing_that_was_written(fps: int, first: int, frames: int, sound: bool) -> None:
    header = HEADER.with_track(replace(HEADER.video, fps=fps))
    writer = Recording(header if sound else header.only(VIDEO), FileTags(start_utc_ns=1_800_000_000 * 10**9))
    data = bytearray()
    for packet in steady(frames, first=first, fps=fps):
        writer.add(packet)
        if writer.due:
            extend(data, writer)
    if writer.pending:
        extend(data, writer)
    assert repaired(bytes(data)) == finished(data, writer.finish())


def test_gaps_late_sound_and_several_sounds_keep_their_places() -> None:
    second = TrackId(kind=TrackKind.AUDIO, index=1)
    header = MediaHeader(
        tracks=(*HEADER.tracks, AudioTrack(id=second, name="Mic", codec=AAC, extradata=b"\x11\x90", bitrate=1))
    )
    writer = Recording(header)
    data = bytearray()
    for index in (0, 1, 2, 40, 41, 42, 43, 90):
        writer.add(video(index, keyframe=index == 0))
        if index > 2:
            writer.add(replace(audio(index * 1600), track=second))
        if writer.due:
            extend(data, writer)
    extend(data, writer)
    assert repaired(bytes(data)) == finished(data, writer.finish())


def recorded(frames: int = 100) -> tuple[bytes, Finale, int]:
    """A file of fragments, how it would be finished, and where its last fragment begins."""
    writer = Recording(HEADER)
    data, last = bytearray(), 0
    for packet in steady(frames):
        writer.add(packet)
        if writer.due:
            last = len(data)
            extend(data, writer)
    return bytes(data), writer.finish(), last


def test_a_torn_last_fragment_is_left_out_and_a_whole_one_that_was_never_sealed_is_kept() -> None:
    data, finale, last = recorded()
    whole = finished(data, finale)
    unsealed = data[: last + 4] + b"free" + data[last + 8 :]
    assert repaired(unsealed) == whole[: last + 4] + b"free" + whole[last + 8 :]
    without = repaired(data[:last])
    for cut in (last + 3, last + 8, last + 100, len(data) - 1):
        assert repaired(unsealed[:cut]) == without
        assert repaired(data[:cut]) == without


def test_a_repair_that_was_itself_interrupted_is_done_again() -> None:
    data, finale, _ = recorded()
    for cut in (len(finale.tail), len(finale.tail) // 2, 5):
        assert repaired(data + finale.tail[:cut]) == finished(data, finale)


def test_an_ordinary_file_needs_none() -> None:
    data, finale, _ = recorded()
    whole = finished(data, finale)
    assert repair(scanned(whole)) is None
    assert repair(scanned(repaired(data))) is None


def test_what_the_recording_began_with_stays() -> None:
    """Boxes that this engine doesn't know, or knows later."""
    data, _, _ = recorded()
    movie_at = data.index(b"moov") - 4
    size = int.from_bytes(data[movie_at : movie_at + 4], "big")
    extra = boxes.box(b"udta", boxes.box(b"name", b"take"))
    # Before any fragment's offsets count: they are relative to their moof.
    grown = data[:movie_at] + (size + len(extra)).to_bytes(4, "big") + data[movie_at + 4 : movie_at + size] + extra
    result = repaired(grown + data[movie_at + size :])
    assert [kind for kind, _, _ in walk(result) if kind == b"udta"] == [b"udta"]
    assert b"mvex" not in result[result.rindex(b"moov") :]


def test_lengths_beyond_32_bits_make_the_headers_wide() -> None:
    writer = Recording(HEADER)
    data = bytearray()
    for index in (0, 1):
        writer.add(video(index, keyframe=index == 0))
    for packet in (audio(0), video(4_000_000_000 // 512 + 9)):
        writer.add(packet)
    extend(data, writer)
    assert repaired(bytes(data)) == finished(data, writer.finish())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"RIFF\0\0\0\0WAVE", "is not an MP4 file"),
        (boxes.box(b"ftyp", b"isom") + boxes.box(b"mdat", b"x"), "has no header"),
        (boxes.box(b"ftyp", b"isom") + boxes.box(b"moov", b"x"), "has a header that is damaged"),
    ],
)
def test_what_is_no_recording_is_said(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        scanned(data)


def test_what_another_program_made_is_left_alone() -> None:
    data, _, _ = recorded()
    foreign = data.replace(boxes.box(b"free", b"\0" * 8), b"", 1)
    with pytest.raises(Unreadable, match="another program"):
        repair(scanned(foreign))
    movie_end = data.index(b"moof") - 4
    with pytest.raises(Unreadable, match="nothing recorded"):
        repair(scanned(data[:movie_end]))


@examples(60)
@given(st.data())
def test_no_damage_makes_more_than_words(given_data: st.DataObject) -> None:
    data, _, _ = recorded(40)
    damaged = bytearray(data)
    for _ in range(given_data.draw(st.integers(1, 4))):
        at = given_data.draw(st.integers(0, len(data) - 1))
        damaged[at] = given_data.draw(st.integers(0, 255))
    try:
        found = repair(scanned(bytes(damaged)))
    except Unreadable:
        found = None
    assert found is None or isinstance(found, Repair)


def test_little_is_read() -> None:
    """The media is stepped over."""
    data, _, _ = recorded(600)
    asked: list[Span] = []

    def read(span: Span) -> bytes:
        asked.append(span)
        return data[span.offset : span.offset + span.size]

    found = read_with(scan(len(data)), read)
    assert found.fragments == 40
    assert len(asked) <= 2 * found.fragments + 4


def test_where_the_end_tore_b_frames_away_the_samples_last_as_long_as_the_film() -> None:
    """ffprobe and players take what the durations add up to for its length, others the header's."""
    header = HEADER.only(VIDEO).with_track(replace(HEADER.video, fps=30, reordered=True))
    order = reordered(range(31), keys=(), b_frames=2).packets[:-1]  # 30 is there, 28 too, 29 is not
    assert [packet.pts for packet in order][-2:] == [30, 28]
    packets = [replace(packet, data=video(packet.pts, keyframe=packet.keyframe).data) for packet in order]
    data = bytearray()
    writer = Recording(header)
    for packet in packets:
        writer.add(packet)
    extend(data, writer)
    whole = repaired(bytes(data))
    assert whole == finished(data, writer.finish())
    boxes_of = {kind: payload for kind, _, payload in walk(whole)}
    timescale, media = struct.unpack_from(">II", boxes_of[b"mdhd"], 12)
    assert Fraction(media, timescale) == Fraction(31, 30)
    assert Fraction(struct.unpack_from(">I", boxes_of[b"mvhd"], 16)[0], 48_000) == Fraction(31, 30)
    stts = boxes_of[b"stts"]
    runs = struct.unpack_from(f">{2 * struct.unpack_from('>I', stts, 4)[0]}I", stts, 8)
    assert sum(count * length for count, length in zip(runs[::2], runs[1::2], strict=True)) == media
    assert sum(runs[::2]) == 30
