"""What the self-test says of machines that don't work: black or missing screens, silent or too loud microphones."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from ionia.core.audio.notices import SoundNotice
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Event, SelftestProgressed
from ionia.core.media import AudioBlock, VideoFrame
from ionia.core.selftest_report import Finding, Outcome, Part, SelftestReport, SelftestSettings
from ionia.core.service import EncoderInfo, ScreenInfo, SoundDeviceInfo
from ionia.core.settings import MediaSettings, ReplaySettings, SessionKind
from ionia.core.test_card.pattern import Box
from ionia.runtime.backends import Backends
from ionia.runtime.engine import Engine
from ionia.selftest import try_av, try_encoders, try_sound
from ionia.selftest.context import SECOND_NS, SelftestTools
from ionia.selftest.run import selftests_with
from ionia.selftest.try_av import SEEN
from ionia.selftest.try_capture import window_place
from ionia.threads.clock import MonotonicClock
from tests.fakes.backends import Events, FakeMachine
from tests.fakes.media import FakeVideoEncoder
from tests.runtime.test_engine import MUTE, engine_on, initialize

SCREEN = ScreenInfo(id="s", name="S", width=640, height=480, x=0, y=0, primary=True, backend="fake")
DEVICE = SoundDeviceInfo(id="d", name="Device", default=True)


@dataclass
class Desk:
    """A screen that shows a window, or fails to."""

    shows_window: bool = True
    brightness: int = 90
    lit: set[int] = field(default_factory=set)
    backend: str = "fake"
    fallbacks: tuple[str, ...] = ()
    clock: MonotonicClock = field(default_factory=MonotonicClock)
    strips: int = 8

    def open(self) -> tuple[int, int]:
        return SCREEN.width, SCREEN.height

    def grab(self) -> VideoFrame | None:
        pixels = np.full((SCREEN.height, SCREEN.width, 4), self.brightness, np.uint8)
        if self.shows_window:
            area = window_place(SCREEN).of(pixels)
            area[...] = 0
            width = area.shape[1] // self.strips
            for strip in list(self.lit):
                area[:, strip * width : (strip + 1) * width] = 255
        return VideoFrame(captured_ns=self.clock.now_ns(), pixels=pixels)

    def light(self, strip: int) -> int:
        self.lit.add(strip)
        return self.clock.now_ns()

    def darken(self) -> None:
        self.lit.clear()

    def close(self) -> None:
        """As a source and as a window: nothing to free."""


class Player:
    """A microphone or a loopback that gives the same samples again and again."""

    backend = "fake"

    def __init__(self, samples: np.ndarray | None) -> None:
        self._samples = samples
        self._waiting = threading.Event()

    def open(self) -> str:
        return "Device"

    def read(self, timeout: float) -> AudioBlock | None:
        self._waiting.wait(min(timeout, 0.02))
        return None if self._samples is None else AudioBlock(start_ns=0, samples=self._samples)

    def take_notices(self) -> tuple[SoundNotice, ...]:
        return ()

    def interrupt(self) -> None:
        self._waiting.set()

    def close(self) -> None:
        """Nothing to free."""


def no_beeper(device: str | None, clock: object) -> object:
    raise IoniaError(ErrorKind.AUDIO_UNAVAILABLE, "Nothing plays.")


def run(
    part: Part,
    change: Callable[[Backends], Backends],
    settings: SelftestSettings | None = None,
    tools: SelftestTools | None = None,
) -> tuple[SelftestReport, list[Event]]:
    machine, events = FakeMachine(), Events()
    engine = Engine(change(machine.backends()), machine.clock, events, selftest=selftests_with(tools))
    try:
        return engine.selftest(replace(settings or SelftestSettings(), parts=(part,))), events.all
    finally:
        engine.close()


def desk_backends(desk: Desk) -> Callable[[Backends], Backends]:
    return lambda backends: replace(backends, screen=lambda settings: desk, list_screens=lambda: (SCREEN,))


def desk_tools(desk: Desk) -> SelftestTools:
    def show(screen: ScreenInfo, place: Box, clock: object) -> Desk:
        return desk

    return SelftestTools(
        show_window=show, make_beeper=no_beeper, read_lumas=lambda *_: iter(()), read_sound=lambda _: np.zeros((0, 2))
    )


def capture(desk: Desk) -> Finding:
    report, _ = run(Part.CAPTURE, desk_backends(desk), tools=desk_tools(desk))
    assert len(report.findings) == 1
    return report.findings[0]


def test_a_screen_that_works() -> None:
    finding = capture(Desk())
    assert finding.figures["black"] is False
    assert float(finding.figures["framesPerSecond"] or 0) > 0
    assert finding.figures["pointer"] is False


def test_a_black_screen_names_the_two_gpus() -> None:
    finding = capture(Desk(shows_window=False, brightness=0))
    assert (finding.outcome, "GPU" in finding.advice) == (Outcome.BAD, True)


def test_a_screen_without_our_window_is_another_one() -> None:
    finding = capture(Desk(shows_window=False))
    assert finding.outcome is Outcome.BAD
    assert "not in the picture" in finding.found


def test_without_a_window_only_the_picture_is_judged() -> None:
    report, _ = run(Part.CAPTURE, desk_backends(Desk()))
    assert report.findings[0].outcome is Outcome.GOOD
    dark, _ = run(Part.CAPTURE, desk_backends(Desk(brightness=0)))
    assert dark.findings[0].outcome is Outcome.FAIR


def test_a_screen_that_does_not_open_is_bad() -> None:
    def fail(settings: MediaSettings) -> Desk:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "It is locked.", "Unlock it.")

    report, _ = run(Part.CAPTURE, lambda b: replace(b, screen=fail, list_screens=lambda: (SCREEN,)))
    assert (report.findings[0].outcome, report.findings[0].advice) == (Outcome.BAD, "Unlock it.")
    assert not report.ok
    none, events = run(Part.CAPTURE, lambda b: replace(b, screen=fail))
    assert none.findings[0].outcome is Outcome.SKIPPED
    assert any(isinstance(event, SelftestProgressed) and event.fraction == 1.0 for event in events)


@pytest.mark.parametrize(
    ("samples", "outcome", "words"),
    [
        (np.ones((480, 2), np.float32), Outcome.FAIR, "clipping"),
        (np.zeros((480, 2), np.float32), Outcome.FAIR, "complete silence"),
        (None, Outcome.FAIR, "no sound at all"),
        (np.full((480, 2), 0.1, np.float32), Outcome.GOOD, "peak -20 dBFS"),
    ],
)
def test_the_microphone_is_listened_to(
    samples: np.ndarray | None, outcome: Outcome, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(try_sound, "LENGTH_NS", SECOND_NS)
    report, _ = run(
        Part.SOUND,
        lambda b: replace(
            b,
            desktop_audio=lambda _: Player(None),
            microphone=lambda _: Player(samples),
            list_desktop_audio=lambda: (DEVICE,),
            list_microphones=lambda: (DEVICE,),
        ),
    )
    desktop, mic = report.findings
    assert desktop.outcome is Outcome.GOOD
    assert (mic.outcome, words in mic.found) == (outcome, True)


def test_a_folder_that_cannot_be_written_is_bad(tmp_path: Path) -> None:
    report, _ = run(Part.DISK, lambda b: b, SelftestSettings(folder=str(tmp_path / "missing")))
    assert report.findings[0].outcome is Outcome.BAD
    assert "can't be written to" in report.findings[0].found


def test_a_disk_without_room_is_bad(tmp_path: Path) -> None:
    report, _ = run(
        Part.DISK, lambda b: replace(b, free_bytes=lambda _: 60_000_000), SelftestSettings(folder=str(tmp_path))
    )
    assert report.findings[0].outcome is Outcome.BAD
    assert list(tmp_path.iterdir()) == []


def test_encoders_that_are_not_here_are_told_without_alarm() -> None:
    absent = EncoderInfo(name="h264_nvenc", hardware=True, available=False, reason="does not open: needs a GPU")
    present = EncoderInfo(name=FakeVideoEncoder.codec, hardware=False, available=True, reason="")
    report, _ = run(Part.ENCODERS, lambda b: replace(b, list_encoders=lambda: (absent, present)))
    assert [finding.outcome for finding in report.findings][:2] == [Outcome.ABSENT, Outcome.GOOD]
    assert report.findings[0].found == "not here: needs a GPU"
    replaced = replace(present, name="h264_qsv")
    other, _ = run(Part.ENCODERS, lambda b: replace(b, list_encoders=lambda: (replaced,)))
    assert [finding.outcome for finding in other.findings] == [Outcome.ABSENT, Outcome.BAD]
    assert report.recommendation is not None


def test_a_screen_that_is_too_large_for_every_encoder_is_recommended_in_a_smaller_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(try_encoders, "USUAL_HEIGHTS", (1080, 540, 360))
    monkeypatch.setattr(try_encoders, "_run", lambda *asked: {720: 20.0, 540: 38.0, 360: 80.0}[asked[-1][1]])
    present = EncoderInfo(name=FakeVideoEncoder.codec, hardware=False, available=True, reason="")
    report, _ = run(Part.ENCODERS, lambda b: replace(b, list_encoders=lambda: (present,)))
    best = report.recommendation
    assert best is not None
    assert (best.width, best.height, best.fps, best.scaled) == (640, 360, 30, True)
    assert best.video_bitrate == 500_000
    finding = report.findings[-1]
    assert finding.found == (
        "none holds 30 frames a second at this size, 15 are held; 30 are held where the picture is made 640x360"
    )
    assert finding.advice == "Record in the size 640x360, or at 15 frames a second."


def test_only_one_runs_at_a_time_and_closing_ends_it() -> None:
    machine, events = FakeMachine(), Events()
    engine = Engine(
        replace(machine.backends(), desktop_audio=lambda _: Player(None), microphone=lambda _: Player(None)),
        machine.clock,
        events,
        selftest=selftests_with(None),
    )
    reports: list[SelftestReport] = []
    settings = SelftestSettings(parts=(Part.SOUND,))
    thread = threading.Thread(target=lambda: reports.append(engine.selftest(settings)))
    thread.start()
    events.wait_for(lambda event: isinstance(event, SelftestProgressed))
    with pytest.raises(IoniaError) as refused:
        engine.selftest(settings)
    assert refused.value.kind is ErrorKind.ALREADY_RUNNING
    assert refused.value.message == "Another self-test is running."
    engine.close()
    thread.join(30)
    assert reports[0].cancelled
    assert engine.cancel_selftest() is False
    with pytest.raises(IoniaError, match="shutting down"):
        engine.selftest(settings)


def test_what_it_would_disturb_is_named() -> None:
    with engine_on(FakeMachine()) as (engine, _):
        engine.initialize_replay("r", ReplaySettings(media=MUTE))
        engine.start(SessionKind.REPLAY, "r")
        with pytest.raises(IoniaError) as replay:
            engine.selftest(SelftestSettings())
        initialize(engine, settings=MUTE)
        engine.start(SessionKind.RECORDER, "a")
        with pytest.raises(IoniaError) as both:
            engine.selftest(SelftestSettings())
    assert replay.value.message == "A replay is running."
    assert both.value.message == "A recording and a replay are running."
    assert both.value.kind is ErrorKind.ALREADY_RUNNING


def test_where_nothing_can_be_played_the_card_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(try_av, "CARD_NS", 2 * SECOND_NS)

    def change(backends: Backends) -> Backends:
        return replace(desk_backends(Desk())(backends), list_desktop_audio=lambda: (DEVICE,))

    report, events = run(Part.AV, change, tools=desk_tools(Desk()))
    assert not [event for event in events if isinstance(event, SelftestProgressed) and SEEN in event.message]
    titles = {finding.title: finding for finding in report.findings}
    assert "Nothing plays" in titles["Sound and picture"].found
    assert titles["Card and tone"].outcome is Outcome.BAD  # the fake recording shows nothing
