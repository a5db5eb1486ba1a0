"""An hour of streaming and recording in which the link fails sixty times: does anything stay behind?"""

import random
import statistics
import time

from tests.bench.parts import Form
from tests.bench.report import PartResult, Plot, Row, Series
from tests.bench.usage import Usage, usage
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD, go_live, stream_stats, wait_connected
from tests.fakes.rtmp_server import rtmp_server
from tests.fakes.tcp_relay import TcpRelay, tcp_relay

GROWTH_GOAL_MB = 5.0
FAILURES = ("reset", "stall")


def measure(form: Form) -> PartResult:
    """One failure a minute; the quick form, one in twelve seconds."""
    failures, every = form.of(quick=(5, 12.0), full=(60, 60.0))
    chance = random.Random(6)  # noqa: S311 - a schedule, not a secret
    samples: list[Usage] = []
    with rtmp_server() as server, tcp_relay(server.port) as relay, EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(form.folder / "soak.mp4"), **CARD})
        engine.call("recorder.start")
        go_live(engine, f"rtmp://127.0.0.1:{relay.port}/live/key", "live")
        wait_connected(engine, "live")
        time.sleep(every)
        for number in range(failures):
            samples.append(usage(engine.process.pid))
            fail(relay, FAILURES[number % len(FAILURES)], chance.uniform(1, every / 3))
            for publication in server.publications[:-1]:
                publication.media.clear()  # this process must not grow for an hour
            time.sleep(every * 2 / 3)
        stats = stream_stats(engine, "live")
        samples.append(usage(engine.process.pid))
        engine.call("streamer.stop", ["live"])
        engine.call("recorder.stop")
    return PartResult(rows=soak_rows(samples, failures, int(stats["reconnectCount"])), plots=[plot(samples)])


def fail(relay: TcpRelay, kind: str, seconds: float) -> None:
    """Break the link for so long."""
    if kind == "reset":
        relay.reset()
        time.sleep(seconds)
        return
    relay.stall()
    time.sleep(seconds)
    relay.stall(on=False)


def soak_rows(samples: list[Usage], failures: int, reconnects: int) -> list[Row]:
    """The medians of the first and of the last tenth (at least two samples) are compared."""
    some = max(2, len(samples) // 10)
    early, late = samples[1 : 1 + some], samples[-some:]
    growth = (
        statistics.median(each.rss_bytes for each in late) - statistics.median(each.rss_bytes for each in early)
    ) / 1e6
    threads, files = (
        [int(statistics.median(getattr(each, what) for each in part)) for part in (early, late)]
        for what in ("threads", "files")
    )
    minutes = (samples[-1].at - samples[0].at) / 60
    return [
        Row(
            what=f"memory growth over {minutes:.0f} min with {failures} failures of the link",
            ours=f"{growth:+.1f} MB, {reconnects} reconnects",
            goal=f"≤ {GROWTH_GOAL_MB:.0f} MB",
            met=growth <= GROWTH_GOAL_MB,
        ),
        Row(
            what="threads and files left over, processes included",
            ours=f"{threads[0]} and {files[0]}, then {threads[1]} and {files[1]}",
            goal="no more",
            met=threads[1] <= threads[0] and files[1] <= files[0],
        ),
    ]


def plot(samples: list[Usage]) -> Plot:
    """Memory over time."""
    begun = samples[0].at
    return Plot(
        name="soak",
        title="Memory of engine and senders while the link fails",
        x_label="minutes",
        y_label="MB",
        series=[
            Series(
                label="ionia",
                x=[round((each.at - begun) / 60, 2) for each in samples],
                y=[round(each.rss_bytes / 1e6, 1) for each in samples],
            )
        ],
    )
