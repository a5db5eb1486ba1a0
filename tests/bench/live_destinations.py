"""Several servers out of one encode: what each further one costs, and what the good one notices of two bad ones."""

import statistics
import time
from contextlib import ExitStack

from tests.bench.parts import Form
from tests.bench.report import PartResult, Row, percentile, spread
from tests.bench.usage import cpu_share, usage
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD, connections, eventually, stream_stats, wait_connected
from tests.fakes.rtmp_server import Act, Misbehaviour, Stage, rtmp_server

SETTLE_SECONDS = 3.0
SEVERAL = 3
COST_GOAL = 1.05
LATER_GOAL_MS = 50.0
PICTURE = {"fps": 30, "width": 1280, "height": 720, "videoBitrate": 5_000_000}
BAD = {
    "frozen": Misbehaviour(stage=Stage.MEDIA, act=Act.STALL),
    "slow": Misbehaviour(stage=Stage.MEDIA, act=Act.SLOW, bytes_per_second=50_000),
}
"""One reads nothing more, the other a twelfth of the stream."""


def measure(form: Form) -> PartResult:
    """The cost in turns, then the arrivals of one stream before and beside the bad ones."""
    note = "Test card at 720p30, 5 Mbit/s, H.264 by libx264; servers on this machine, in another process."
    return PartResult(rows=[cost_row(form), later_row(form)], notes=[note])


def cost_row(form: Form) -> Row:
    """CPU of the engine with three servers against that with one."""
    rounds, seconds = form.of(quick=(1, 6.0), full=(5, 20.0))
    one, several = [], []
    for _ in range(rounds):
        one.append(cores(1, seconds))
        several.append(cores(SEVERAL, seconds))
    ratio = statistics.median(several) / statistics.median(one)
    return Row(
        what=f"CPU of a stream to {SEVERAL} servers against one",
        ours=spread(several, ".3f", "cores"),
        peer=f"{spread(one, '.3f', 'cores')} to one",
        ratio=f"{ratio:.2f}",
        goal=f"≤ {COST_GOAL}",
        met=ratio <= COST_GOAL,
    )


def cores(servers: int, seconds: float) -> float:
    """CPU of an engine that streams to so many."""
    with ExitStack() as stack:
        urls = [stack.enter_context(rtmp_server()).url() for _ in range(servers)]
        engine = stack.enter_context(EngineProcess())
        begin(engine, urls)
        eventually(lambda: connected(engine) == servers, "all connected")
        time.sleep(SETTLE_SECONDS)
        before, pictures = usage(engine.process.pid), sent(engine)
        time.sleep(seconds)
        share, pictures = cpu_share(before, usage(engine.process.pid)), sent(engine) - pictures
        engine.call("streamer.stop")
    # On a machine that has no time for all pictures, fewer cost less.
    return share * PICTURE["fps"] * seconds / pictures


def later_row(form: Form) -> Row:
    """How much later packets are at the good server while a frozen and a slow one get the same."""
    seconds = form.of(quick=6.0, full=30.0)
    with ExitStack() as stack:
        good = stack.enter_context(rtmp_server())
        bad = {name: stack.enter_context(rtmp_server(misbehaviour=what)) for name, what in BAD.items()}
        engine = stack.enter_context(EngineProcess())
        begin(engine, [good.url()])
        wait_connected(engine)
        time.sleep(SETTLE_SECONDS + seconds)
        changed = time.monotonic()
        for name, server in bad.items():
            engine.call("streamer.addDestination", {"rtmpUrl": server.url(), "destination": name})
        eventually(lambda: connected(engine) == 1 + len(bad), "all connected")
        time.sleep(seconds)
        engine.call("streamer.stop")
        (publication,) = good.publications
    media = [message for kind in (8, 9) for message in publication.of(kind)]
    lags = [(message.arrived, message.arrived - message.timestamp / 1000) for message in media]
    settled, least = lags[0][0] + SETTLE_SECONDS, min(lag for _, lag in lags)
    alone, beside = (
        percentile([(lag - least) * 1000 for at, lag in lags if begun <= at < ended], 95)
        for begun, ended in ((settled, changed), (changed, float("inf")))
    )
    return Row(
        what="capture to the good server, p95, beside a frozen and a slow one",
        ours=f"{beside:.1f} ms",
        peer=f"{alone:.1f} ms alone",
        ratio=f"{beside - alone:+.1f} ms",
        goal=f"≤ +{LATER_GOAL_MS:.0f} ms",
        met=beside - alone <= LATER_GOAL_MS,
    )


def begin(engine: EngineProcess, urls: list[str]) -> None:
    """Go live at all of them."""
    engine.call("streamer.initialize", {"rtmpUrls": urls, **CARD, **PICTURE})
    engine.call("streamer.start")


def sent(engine: EngineProcess) -> int:
    """Pictures that the first server was sent."""
    return int(stream_stats(engine)["destinations"][0]["videoPackets"])


def connected(engine: EngineProcess) -> int:
    """How many were, at least once."""
    return len({one["destination"] for one in connections(engine) if one["state"] == "connected"})
