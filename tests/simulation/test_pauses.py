"""Pauses in virtual time: hundreds of them, an encoder that rests meanwhile, a sound that doesn't."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ionia.core.media import AUDIO, SAMPLE_RATE, VIDEO, EncodedPacket
from ionia.core.timeline.file_timeline import FileTimeline
from ionia.core.timeline.packet_order import PacketInterleaver, PacketWindow

SOUND_LATENCY = 5  # frames after which a packet of sound is there


@dataclass
class Take:
    """A recording whose pictures come `late` frames after their time. `alone`: its encode rests in pauses."""

    fps: int
    late: int
    alone: bool
    shown: list[tuple[int, int]] = field(default_factory=list)
    heard: list[tuple[int, int]] = field(default_factory=list)
    most_waiting: int = 0

    def __post_init__(self) -> None:
        self.order = PacketInterleaver(fps=self.fps, tracks=(VIDEO, AUDIO))
        self.window = PacketWindow(fps=self.fps)
        self.timeline = FileTimeline(fps=self.fps)
        self.resting_from: int | None = None
        self.keyframes = [0]
        self.tick = -1
        self.done = False

    def frame(self, now: int) -> None:
        """Frame `now` begins: what was captured some time ago comes."""
        index = now - self.late
        if index >= 0:
            rests = self.alone and self.resting_from is not None and index >= self.resting_from
            key = any(wanted <= index for wanted in self.keyframes)
            self.keyframes = [wanted for wanted in self.keyframes if wanted > index]
            if rests and not key:
                self.take(self.order.pass_by(VIDEO, index + 1))
            else:
                self.take(self.order.push(_packet(VIDEO, index, 1, keyframe=key)))
        while (self.tick + 1) * 1024 * self.fps < (now - SOUND_LATENCY) * SAMPLE_RATE:
            self.tick += 1
            self.take(self.order.push(_packet(AUDIO, self.tick * 1024, 1024, keyframe=True)))
        self.most_waiting = max(self.most_waiting, len(self.order.waiting()))

    def pause(self, now: int) -> None:
        self.timeline.pause_at(now)
        self.resting_from = now

    def resume(self, now: int) -> None:
        self.timeline.resume_at(now)
        self.keyframes.append(now)
        self.resting_from = None

    def take(self, ordered: list[EncodedPacket]) -> None:
        cut = self.window.take(ordered)
        for packet in cut.packets:
            for placed in self.timeline.place(packet):
                came = int(placed.packet.data)
                (self.shown if placed.packet.track.is_video else self.heard).append((came, placed.packet.pts))
        self.done = self.done or cut.done


def _packet(track: object, at: int, duration: int, *, keyframe: bool) -> EncodedPacket:
    assert track in {VIDEO, AUDIO}
    which = VIDEO if track == VIDEO else AUDIO
    return EncodedPacket(track=which, pts=at, dts=at, duration=duration, keyframe=keyframe, data=b"%d" % at)


def taken(*, fps: int, late: int, alone: bool, plan: list[tuple[int, int]]) -> tuple[Take, list[tuple[int, int]]]:
    """Of runs and pauses in frames; and where the pauses were. The last run is a second."""
    take, now, pauses = Take(fps=fps, late=late, alone=alone), 0, []
    for run, pause in plan:
        for _ in range(run):
            take.frame(now)
            now += 1
        take.pause(now)
        pauses.append((now, now + pause))
        for _ in range(pause):
            take.frame(now)
            now += 1
        take.resume(now)
    for _ in range(fps):
        take.frame(now)
        now += 1
    take.window.end_at(now)
    while not take.done:
        take.frame(now)
        now += 1
        assert now < 10**7
    return take, pauses


def check(take: Take, pauses: list[tuple[int, int]]) -> None:
    """Cut to the frame, without a gap, nothing waits for long, and sound within half a packet of its picture."""
    last = take.shown[-1][0]
    gone = [index for begin, end in pauses for index in range(begin, end)]
    assert [came for came, _ in take.shown] == sorted(set(range(last + 1)) - set(gone))
    assert [at for _, at in take.shown] == list(range(len(take.shown)))
    assert all(after[1] - before[1] == 1024 for before, after in pairwise(take.heard))
    assert take.most_waiting <= 4 * (take.late + SOUND_LATENCY + 2) * max(1, SAMPLE_RATE // 1024 // take.fps + 1)
    where = dict(take.shown)
    for came, at in take.heard:
        frame = came * take.fps // SAMPLE_RATE
        if at >= 0 and frame in where:
            right = came + (where[frame] - frame) * SAMPLE_RATE / take.fps
            assert abs(at - right) <= 513


@settings(deadline=None, max_examples=20)
@given(
    fps=st.sampled_from([24, 30, 60]),
    late=st.integers(0, 12),
    alone=st.booleans(),
    plan=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 80)), max_size=20),
)
def test_whatever_is_paused_is_left_out_to_the_frame(
    fps: int, late: int, alone: bool, plan: list[tuple[int, int]]
) -> None:
    check(*taken(fps=fps, late=late, alone=alone, plan=plan))


def test_hundreds_of_pauses_drift_by_nothing() -> None:
    """Thousands of them: see test_takes."""
    pauses = 200
    plan = [(7 + number % 9, 3 + number % 8) for number in range(pauses)]  # at 10 frames a second
    take, left_out = taken(fps=10, late=1, alone=True, plan=plan)
    check(take, left_out)
    assert take.timeline.pauses == pauses


def test_a_long_pause_keeps_nothing() -> None:
    take, left_out = taken(fps=10, late=1, alone=True, plan=[(20, 3000)])
    check(take, left_out)
    assert take.most_waiting < 60
