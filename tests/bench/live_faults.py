"""What a recording and the other calls notice of a server that is frozen, dead, stalled, resetting or cut off."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.media import timing
from tests.bench.parts import Form
from tests.bench.report import PartResult, Row, percentile
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD, connections, go_live, wait_connected
from tests.fakes.netns import slow_network
from tests.fakes.nginx_rtmp import nginx_rtmp
from tests.fakes.rtmp_server import rtmp_server
from tests.fakes.tcp_relay import tcp_relay

FPS = 30
SETTLE_SECONDS = 4.0
NOTICED_GOAL = 3.0
STOP_GOAL = 1.0
ANSWER_GOAL_MS = 20.0
HURT_INTERVAL = 0.5
"""A fault is done again so often: one reset is over at once."""

Fault = Callable[[], AbstractContextManager[tuple[str, Callable[[], object]]]]
"""Gives the address to publish to, and what hurts; that is called again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What one fault did. Pictures lost (lagged, skipped) in an equal time before it and during it."""

    seconds: float | None
    answers_ms: list[float]
    lost_before: int
    lost: int
    uneven: int
    stop_seconds: float


def measure(form: Form) -> PartResult:
    """One engine, recording and streaming, for each fault."""
    seconds = form.of(quick=5.0, full=8.0)
    chosen = {name: FAULTS[name] for name in form.of(quick=("frozen",), full=tuple(FAULTS))}
    rows = []
    for name, fault in chosen.items():
        found = suffer(fault, form.folder / f"{name}.mp4", seconds)
        rows += fault_rows(name, found, seconds)
    note = (
        f"Test card at 720p30, recorded while it is streamed; each fault lasts {seconds:.0f} s. The pictures that the "
        "same engine lost in an equal time before the fault are named: they are the machine's."
    )
    return PartResult(rows=rows, notes=[note])


def fault_rows(name: str, found: Noticed, seconds: float) -> list[Row]:
    """One fault's figures."""
    p99 = percentile(found.answers_ms, 99)
    return [
        Row(
            what=f"recording while the server is {name}: uneven frames; lagged and skipped",
            ours=f"{found.uneven}; {found.lost} in {seconds:.0f} s ({found.lost_before} before)",
            goal="0; no more than before",
            met=found.uneven == 0 and found.lost <= found.lost_before,
        ),
        Row(
            what=f"getStats while the server is {name}, 99th percentile",
            ours=f"{p99:.1f} ms",
            goal=f"≤ {ANSWER_GOAL_MS:.0f} ms",
            met=p99 <= ANSWER_GOAL_MS,
        ),
        Row(
            what=f"noticed that the server is {name}",
            ours="not noticed" if found.seconds is None else f"after {found.seconds:.2f} s",
            goal=f"≤ {NOTICED_GOAL:.0f} s",
            met=found.seconds is not None and found.seconds <= NOTICED_GOAL,
        ),
        Row(
            what=f"streamer.stop while the server is {name}",
            ours=f"{found.stop_seconds:.2f} s",
            goal=f"≤ {STOP_GOAL:.0f} s",
            met=found.stop_seconds <= STOP_GOAL,
        ),
    ]


def suffer(fault: Fault, path: Path, seconds: float) -> Noticed:
    """Record and stream, be well for a while, then be hurt for as long."""
    with fault() as (url, hurt), EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
        engine.call("recorder.start")
        go_live(engine, url, "live")
        wait_connected(engine, "live")
        time.sleep(SETTLE_SECONDS)
        lost0 = lost(engine)
        time.sleep(seconds)
        lost1 = lost(engine)
        answers: list[float] = []
        noticed: float | None = None
        begun = time.monotonic()
        hurt_at = begun
        while (now := time.monotonic()) - begun < seconds:
            if now >= hurt_at:
                hurt()
                hurt_at += HURT_INTERVAL
            asked = time.monotonic()
            engine.call("recorder.getStats")
            answers.append((time.monotonic() - asked) * 1000)
            if noticed is None and any(one["reason"] for one in connections(engine, "live")):
                noticed = time.monotonic() - begun
            time.sleep(0.013)
        lost2 = lost(engine)
        asked = time.monotonic()
        engine.call("streamer.stop", ["live"])
        stopped = time.monotonic() - asked
        engine.call("recorder.stop")
    return Noticed(
        seconds=noticed,
        answers_ms=answers,
        lost_before=lost1 - lost0,
        lost=lost2 - lost1,
        uneven=timing(path, FPS).uneven,
        stop_seconds=stopped,
    )


def lost(engine: EngineProcess) -> int:
    """Pictures that the recording lost so far."""
    stats = engine.call("recorder.getStats")
    return int(stats["videoFramesLagged"] + stats["videoFramesSkipped"])


@contextmanager
def frozen() -> Iterator[tuple[str, Callable[[], object]]]:
    """SIGSTOP: its kernel goes on acknowledging until its buffers are full."""
    with nginx_rtmp() as nginx:
        yield nginx.url(), nginx.freeze


@contextmanager
def dead() -> Iterator[tuple[str, Callable[[], object]]]:
    """SIGKILL: connections are reset, new ones refused."""
    with nginx_rtmp() as nginx:
        yield nginx.url(), nginx.kill


@contextmanager
def stalled() -> Iterator[tuple[str, Callable[[], object]]]:
    """A relay that carries nothing any more."""
    with rtmp_server() as server, tcp_relay(server.port) as relay:
        yield f"rtmp://127.0.0.1:{relay.port}/live/key", relay.stall


@contextmanager
def resetting() -> Iterator[tuple[str, Callable[[], object]]]:
    """A relay that resets every connection twice a second."""
    with rtmp_server() as server, tcp_relay(server.port) as relay:
        yield f"rtmp://127.0.0.1:{relay.port}/live/key", relay.reset


@contextmanager
def black_holed() -> Iterator[tuple[str, Callable[[], object]]]:
    """A network that swallows every packet and says nothing."""
    with slow_network() as network, rtmp_server(listener=network.listen()) as server:
        network.limit(20)
        yield server.url(), network.cut


FAULTS: dict[str, Fault] = {
    "frozen": frozen,
    "resetting": resetting,
    "dead": dead,
    "stalled": stalled,
    "black-holed": black_holed,
}
