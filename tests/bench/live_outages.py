"""The server goes away and comes back: how long until a picture is there again, and how soon after connecting."""

import random
import statistics
import time
from dataclasses import dataclass, field

from tests.bench.parts import Form
from tests.bench.report import PartResult, Plot, Row, Series, spread
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import go_live
from tests.fakes.rtmp_server import RtmpServer

MEDIAN_GOAL = 2.5
WORST_GOAL = 6.0
KEYFRAME_GOAL_MS = 100.0
SECONDS_BETWEEN = 5.2
"""Of pictures before the next outage: over five seconds, so that the link counts as good again."""

BACK_TIMEOUT = 60.0
LONG = (30.0, 60.0, 90.0)


@dataclass(slots=True)
class Back:
    """What came back after outages of these lengths."""

    lengths: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    keyframes_ms: list[float] = field(default_factory=list)
    firsts_are_keyframes: bool = True

    def add(self, length: float, server: RtmpServer, back: float) -> None:
        """Wait for the first picture at a server that is there since `back`."""
        server.wait_for(lambda: any(one.of(9) for one in server.publications), BACK_TIMEOUT)
        first = next(one for one in server.publications if one.of(9))
        self.lengths.append(length)
        self.waits.append(first.of(9)[0].arrived - back)
        self.keyframes_ms.append((first.of(9)[0].arrived - first.media[0].arrived) * 1000)
        self.firsts_are_keyframes = self.firsts_are_keyframes and first.of(9)[0].is_keyframe


def measure(form: Form) -> PartResult:
    """Short ones of one server, then the long ones of three servers at a time: one engine and one encode feed all."""
    chance = random.Random(4)  # noqa: S311 - lengths, not secrets
    short = [chance.uniform(0.5, form.of(quick=4.0, full=8.0)) for _ in range(form.of(quick=1, full=5))]
    back = Back()
    with EngineProcess() as engine:
        one_server(engine, short, back)
        if form.full:
            servers_together(engine, LONG, back)
    rows, waits = rows_of(back), [round(wait, 3) for wait in back.waits]
    plot = Plot(
        name="outages",
        title="From the server's return to its first picture",
        x_label="length of the outage, s",
        y_label="s",
        kind="points",
        from_zero=True,
        series=[Series(label="ionia", x=[round(length, 2) for length in back.lengths], y=waits)],
        limits=[WORST_GOAL],
    )
    note = f"Outages of {min(back.lengths):.1f} to {max(back.lengths):.1f} s; connections are refused meanwhile."
    return PartResult(rows=rows, notes=[note], plots=[plot])


def one_server(engine: EngineProcess, lengths: list[float], back: Back) -> None:
    """One outage after the other."""
    server = RtmpServer()
    port = server.port
    try:
        go_live(engine, server.url())
        for length in lengths:
            wait_until_good(server)
            server.close()
            time.sleep(length)
            server, again = RtmpServer(port=port), time.monotonic()
            back.add(length, server, again)
        engine.call("streamer.stop")
    finally:
        server.close()


def servers_together(engine: EngineProcess, lengths: tuple[float, ...], back: Back) -> None:
    """A destination for each length. All go away together and come back one by one."""
    servers = [RtmpServer() for _ in lengths]
    ports = [server.port for server in servers]
    try:
        for number, server in enumerate(servers):
            go_live(engine, server.url(), f"live{number}")
        for server in servers:
            wait_until_good(server)
        for server in servers:
            server.close()
        gone = time.monotonic()
        for number, length in enumerate(lengths):
            time.sleep(max(0.0, gone + length - time.monotonic()))
            servers[number], again = RtmpServer(port=ports[number]), time.monotonic()
            back.add(length, servers[number], again)
        for number in range(len(lengths)):
            engine.call("streamer.stop", [f"live{number}"])
    finally:
        for server in servers:
            server.close()


def wait_until_good(server: RtmpServer) -> None:
    """Until the link counts as good again."""
    server.wait_for(lambda: server.publications and server.publications[-1].picture_seconds > SECONDS_BETWEEN)


def rows_of(back: Back) -> list[Row]:
    """All outages together."""
    return [
        Row(
            what=f"server back to picture at the server, {len(back.lengths)} outage(s), median",
            ours=spread(back.waits, ".2f", "s"),
            goal=f"≤ {MEDIAN_GOAL} s",
            met=statistics.median(back.waits) <= MEDIAN_GOAL,
        ),
        Row(
            what="server back to picture at the server, worst",
            ours=f"{max(back.waits):.2f} s",
            goal=f"≤ {WORST_GOAL:.0f} s",
            met=max(back.waits) <= WORST_GOAL,
        ),
        Row(
            what="reconnected to first picture, which is a keyframe",
            ours=spread(back.keyframes_ms, ".0f", "ms")
            + ("" if back.firsts_are_keyframes else ", not always a keyframe"),
            goal=f"≤ {KEYFRAME_GOAL_MS:.0f} ms",
            met=back.firsts_are_keyframes and max(back.keyframes_ms) <= KEYFRAME_GOAL_MS,
        ),
    ]
