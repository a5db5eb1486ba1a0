"""file_timeline: literal pauses and splits, and that whatever is paused nothing drifts, is double or leaks."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.errors import IoniaError
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, TrackId, TrackKind
from ionia.core.timeline.file_timeline import EpochUtc, FilePosition, FileTimeline, Placed
from tests.fakes.examples import examples

MIC = TrackId(kind=TrackKind.AUDIO, index=1)


def picture(index: int, *, key: bool = False) -> EncodedPacket:
    return EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=key, data=b"v%d" % index)


def sound(sample: int, track: TrackId = AUDIO) -> EncodedPacket:
    return EncodedPacket(track=track, pts=sample, dts=sample, duration=1024, keyframe=True, data=b"a%d" % sample)


def ordered(
    first: int, end: int, *, rate: Fraction, keys: frozenset[int], tracks: tuple[TrackId, ...] = (AUDIO,)
) -> list[EncodedPacket]:
    """Both kinds from frame `first` to before `end`, as a join gives them: sound from the preroll on."""
    packets = [picture(index, key=index == first or index in keys) for index in range(first, end)]
    tick = -(-(first * 48_000 / rate - 2047) // 1024)
    while (sample := int(tick) * 1024) < end * 48_000 / rate:
        packets += [sound(sample, track) for track in tracks]
        tick += 1
    return sorted(packets, key=lambda p: p.dts / rate if p.track.is_video else Fraction(p.dts, 48_000))


def told(placed: tuple[Placed, ...]) -> list[str]:
    """Part, kind, encoder time and file time of each."""
    return [f"{p.part}:{p.packet.data.decode()}@{p.packet.pts}" for p in placed]


def run(timeline: FileTimeline, packets: list[EncodedPacket]) -> list[Placed]:
    return [placed for packet in packets for placed in timeline.place(packet)]


def test_without_a_pause_a_recording_begins_at_its_keyframe_and_sound_keeps_its_place() -> None:
    timeline = FileTimeline(fps=30)
    assert timeline.position(7) == FilePosition(part=0, seconds=Fraction(0))
    assert timeline.place(sound(54 * 1024)) == ()
    assert timeline.place(sound(56 * 1024)) == ()
    assert not timeline.started
    # Frame 37 begins with sample 59200: packet 57 sounds there, 56 prepares the decoder, 54 is left out.
    assert told(timeline.place(picture(37, key=True))) == ["0:a57344@-1856", "0:v37@0"]
    assert told(timeline.place(sound(57 * 1024))) == ["0:a58368@-832"]
    assert told(timeline.place(picture(39))) == ["0:v39@2"]
    assert timeline.position(39) == FilePosition(part=0, seconds=Fraction(2, 30))
    assert timeline.part_seconds(0) == Fraction(1, 10)
    assert timeline.frames == 3


def test_a_recording_that_begins_at_0_is_left_as_it_is() -> None:
    timeline = FileTimeline(fps=30)
    first, primed = picture(0, key=True), sound(-1024)
    assert timeline.place(primed) == ()
    assert [placed.packet for placed in timeline.place(first)] == [primed, first]
    assert timeline.place(sound(0))[0].packet == sound(0)


def test_a_picture_that_is_no_keyframe_is_refused_at_the_start() -> None:
    with pytest.raises(IoniaError, match="picture 5, not a keyframe"):
        FileTimeline(fps=30).place(picture(5))


def test_a_pause_takes_whole_frames_out_and_goes_on_at_a_keyframe() -> None:
    timeline = FileTimeline(fps=30)
    run(timeline, ordered(0, 30, rate=Fraction(30), keys=frozenset()))
    timeline.pause_at(30)
    assert timeline.paused
    assert timeline.place(picture(30, key=True)) == timeline.place(picture(31)) == ()
    assert timeline.place(sound(47 * 1024)) == ()  # its middle lies behind frame 30
    timeline.resume_at(33)
    assert timeline.place(picture(33)) == ()
    assert timeline.place(sound(53 * 1024)) == ()
    # Sound ended at 47 * 1024 = 48128. Frame 35 (sample 56000) is shown at 48000: packet 55 belongs to 48320.
    assert told(timeline.place(picture(35, key=True))) == ["0:v35@30"]
    assert told(timeline.place(sound(55 * 1024))) == ["0:a56320@48128"]
    assert told(timeline.place(sound(56 * 1024))) == ["0:a57344@49152"]
    assert not timeline.paused
    assert (timeline.pauses, timeline.paused_seconds) == (1, Fraction(5, 30))
    assert [timeline.position(index).seconds * 30 for index in (29, 30, 34, 35, 36)] == [29, 30, 30, 30, 31]
    assert [timeline.index_at(FilePosition(part=0, seconds=Fraction(at, 30))) for at in (29, 30, 31)] == [29, 35, 36]


def test_a_pause_named_late_begins_with_the_next_frame() -> None:
    timeline = FileTimeline(fps=10)
    run(timeline, [picture(0, key=True), picture(1), picture(2)])
    timeline.pause_at(1)
    assert timeline.position(9).seconds == Fraction(3, 10)
    timeline.resume_at(2)
    assert told(timeline.place(picture(5, key=True))) == ["0:v5@3"]
    assert timeline.paused_seconds == Fraction(2, 10)


def test_a_pause_that_would_end_before_it_begins_is_none() -> None:
    timeline = FileTimeline(fps=10)
    run(timeline, [picture(0, key=True)])
    timeline.pause_at(5)
    timeline.resume_at(5)
    timeline.resume_at(7)
    assert told(tuple(run(timeline, [picture(index) for index in range(1, 7)])))[-1] == "0:v6@6"
    timeline.pause_at(7)
    timeline.resume_at(8)
    assert told(timeline.place(picture(8, key=True))) == ["0:v8@7"]
    timeline.pause_at(9)
    assert timeline.place(picture(9, key=True)) == ()
    timeline.resume_at(10)
    timeline.pause_at(9)  # paused again before a keyframe came: it is the same pause
    assert timeline.place(picture(10, key=True)) == ()
    assert timeline.pauses == 1


def test_pauses_are_named_long_before_their_packets_come() -> None:
    timeline = FileTimeline(fps=10)
    run(timeline, [picture(0, key=True)])
    for begin, end in ((10, 12), (15, 18), (19, 20)):
        timeline.pause_at(begin)
        timeline.resume_at(end)
    timeline.pause_at(30)
    assert [timeline.position(index).seconds * 10 for index in (9, 11, 14, 16, 18, 29, 40)] == [
        9,
        10,
        12,
        13,
        13,
        23,
        24,
    ]
    keys = {12, 20}  # none between the second pause and the third: they are one
    placed = run(timeline, [picture(index, key=index in keys) for index in range(1, 40)])
    assert [int(p.packet.data[1:]) for p in placed] == [*range(1, 10), *range(12, 15), *range(20, 30)]
    assert (timeline.pauses, timeline.paused_seconds) == (2, Fraction(7, 10))
    assert timeline.position(40).seconds == Fraction(23, 10)


def test_a_pause_before_the_first_picture_lets_nothing_of_before_in() -> None:
    timeline = FileTimeline(fps=10)
    timeline.pause_at(4)
    assert timeline.place(picture(4, key=True)) == ()
    assert timeline.place(picture(5)) == ()
    timeline.resume_at(20)
    assert told(timeline.place(picture(21, key=True))) == ["0:v21@0"]
    assert timeline.only_picture() is None
    assert (timeline.pauses, timeline.paused_seconds) == (1, Fraction(17, 10))


def test_a_recording_that_was_only_paused_has_the_picture_it_was_paused_at() -> None:
    timeline = FileTimeline(fps=10)
    assert timeline.only_picture() is None
    timeline.pause_at(4)
    run(timeline, [picture(5, key=True), picture(6), picture(25, key=True)])
    only = timeline.only_picture()
    assert only is not None
    assert told((only,)) == ["0:v5@0"]


def test_an_end_is_for_good_and_undoes_what_was_named_behind_it() -> None:
    timeline = FileTimeline(fps=10)
    run(timeline, [picture(0, key=True)])
    timeline.pause_at(20)
    timeline.resume_at(25)
    assert timeline.end_at(10) == 10
    timeline.resume_at(12)
    timeline.pause_at(30)
    placed = run(timeline, [picture(index, key=index % 5 == 0) for index in range(1, 40)])
    assert [int(p.packet.data[1:]) for p in placed] == list(range(1, 10))
    assert timeline.place(sound(48_000)) == ()
    late = FileTimeline(fps=10)
    run(late, [picture(0, key=True), picture(1)])
    late.pause_at(2)
    assert late.place(picture(2, key=True)) == ()
    late.resume_at(5)
    assert late.end_at(0) == 2
    assert late.place(picture(5, key=True)) == ()


def test_a_mark_behind_a_split_that_is_named_lies_in_the_next_part() -> None:
    timeline = FileTimeline(fps=10)
    run(timeline, [picture(0, key=True)])
    timeline.split_at(10)
    timeline.pause_at(14)
    assert timeline.position(9) == FilePosition(part=0, seconds=Fraction(9, 10))
    assert timeline.position(13) == FilePosition(part=1, seconds=Fraction(3, 10))
    assert timeline.position(17) == FilePosition(part=1, seconds=Fraction(4, 10))
    timeline.resume_at(18)
    assert timeline.position(20) == FilePosition(part=1, seconds=Fraction(6, 10))


def test_a_split_begins_another_part_at_the_next_keyframe_with_its_own_preroll() -> None:
    timeline = FileTimeline(fps=30, epoch_utc=EpochUtc(utc_ns=1_000_000_000_000, error_ns=5_000_000))
    run(timeline, ordered(0, 59, rate=Fraction(30), keys=frozenset()))
    timeline.split_at(55)
    assert told(timeline.place(picture(59))) == ["0:v59@59"]
    # Frame 60 begins with sample 96000; 92 * 1024 = 94208 ends at 95232, within the preroll.
    assert told(timeline.place(picture(60, key=True))) == ["1:a94208@-1792", "1:v60@0"]
    assert timeline.part == 1
    assert told(timeline.place(picture(61))) == ["1:v61@1"]
    assert timeline.part_seconds(0) == 2
    assert timeline.frames == 62
    assert timeline.position(59) == FilePosition(part=0, seconds=Fraction(59, 30))
    assert timeline.position(60) == FilePosition(part=1, seconds=Fraction(0))
    assert timeline.utc_ns(FilePosition(part=1, seconds=Fraction(1, 60))) == 1_002_016_666_667
    with pytest.raises(LookupError):
        timeline.index_at(FilePosition(part=2, seconds=Fraction(0)))


def test_a_split_during_a_pause_happens_where_it_goes_on() -> None:
    timeline = FileTimeline(fps=10)
    run(timeline, [picture(0, key=True), *(picture(index) for index in range(1, 10))])
    assert timeline.pause_at(10) == 10
    timeline.split_at(12)
    assert timeline.place(picture(12, key=True)) == ()
    timeline.resume_at(20)
    assert told(timeline.place(picture(20, key=True))) == ["1:v20@0"]
    assert timeline.part_seconds(0) == 1
    assert timeline.position(15) == FilePosition(part=0, seconds=Fraction(1))
    assert timeline.paused_seconds == 1
    assert timeline.frames == 11
    assert timeline.pause_at(15) == 21


def test_where_a_part_is_to_end_is_where_it_is_split_or_paused_before() -> None:
    timeline = FileTimeline(fps=10)
    assert timeline.part_end == 0
    run(timeline, [picture(0, key=True), picture(1)])
    assert timeline.part_end == Fraction(2, 10)
    timeline.split_at(12)
    assert timeline.part_end == Fraction(12, 10)
    timeline.pause_at(10)
    assert timeline.part_end == 1
    timeline.resume_at(11)
    assert timeline.part_end == Fraction(11, 10)
    run(timeline, [picture(index, key=index == 11) for index in range(2, 15)])
    assert timeline.part_end == Fraction(14, 10)  # no keyframe yet: it ends no sooner than by now


def test_nobody_said_when_it_was() -> None:
    timeline = FileTimeline(fps=10)
    timeline.place(picture(0, key=True))
    assert timeline.utc_ns(FilePosition(part=0, seconds=Fraction(0))) is None


def test_sound_that_was_missing_before_a_pause_does_not_bring_the_paused_sound_in() -> None:
    timeline = FileTimeline(fps=30)
    run(timeline, [picture(0, key=True), sound(0), *(picture(index) for index in range(1, 60))])
    timeline.pause_at(60)
    for tick in range(94, 140):
        assert timeline.place(sound(tick * 1024)) == ()
    timeline.resume_at(90)
    assert told(timeline.place(picture(90, key=True))) == ["0:v90@60"]
    assert told(timeline.place(sound(141 * 1024))) == [f"0:a{141 * 1024}@{141 * 1024 - 48_000}"]


_RATES = st.one_of(
    st.integers(12, 240).map(Fraction), st.sampled_from([Fraction(30_000, 1001), Fraction(24_000, 1001)])
)


@examples(40)
@given(
    rate=_RATES,
    first=st.integers(0, 5000),
    lengths=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=6),
    splits=st.sets(st.integers(0, 5), max_size=2),
)
def test_nothing_drifts_whatever_is_paused_and_split(
    rate: Fraction, first: int, lengths: list[tuple[int, int]], splits: set[int]
) -> None:
    timeline = FileTimeline(fps=rate)
    plan: list[tuple[int, int]] = []  # frames that are left out
    at = first
    for kept, gone in lengths:
        plan.append((at + kept, at + kept + gone))
        at += kept + gone
    end = at + 20
    left = iter(enumerate(plan))
    following = next(left, None)
    placed: list[Placed] = []
    keys = frozenset(resume for _, resume in plan)
    for packet in ordered(first, end, rate=rate, keys=keys, tracks=(AUDIO, MIC)):
        if following is not None and not timeline.paused and packet.track.is_video:
            number, (begin, resume) = following
            if packet.pts >= first:
                timeline.pause_at(begin)
                timeline.resume_at(resume)
                if number in splits:
                    timeline.split_at(resume)
                following = next(left, None)
        placed += timeline.place(packet)
    removed = [index for begin, resume in plan for index in range(begin, resume)]
    assert timeline.paused_seconds == len(removed) / rate
    shown = [int(p.packet.data[1:]) for p in placed if p.packet.track.is_video]
    assert shown == [index for index in range(first, end) if index not in set(removed)]
    for part in range(timeline.part + 1):
        check_part(timeline, [p for p in placed if p.part == part], rate)


@given(
    keys=st.frozensets(st.integers(0, 200), max_size=20),
    named=st.lists(st.tuples(st.sampled_from(("pause", "resume", "split")), st.integers(0, 200)), max_size=8),
    fps=st.sampled_from((24, 30, 60)),
)
def test_sounds_lie_equally_whatever_is_paused_and_split(
    keys: frozenset[int], named: list[tuple[str, int]], fps: int
) -> None:
    timeline = FileTimeline(fps=fps)
    for what, index in sorted(named, key=lambda one: one[1]):
        getattr(timeline, f"{what}_at")(index)
    packets = ordered(5, 200, rate=Fraction(fps), keys=keys, tracks=(AUDIO, MIC))
    placed = run(timeline, packets)
    first, second = ([(p.part, p.packet.pts) for p in placed if p.packet.track == track] for track in (AUDIO, MIC))
    assert first == second


def check_part(timeline: FileTimeline, placed: list[Placed], rate: Fraction) -> None:
    """Pictures without a gap; sound without a gap, equal in all tracks, at most half a packet beside its picture."""
    pictures = [p.packet for p in placed if p.packet.track.is_video]
    assert [packet.pts for packet in pictures] == list(range(len(pictures)))
    assert pictures[0].keyframe
    tracks = [[p.packet for p in placed if p.packet.track == track] for track in (AUDIO, MIC)]
    assert [packet.pts for packet in tracks[0]] == [packet.pts for packet in tracks[1]]
    for packet in pictures:
        index = int(packet.data[1:])
        position = timeline.position(index)
        assert position == FilePosition(part=placed[0].part, seconds=packet.pts / rate)
        assert timeline.index_at(position) == index
    sounds = tracks[0]
    assert len({int(packet.data[1:]) for packet in sounds}) == len(sounds)
    assert all(after.pts - before.pts == 1024 for before, after in pairwise(sounds))
    for packet in sounds:
        sample = int(packet.data[1:])
        index = int(sample * rate // 48_000)
        where = timeline.position(index)
        if packet.pts >= 0 and where.part == placed[0].part and timeline.index_at(where) == index:
            into = Fraction(sample, 48_000) - index / rate
            assert abs(Fraction(packet.pts, 48_000) - (where.seconds + into)) <= Fraction(513, 48_000)


@pytest.mark.long
def test_a_hundred_pauses_drift_by_nothing() -> None:
    rate = Fraction(30)
    keys = frozenset(range(0, 6000, 30))
    timeline = FileTimeline(fps=rate)
    last: Placed | None = None
    for packet in ordered(0, 6000, rate=rate, keys=keys):
        if packet.track.is_video and packet.pts % 60 == 10:
            timeline.pause_at(packet.pts + 7)
            timeline.resume_at(packet.pts + 9)
        for placed in timeline.place(packet):
            last = placed if not placed.packet.track.is_video else last
    assert timeline.pauses == 100
    assert last is not None
    removed = timeline.paused_seconds * 48_000
    assert removed == 100 * 13 * 1600
    assert abs(int(last.packet.data[1:]) - removed - last.packet.pts) <= 512


def test_a_split_before_the_first_picture_happens_behind_it() -> None:
    timeline = FileTimeline(fps=30)
    timeline.split_at(3)
    placed = [timeline.place(packet) for packet in (picture(5, key=True), picture(6, key=True), picture(7))]
    assert [[one.part for one in each] for each in placed] == [[0], [1], [1]]
    assert timeline.split_from is None
