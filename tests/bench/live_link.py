"""A link that carries 6 Mbit/s, then 3, then 6 again, for a stream of 5.2: with the bit rate fixed and adaptive."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise

from tests.bench.live_cost import bits_by_second
from tests.bench.parts import Form
from tests.bench.report import PartResult, Plot, Row, Series, percentile
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import go_live, stream_stats, wait_connected
from tests.fakes.netns import slow_network
from tests.fakes.rtmp_server import rtmp_server

GOOD_MBIT, BAD_MBIT = 6.0, 3.0
LEAD_SECONDS = 6.0
TARGET_KBPS = 5000.0
FULL_SHARE = 0.95
AAC_GAPS_MS = {20, 21, 22, 23}
"""Between AAC frames of 21.33 ms, by rounding and for ties."""


@dataclass(slots=True)
class Dip:
    """What was seen. Times count from the moment at which the link was halved."""

    delays: list[float] = field(default_factory=list)
    longest_still_ms: int = 0
    sound_lost: int = 0
    dropped: int = 0
    lowered_at: float | None = None
    normal_after: float | None = None
    full_after: float | None = None
    latency: list[tuple[float, float]] = field(default_factory=list)
    rate: list[tuple[float, float]] = field(default_factory=list)


def measure(form: Form) -> PartResult:
    """Fixed, then adaptive. Needs root, for the slow network."""
    slow_seconds, after_seconds = form.of(quick=(4.0, 6.0), full=(60.0, 17.0))
    dips = {name: dip(slow_seconds, after_seconds, adaptive=name == "adaptive") for name in ("fixed", "adaptive")}
    notes = [
        f"A token bucket of {GOOD_MBIT:.0f}, {BAD_MBIT:.0f} and {GOOD_MBIT:.0f} Mbit/s with a queue of 100 ms, the "
        f"slow time {slow_seconds:.0f} s. The delay is against the quickest packet of the same stream."
    ]
    rows = fixed_rows(dips["fixed"]) + adaptive_rows(dips["adaptive"], after_seconds)
    return PartResult(rows=rows, notes=notes, plots=plots(dips, slow_seconds))


def plots(dips: Mapping[str, Dip], slow_seconds: float) -> list[Plot]:
    """What waits, and what arrives, from before the dip until after it; the slow time is shaded."""
    slow = [(0.0, slow_seconds, f"{BAD_MBIT:.0f} Mbit/s")]
    return [
        Plot(
            name="dip-latency",
            title=f"Link halved for {slow_seconds:.0f} s: media that is not delivered yet",
            x_label="seconds since the link was halved",
            y_label="ms",
            spans=slow,
            series=[
                Series(label=f"{name} bit rate", x=[round(x, 2) for x, _ in points], y=[round(y, 1) for _, y in points])
                for name, points in ((name, thinned(one.latency)) for name, one in dips.items())
            ],
        ),
        Plot(
            name="dip-bitrate",
            title=f"Link halved for {slow_seconds:.0f} s: video at the server, by the second",
            x_label="seconds since the link was halved",
            y_label="Mbit/s",
            spans=slow,
            from_zero=True,
            series=[
                Series(
                    label=f"{name} bit rate",
                    x=[round(x, 2) for x, _ in one.rate],
                    y=[round(y / 1e6, 3) for _, y in one.rate],
                )
                for name, one in dips.items()
            ],
        ),
    ]


def thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most a few hundred, each the largest of its neighbours: what waits is told by its peaks."""
    some = max(1, len(points) // 400)
    return [max(points[n : n + some], key=lambda point: point[1]) for n in range(0, len(points), some)]


def fixed_rows(one: Dip) -> list[Row]:
    """Goals for a fixed bit rate."""
    p99 = percentile(one.delays, 99)
    return [
        goal_row("link halved, bit rate fixed: capture to server, 99th percentile", p99, 1.5, "s"),
        Row(
            what="link halved, bit rate fixed: audio packets lost",
            ours=str(one.sound_lost),
            goal="0",
            met=one.sound_lost == 0,
        ),
        goal_row("link halved, bit rate fixed: longest still picture", float(one.longest_still_ms), 300.0, "ms"),
        goal_row("link halved, bit rate fixed: normal again after", one.normal_after, 2.0, "s"),
    ]


def adaptive_rows(one: Dip, after_seconds: float) -> list[Row]:
    """Goals for an adaptive bit rate."""
    # The quick form does not wait until the rate must be there.
    full = goal_row(f"link halved, adaptive: ≥ {FULL_SHARE:.0%} of the bit rate again after", one.full_after, 15.0, "s")
    waited = one.full_after is not None or after_seconds >= 15
    return [
        goal_row("link halved, adaptive: bit rate lowered after", one.lowered_at, 1.5, "s"),
        Row(
            what="link halved, adaptive: frames dropped",
            ours=str(one.dropped),
            goal="0",
            met=one.dropped == 0,
        ),
        full if waited else Row(what=full.what, ours=f"not within {after_seconds:.0f} s", goal=full.goal),
    ]


def goal_row(what: str, value: float | None, limit: float, unit: str) -> Row:
    """A value that must not exceed a limit; None for what never came."""
    form = ".0f" if unit == "ms" else ".2f"
    return Row(
        what=what,
        ours="never" if value is None else f"{value:{form}} {unit}",
        goal=f"≤ {limit:g} {unit}",
        met=value is not None and value <= limit,
    )


def dip(slow_seconds: float, after_seconds: float, *, adaptive: bool) -> Dip:
    """One stream through the dip."""
    seen = Dip()
    with ExitStack() as stack:
        network = stack.enter_context(slow_network())
        network.limit(GOOD_MBIT)
        server = stack.enter_context(rtmp_server(listener=network.listen()))
        engine = stack.enter_context(EngineProcess())
        go_live(engine, server.url(), adaptiveBitrate=adaptive)
        wait_connected(engine)
        begun, halved, restored = time.monotonic() + LEAD_SECONDS, False, False
        while (now := time.monotonic() - begun) < slow_seconds + after_seconds:
            if now >= 0 and not halved:
                network.limit(BAD_MBIT)
                halved = True
            if now >= slow_seconds and not restored:
                network.limit(GOOD_MBIT)
                restored = True
            watch(seen, now, slow_seconds, stream_stats(engine))
            time.sleep(0.05)
        engine.call("streamer.stop")
        seen.dropped = stream_stats(engine)["videoPacketsDropped"]
        (publication,) = server.publications
    pictures, sound = publication.of(9), publication.of(8)
    lags = [message.arrived - message.timestamp / 1000 for message in [*pictures, *sound]]
    seen.delays = [lag - min(lags) for lag in lags]
    seen.longest_still_ms = max(after.timestamp - before.timestamp for before, after in pairwise(pictures))
    seen.sound_lost = sum(after.timestamp - before.timestamp not in AAC_GAPS_MS for before, after in pairwise(sound))
    # A second's bits are shown at its middle. Its media left when the quickest packet would have.
    seen.rate = [(n + 0.5 + min(lags) - begun, bits) for n, bits in enumerate(bits_by_second(pictures))]
    return seen


def watch(seen: Dip, now: float, slow_seconds: float, stats: dict[str, float]) -> None:
    """Note what has come true at `now`."""
    seen.latency.append((now, float(stats["currentLatencyMs"])))
    if now < 0:
        return
    target = float(stats["targetBitrateKbps"])
    if seen.lowered_at is None and target < TARGET_KBPS:
        seen.lowered_at = now
    if now < slow_seconds:
        return
    # Normal is: every picture goes out. What waits drains by the little that the link carries more than the stream.
    if not stats["backpressure"]:
        seen.normal_after = now - slow_seconds if seen.normal_after is None else seen.normal_after
    else:
        seen.normal_after = None
    if seen.full_after is None and target >= FULL_SHARE * TARGET_KBPS and not stats["backpressure"]:
        seen.full_after = now - slow_seconds
