"""The self-test as a whole: its parts in order, how far it is, and its end. What is measured is in the parts."""

from collections.abc import Callable
from functools import partial

from ionia.core.events import Event, SelftestProgressed
from ionia.core.media import Picture
from ionia.core.selftest_report import Correction, Finding, Outcome, Part, SelftestReport, SelftestSettings
from ionia.core.service import EngineService, Listener
from ionia.runtime.backends import Backends, MakeSelftest
from ionia.selftest.context import SECOND_NS, CancelledError, SelftestContext, SelftestTools, find_screen
from ionia.selftest.judge import EncoderSpeed, recommend
from ionia.selftest.try_av import run_av
from ionia.selftest.try_capture import run_capture
from ionia.selftest.try_disk import run_disk
from ionia.selftest.try_encoders import CARD_SIZE, run_encoders
from ionia.selftest.try_network import run_network
from ionia.selftest.try_sound import run_sound
from ionia.threads.clock import MonotonicClock, StopSignal

SECONDS = {Part.CAPTURE: 3, Part.ENCODERS: 5, Part.AV: 14, Part.SOUND: 3, Part.DISK: 1, Part.NETWORK: 13}
"""About how long each part takes, for the progress."""


def selftests_with(tools: SelftestTools | None) -> MakeSelftest:
    """How an engine makes its self-tests, with what they show, play and read."""

    def make(
        settings: SelftestSettings,
        backends: Backends,
        clock: MonotonicClock,
        make_engine: Callable[[Listener], EngineService],
        emit: Listener,
    ) -> Selftest:
        return Selftest(settings, backends, tools, clock, make_engine=make_engine, emit=emit)

    return make


class Selftest:
    """`run` once, on any thread; `cancel` from any other. `emit` gets SelftestProgressed."""

    def __init__(
        self,
        settings: SelftestSettings,
        backends: Backends,
        tools: SelftestTools | None,
        clock: MonotonicClock,
        *,
        make_engine: Callable[[Listener], EngineService],
        emit: Callable[[Event], None],
    ) -> None:
        self._settings = settings
        self._backends = backends
        self._tools = tools
        self._clock = clock
        self._make_engine = make_engine
        self._emit = emit
        self._stop = StopSignal(clock)
        self._findings: list[Finding] = []
        self._picture: Picture | None = None
        self._delivered: float | None = None
        self._speeds: list[EncoderSpeed] = []
        self._beeps_db: float | None = None
        self._correction: Correction | None = None
        self._network_bps: float | None = None

    def cancel(self) -> None:
        """End as soon as possible; `run` answers with what there is."""
        self._stop.set()

    def run(self) -> SelftestReport:
        """Everything asked for, one part after the other: at the same time they would disturb each other."""
        begin_ns = self._clock.now_ns()
        screen = find_screen(self._settings, self._backends)
        parts = self._settings.parts
        seconds = {**SECONDS, Part.NETWORK: SECONDS[Part.NETWORK] if self._settings.rtmp_url else 0}
        whole = sum(seconds[part] for part in parts) or 1
        cancelled = False
        begin = 0
        try:
            for part in parts:
                context = SelftestContext(
                    settings=self._settings,
                    backends=self._backends,
                    tools=self._tools,
                    clock=self._clock,
                    stop=self._stop,
                    screen=screen,
                    make_engine=self._make_engine,
                    tell=partial(self._tell, part, begin / whole, seconds[part] / whole),
                )
                context.check()
                self._run(part, context)
                begin += seconds[part]
        except CancelledError:
            cancelled = True
        size = CARD_SIZE if self._picture is None else (self._picture.shape[1], self._picture.shape[0])
        return SelftestReport(
            findings=tuple(self._findings),
            seconds=(self._clock.now_ns() - begin_ns) / SECOND_NS,
            cancelled=cancelled,
            correction=self._correction,
            recommendation=recommend(self._speeds, *size, delivered_fps=self._delivered, network_bps=self._network_bps),
        )

    def _run(self, part: Part, context: SelftestContext) -> None:
        match part:
            case Part.CAPTURE:
                captured = run_capture(context)
                self._picture, self._delivered = captured.picture, captured.delivered_fps
                self._found(context, captured.finding)
            case Part.ENCODERS:
                findings, self._speeds = run_encoders(context, self._picture)
                self._found(context, *findings)
            case Part.AV:
                result = run_av(context)
                self._correction, self._beeps_db = result.correction, result.beeps_db
                self._found(context, *result.findings)
            case Part.SOUND:
                self._found(context, *run_sound(context, beeps_db=self._beeps_db))
            case Part.DISK:
                self._found(context, run_disk(context))
            case Part.NETWORK:
                finding, self._network_bps = run_network(context)
                self._found(context, finding)

    def _found(self, context: SelftestContext, *findings: Finding) -> None:
        self._findings.extend(findings)
        for finding in findings:
            if finding.outcome is not Outcome.ABSENT:
                context.tell(1.0, f"{finding.title}: {finding.found}")

    def _tell(self, part: Part, begin: float, share: float, done: float, message: str) -> None:
        self._emit(SelftestProgressed(part=part, fraction=begin + share * done, message=message))
