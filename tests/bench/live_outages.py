"""The server goes away and comes back: how long until a picture is there again, and how soon after connecting."""

import random
import statistics
import time

from tests.bench.parts import Form
from tests.bench.report import PartResult, Plot, Row, Series, spread
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import go_live
from tests.fakes.rtmp_server import RtmpServer

MEDIAN_GOAL = 2.5
WORST_GOAL = 6.0
KEYFRAME_GOAL_MS = 100.0
PICTURES_BETWEEN = 170
"""Sent before the next outage: over five seconds, so that the link counts as good again."""

BACK_TIMEOUT = 60.0


def measure(form: Form) -> PartResult:
    """One engine through all outages."""
    chance = random.Random(4)  # noqa: S311 - lengths, not secrets
    short = [chance.uniform(0.5, form.of(quick=4.0, full=12.0)) for _ in range(form.of(quick=2, full=10))]
    lengths = short + form.of(quick=[], full=[30.0, 60.0, 90.0])
    waits, keyframes, firsts_are_keyframes = [], [], True
    server = RtmpServer()
    port = server.port
    with EngineProcess() as engine:
        go_live(engine, server.url())
        for length in lengths:
            server.wait_for(lambda now=server: now.publications and len(now.publications[-1].of(9)) > PICTURES_BETWEEN)
            server.close()
            time.sleep(length)
            server = RtmpServer(port=port)
            back = time.monotonic()
            server.wait_for(lambda now=server: any(one.of(9) for one in now.publications), BACK_TIMEOUT)
            first = next(one for one in server.publications if one.of(9))
            waits.append(first.of(9)[0].arrived - back)
            keyframes.append((first.of(9)[0].arrived - first.media[0].arrived) * 1000)
            firsts_are_keyframes = firsts_are_keyframes and first.of(9)[0].is_keyframe
        engine.call("streamer.stop")
    server.close()
    rows = [
        Row(
            what=f"server back to picture at the server, {len(lengths)} outages, median",
            ours=spread(waits, ".2f", "s"),
            goal=f"≤ {MEDIAN_GOAL} s",
            met=statistics.median(waits) <= MEDIAN_GOAL,
        ),
        Row(
            what="server back to picture at the server, worst",
            ours=f"{max(waits):.2f} s",
            goal=f"≤ {WORST_GOAL:.0f} s",
            met=max(waits) <= WORST_GOAL,
        ),
        Row(
            what="reconnected to first picture, which is a keyframe",
            ours=spread(keyframes, ".0f", "ms") + ("" if firsts_are_keyframes else ", not always a keyframe"),
            goal=f"≤ {KEYFRAME_GOAL_MS:.0f} ms",
            met=firsts_are_keyframes and max(keyframes) <= KEYFRAME_GOAL_MS,
        ),
    ]
    plot = Plot(
        name="outages",
        title="From the server's return to its first picture",
        x_label="length of the outage, s",
        y_label="s",
        kind="points",
        series=[Series(label="ionia", x=[round(x, 2) for x in lengths], y=[round(y, 3) for y in waits])],
        limits=[WORST_GOAL],
    )
    return PartResult(rows=rows, notes=[f"Outages of {min(lengths):.1f} to {max(lengths):.1f} s."], plots=[plot])
