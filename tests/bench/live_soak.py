"""An hour of streaming and recording in which the link fails sixty times: does anything stay behind?"""

import random
import statistics
import time

from tests.bench.parts import Form
from tests.bench.recorders import AUDIO_BITRATE, BITRATE
from tests.bench.report import PartResult, Plot, Row, Series
from tests.bench.usage import Usage, usage
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD, go_live, stream_stats, wait_connected
from tests.fakes.rtmp_server import rtmp_server
from tests.fakes.tcp_relay import TcpRelay, tcp_relay

GROWTH_GOAL_MB = 5.0
MINUTES = 60.0
FAILURES = ("reset", "stall")
LEFT = ("threads", "files", "processes")


def measure(form: Form) -> PartResult:
    """One failure a minute, and at least five; the quick form, one in twelve seconds."""
    minutes = (form.minutes or MINUTES) if form.full else 1.0
    every = min(60.0, minutes * 60 / 5)
    failures = round(minutes * 60 / every)
    room = form.need_room((failures + 2) * every, BITRATE + AUDIO_BITRATE)
    chance = random.Random(6)  # noqa: S311 - a schedule, not a secret
    samples: list[Usage] = []
    broken: list[float] = []
    with rtmp_server() as server, tcp_relay(server.port) as relay, EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(form.folder / "soak.mp4"), **CARD})
        engine.call("recorder.start")
        go_live(engine, f"rtmp://127.0.0.1:{relay.port}/live/key", "live")
        wait_connected(engine, "live")
        time.sleep(every)
        for number in range(failures):
            samples.append(usage(engine.process.pid))
            broken.append(time.monotonic())
            fail(relay, FAILURES[number % len(FAILURES)], chance.uniform(1, every / 3))
            for publication in list(server.publications):
                del publication.media[:-1]  # this process must not grow for an hour
            time.sleep(every * 2 / 3)
        stats = stream_stats(engine, "live")
        samples.append(usage(engine.process.pid))
        engine.call("streamer.stop", ["live"])
        engine.call("recorder.stop")
    notes = [
        f"Test card at 720p30, recorded and streamed. The link fails every {every:.0f} s, by turns with a reset and by "
        f"carrying nothing, for up to {every / 3:.0f} s. {room}"
    ]
    rows = soak_rows(samples, failures, int(stats["reconnectCount"]))
    return PartResult(rows=rows, notes=notes, plots=[plot(samples, broken)])


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
    # Left over is what even the least of the end has and the beginning usually had not: a sender that was just being
    # made at one moment of either is no loss and no gain.
    first = [statistics.median_low(getattr(each, what) for each in early) for what in LEFT]
    last = [min(getattr(each, what) for each in late) for what in LEFT]
    minutes = (samples[-1].at - samples[0].at) / 60
    return [
        Row(
            what=f"memory growth over {minutes:.0f} min with {failures} failures of the link",
            ours=f"{growth:+.1f} MB, {reconnects} reconnects",
            goal=f"≤ {GROWTH_GOAL_MB:.0f} MB",
            met=growth <= GROWTH_GOAL_MB,
        ),
        Row(
            what="threads, files and processes left over",
            ours=f"{first[0]}, {first[1]}, {first[2]}, then {last[0]}, {last[1]}, {last[2]}",
            goal="no more",
            met=all(after <= before for before, after in zip(first, last, strict=True)),
        ),
    ]


def plot(samples: list[Usage], broken: list[float]) -> Plot:
    """Memory over time, with the failures."""
    begun = samples[0].at
    return Plot(
        name="soak",
        title="Memory of the engine while the link fails",
        x_label="minutes",
        y_label="MB",
        from_zero=True,
        marks=[round((at - begun) / 60, 2) for at in broken],
        marks_label="link fails",
        series=[
            Series(
                label=label,
                x=[round((each.at - begun) / 60, 2) for each in samples],
                y=[round(getattr(each, what) / 1e6, 1) for each in samples],
            )
            for label, what in (("ionia", "rss_bytes"), ("of it private", "private_bytes"))
        ],
    )
