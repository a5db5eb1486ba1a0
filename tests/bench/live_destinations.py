"""Several servers out of one encode: what each further one costs, and what the good one notices of two bad ones."""

import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.parts import Form
from tests.bench.report import PartResult, Row, percentile, spread
from tests.bench.usage import cpu_share, usage
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD, eventually, stream_stats, wait_connected
from tests.fakes.rtmp_server import Act, Misbehaviour, Stage, rtmp_server

SETTLE_SECONDS = 3.0
TURN_SECONDS = 2.0
"""After servers came or went: a keyframe, for which the next pictures make good, and goodbyes."""

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
    """The cost by turns, then the arrivals of one stream before and beside the bad ones."""
    pairs, seconds = form.of(quick=(1, 4.0), full=(16, 5.0))
    cost, later = cost_row(turns(pairs, seconds)), later_row(form)
    note = (
        f"Test card at 720p30, 5 Mbit/s, H.264 by libx264; servers on this machine, in another process. CPU: one "
        f"stream, whose further servers come and go; {pairs} pair(s) of {seconds:.0f} s with and without, in "
        "alternating order, and the median of their ratios for each picture sent."
    )
    return PartResult(rows=[cost, later], notes=[note])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """CPU of one stream in two stretches of time, one after the other, in cores."""

    one: float
    several: float


def turns(pairs: int, seconds: float) -> list[Pair]:
    """CPU with one server and with several, of the same engine, so that nothing differs but the further servers.

    Two engines differ by more than those cost.
    """
    found: list[Pair] = []
    with ExitStack() as stack:
        first, *further = (stack.enter_context(rtmp_server()).url() for _ in range(SEVERAL))
        engine = stack.enter_context(EngineProcess())
        begin(engine, [first])
        wait_connected(engine)
        time.sleep(SETTLE_SECONDS)
        for number in range(pairs):
            order = (False, True) if number % 2 == 0 else (True, False)
            shares = {several: stretch(engine, further if several else [], seconds) for several in order}
            found.append(Pair(one=shares[False], several=shares[True]))
        engine.call("streamer.stop")
    return found


def stretch(engine: EngineProcess, further: Sequence[str], seconds: float) -> float:
    """CPU for so long, with these servers beside the first."""
    present = [one["destination"] for one in stream_stats(engine)["destinations"]][1:]
    wanted = {f"further-{number}": url for number, url in enumerate(further)}
    for name in present:
        if name not in wanted:
            engine.call("streamer.removeDestination", [name])
    for name, url in wanted.items():
        if name not in present:
            engine.call("streamer.addDestination", {"rtmpUrl": url, "destination": name})
    eventually(lambda: connected(engine) == 1 + len(further), "all connected")
    time.sleep(TURN_SECONDS)
    before, pictures = usage(engine.process.pid), sent(engine)
    time.sleep(seconds)
    share, pictures = cpu_share(before, usage(engine.process.pid)), sent(engine) - pictures
    # On a machine that has no time for all pictures, fewer cost less.
    return share * PICTURE["fps"] * seconds / pictures


def cost_row(found: Sequence[Pair]) -> Row:
    """The median of the pairs' ratios."""
    one, several = [pair.one for pair in found], [pair.several for pair in found]
    ratio = statistics.median(pair.several / pair.one for pair in found)
    return Row(
        what=f"CPU of a stream to {SEVERAL} servers against one",
        ours=spread(several, ".3f", "cores"),
        peer=f"{spread(one, '.3f', 'cores')} to one",
        ratio=f"{ratio:.3f}",
        goal=f"≤ {COST_GOAL}",
        met=ratio <= COST_GOAL,
    )


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
    """How many are."""
    return sum(one["connected"] for one in stream_stats(engine)["destinations"])
