"""What a stream beside a recording costs, and what arrives at the server: bit rate by the second, sound and picture."""

import contextlib
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.av_offset import MEDIAN_GOAL_MS, P95_GOAL_MS, offsets
from tests.bench.desktop import desktop
from tests.bench.parts import Form
from tests.bench.recorders import BITRATE, Stage, settings, stage
from tests.bench.report import PartResult, Plot, Row, Series, percentile, spread
from tests.bench.usage import cpu_share, usage
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import stream_stats, wait_connected
from tests.fakes.nginx_rtmp import NginxRtmp, nginx_rtmp
from tests.fakes.rtmp_server import MediaMessage, rtmp_server
from tests.fakes.x11_painter import painter

FPS = 30
SETTLE_SECONDS = 4.0
CPU_GOAL = 1.1
NEAR = 0.10
NEAR_GOAL_PERCENT = 95.0


def measure(form: Form) -> PartResult:
    """CPU first, then the bit rate of two pictures, then the sound."""
    cost = cost_row(form)
    modes = ("moving", "static")
    # At once: what is counted are bits by the stream's own time, which the other picture's stream doesn't change.
    with ThreadPoolExecutor(len(modes)) as pool:
        rates = dict(zip(modes, pool.map(partial(by_second, form), modes), strict=True))
    rows = [cost, *(rate_row(mode, rate) for mode, rate in rates.items()), *offset_rows(form)]
    plot = Plot(
        name="bitrate",
        title="Video at the server, by the second",
        x_label="seconds",
        y_label="Mbit/s",
        series=[
            Series(label=mode, x=[float(at) for at in range(len(rate))], y=[round(one / 1e6, 3) for one in rate])
            for mode, rate in rates.items()
        ],
        limits=[BITRATE * (1 - NEAR) / 1e6, BITRATE * (1 + NEAR) / 1e6],
    )
    note = "CPU: 1080p30, in turns. Bit rate: 720p30, by the stream's own time stamps."
    return PartResult(rows=rows, notes=[note], plots=[plot])


def cost_row(form: Form) -> Row:
    """Record and stream against record."""
    rounds, seconds = form.of(quick=(1, 8.0), full=(3, 20.0))
    alone, both = [], []
    with stage(1920, 1080) as where, desktop(where.display.display, "moving"):
        for _ in range(rounds):
            alone.append(cores(where, form, seconds, streaming=False))
            both.append(cores(where, form, seconds, streaming=True))
    ratio = statistics.median(both) / statistics.median(alone)
    return Row(
        what="CPU of record + stream against record alone",
        ours=spread(both, ".2f", "cores"),
        peer=f"{spread(alone, '.2f', 'cores')} alone",
        ratio=f"{ratio:.2f}",
        goal=f"≤ {CPU_GOAL}",
        met=ratio <= CPU_GOAL,
    )


def cores(where: Stage, form: Form, seconds: float, *, streaming: bool) -> float:
    """CPU of the engine."""
    with rtmp_server() as server, EngineProcess(where.environment) as engine:
        engine.call("recorder.initialize", settings(form.folder / "both.mp4", FPS))
        if streaming:
            engine.call("streamer.initialize", stream_settings(server.url(), FPS, id="live"))
        engine.call("recorder.start")
        if streaming:
            engine.call("streamer.start", ["live"])
            wait_connected(engine, "live")
        time.sleep(SETTLE_SECONDS)
        before = usage(engine.process.pid)
        time.sleep(seconds)
        share = cpu_share(before, usage(engine.process.pid))
        engine.call("streamer.stop", ["live"])
        engine.call("recorder.stop")
    return share


def by_second(form: Form, mode: str) -> list[float]:
    """Video bits in each whole second at the server."""
    with (
        stage(1280, 720) as where,
        desktop(where.display.display, mode),
        rtmp_server() as server,
        EngineProcess(where.environment) as engine,
    ):
        engine.call("streamer.initialize", stream_settings(server.url(), FPS))
        engine.call("streamer.start")
        wait_connected(engine)
        time.sleep(form.of(quick=5.0, full=60.0))
        engine.call("streamer.stop")
        (publication,) = server.publications
    return bits_by_second(publication.of(9))


def bits_by_second(messages: Sequence[MediaMessage]) -> list[float]:
    """By time stamp; the last second is not whole."""
    sizes: dict[int, int] = {}
    for message in messages:
        sizes[message.timestamp // 1000] = sizes.get(message.timestamp // 1000, 0) + len(message.body)
    return [size * 8.0 for _, size in sorted(sizes.items())[:-1]]


def rate_row(mode: str, rate: list[float]) -> Row:
    """How many seconds are near the target."""
    percent = 100 * sum(abs(one / BITRATE - 1) <= NEAR for one in rate) / len(rate)
    return Row(
        what=f"seconds within ±10 % of the bit rate at the server, {mode} picture",
        ours=f"{percent:.0f} % ({min(rate) / 1e6:.2f} to {max(rate) / 1e6:.2f} Mbit/s)",
        goal=f"≥ {NEAR_GOAL_PERCENT:.0f} %",
        met=percent >= NEAR_GOAL_PERCENT,
    )


def offset_rows(form: Form) -> list[Row]:
    """Flash and beep of a real display and sound server, in the file that nginx wrote."""
    events = form.of(quick=8, full=30)
    with stage(1280, 720) as where, painter(where.display.display) as paint:
        paint.do("fill 0 0 0")
        found = [ms for _, ms in offsets(Live(), where, paint, form, events)]
    median, p95 = statistics.median(found), percentile(map(abs, found), 95)
    return [
        Row(
            what=f"A/V offset in the server's file, {len(found)} of {events} events",
            ours=f"median {median:+.1f} ms ({min(found):+.1f} to {max(found):+.1f}), p95 {p95:.1f} ms",
            goal=f"within ±{MEDIAN_GOAL_MS:.0f} ms, p95 ≤ {P95_GOAL_MS:.0f} ms",
            met=abs(median) <= MEDIAN_GOAL_MS and p95 <= P95_GOAL_MS and len(found) == events,
        )
    ]


@dataclass(slots=True)
class LiveRecording:
    """A stream whose recording is the server's; `stop` fetches it."""

    engine: EngineProcess
    nginx: NginxRtmp
    path: Path
    pid: int
    stopped: bool = False

    def stop(self) -> None:
        """`streamer.stop`, and wait until the server's file is whole."""
        if not self.stopped:
            self.engine.call("streamer.stop")
            self.nginx.wait_until_over("key")
            shutil.copy(self.nginx.recordings()[0], self.path)
        self.stopped = True

    def pictures_lost(self) -> int:
        """Dropped on the way."""
        return int(stream_stats(self.engine)["videoPacketsDropped"])


class Live:
    """A Recorder by way of nginx."""

    name = "live"

    @contextlib.contextmanager
    def record(self, where: Stage, path: Path, fps: int) -> Iterator[LiveRecording]:
        """As Recorder.record."""
        with nginx_rtmp() as nginx, EngineProcess(where.environment) as engine:
            engine.call("streamer.initialize", stream_settings(nginx.url(), fps))
            engine.call("streamer.start")
            wait_connected(engine)
            recording = LiveRecording(engine=engine, nginx=nginx, path=path, pid=engine.process.pid)
            yield recording
            recording.stop()


def stream_settings(url: str, fps: int, **more: object) -> dict[str, object]:
    """Params of `streamer.initialize`: what a recorder gets, and an address instead of a path."""
    common = settings(Path("unused"), fps, **more)
    return {**{name: value for name, value in common.items() if name != "outputPath"}, "rtmpUrl": url}
