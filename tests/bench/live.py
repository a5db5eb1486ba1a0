"""Figures of going live: `python -m tests.bench.live [outages|faults|cpu|rate|link ...]`. Measures, asserts nothing.

`link` needs root. Every figure is of this machine at this moment; run it on one that does nothing else.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD, connections, go_live, offsets_ms, stream_stats, wait_connected
from tests.fakes.netns import slow_network
from tests.fakes.nginx_rtmp import nginx_rtmp
from tests.fakes.rtmp_server import RtmpServer, rtmp_server


def say(text: str) -> None:
    """One line of the result."""
    print(text, flush=True)  # noqa: T201 - a bench is for reading


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def outages(count: int = 10) -> None:
    """The server goes away and comes back: how long until a picture is there again, and how soon after connecting."""
    waits, firsts = [], []
    server = RtmpServer()
    with EngineProcess() as engine:
        go_live(engine, server.url())
        for number in range(count):
            publications = server.publications
            server.wait_for(lambda seen=publications: seen and len(seen[-1].of(9)) > 170)
            url_port, away = server.port, random.uniform(0.5, 12)  # noqa: S311 - not a secret
            server.close()
            time.sleep(away)
            server = RtmpServer(port=url_port)
            back = time.monotonic()
            server.wait_for(lambda now=server: any(p.of(9) for p in now.publications))
            first = next(p for p in server.publications if p.of(9))
            waits.append(first.of(9)[0].arrived - back)
            firsts.append(first.of(9)[0].arrived - first.media[0].arrived)
            assert first.of(9)[0].is_keyframe
            say(f"outage {number}: {away:.1f} s away, picture {waits[-1]:.2f} s after it was back")
        engine.call("streamer.stop")
    server.close()
    say(f"server back to picture: median {statistics.median(waits):.2f} s, worst {max(waits):.2f} s")
    say(f"connection to keyframe: median {statistics.median(firsts) * 1000:.0f} ms, worst {max(firsts) * 1000:.0f} ms")


def faults() -> None:
    """A server that freezes while a recording runs: what the recording and the other calls notice of it."""
    with TemporaryDirectory() as folder, nginx_rtmp() as nginx, EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(Path(folder) / "a.mp4"), **CARD})
        engine.call("recorder.start")
        go_live(engine, nginx.url(), "live")
        wait_connected(engine, "live")
        time.sleep(6)
        before = engine.call("recorder.getStats")
        nginx.freeze()
        frozen, noticed, answers = time.monotonic(), 0.0, []
        while time.monotonic() - frozen < 12:
            asked = time.monotonic()
            engine.call("recorder.getStats")
            answers.append(time.monotonic() - asked)
            if not noticed and any(one["reason"] for one in connections(engine, "live")):
                noticed = time.monotonic() - frozen
            time.sleep(0.01)
        after = engine.call("recorder.getStats")
        begun = time.monotonic()
        engine.call("streamer.stop", ["live"])
        stopped = time.monotonic() - begun
        engine.call("recorder.stop")
    say(f"frozen server noticed after {noticed:.2f} s (its kernel goes on acknowledging at first)")
    say(f"getStats meanwhile: p99 {quantile(answers, 0.99) * 1000:.1f} ms, worst {max(answers) * 1000:.1f} ms")
    for name in ("videoFramesLagged", "videoFramesSkipped"):
        say(f"{name} meanwhile: {after[name] - before[name]}")
    say(f"stop with a frozen server: {stopped:.2f} s")


def cpu(seconds: float = 15) -> None:
    """Record alone, and record and stream."""

    def used(pid: int) -> float:
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return sum(sum(process.cpu_times()[:2]) for process in processes)

    spent = {}
    for name in ("record", "record and stream", "record", "record and stream"):
        with TemporaryDirectory() as folder, rtmp_server() as server, EngineProcess() as engine:
            engine.call("recorder.initialize", {"outputPath": str(Path(folder) / "a.mp4"), **CARD})
            engine.call("recorder.start")
            if name != "record":
                go_live(engine, server.url(), "live")
                wait_connected(engine, "live")
            time.sleep(4)
            before = used(engine.process.pid)
            time.sleep(seconds)
            spent.setdefault(name, []).append((used(engine.process.pid) - before) / seconds)
    for name, shares in spent.items():
        say(f"{name}: {', '.join(f'{share:.1%}' for share in shares)} of a core")
    say(f"ratio {min(spent['record and stream']) / min(spent['record']):.2f}")


def rate(seconds: int = 30) -> None:
    """What nginx recorded: bit rate per second and sound against picture."""
    with nginx_rtmp() as nginx, EngineProcess() as engine:
        go_live(engine, nginx.url())
        wait_connected(engine)
        time.sleep(seconds)
        engine.call("streamer.stop")
        nginx.wait_until_over("key")
        offsets = offsets_ms(nginx.recordings()[0])
    say(f"beep minus flash: {min(offsets):.1f} to {max(offsets):.1f} ms in {len(offsets)} seconds")
    with rtmp_server() as server, EngineProcess() as engine:
        go_live(engine, server.url())
        wait_connected(engine)
        time.sleep(seconds)
        engine.call("streamer.stop")
        sizes: dict[int, int] = {}
        for message in server.publications[0].of(9):
            sizes[message.timestamp // 1000] = sizes.get(message.timestamp // 1000, 0) + len(message.body)
    whole = [size * 8 / 5e6 for _, size in sorted(sizes.items())[:-1]]
    near = sum(0.9 <= one <= 1.1 for one in whole) / len(whole)
    say(
        f"video at the server: {min(whole):.3f} to {max(whole):.3f} of the target, "
        f"{near:.0%} of the seconds within 10 %"
    )


def link(seconds: float = 60) -> None:
    """6, 3, 6 Mbit/s for a stream of 5.2 Mbit/s, with the bit rate fixed and adaptive."""
    for adaptive in (False, True):
        with ExitStack() as stack:
            network = stack.enter_context(slow_network())
            network.limit(6)
            server = stack.enter_context(rtmp_server(listener=network.listen()))
            engine = stack.enter_context(EngineProcess())
            go_live(engine, server.url(), adaptiveBitrate=adaptive)
            wait_connected(engine)
            time.sleep(6)
            network.limit(3)
            slow, lowered, full, calm = time.monotonic(), None, None, None
            while time.monotonic() - slow < seconds + 20:
                now, stats = time.monotonic() - slow, stream_stats(engine)
                if now < seconds and lowered is None and stats["targetBitrateKbps"] < 5000:
                    lowered = now
                if now >= seconds and calm is None:
                    network.limit(6)
                    calm = now
                if now > seconds and full is None and stats["targetBitrateKbps"] >= 4750 and not stats["backpressure"]:
                    full = now - seconds
                time.sleep(0.05)
            engine.call("streamer.stop")
            stats = stream_stats(engine)
            (publication,) = server.publications
        media = [*publication.of(9), *publication.of(8)]
        least = min(message.arrived - message.timestamp / 1000 for message in media)
        delays = [message.arrived - message.timestamp / 1000 - least for message in media]
        gaps = [after.timestamp - before.timestamp for before, after in pairwise(publication.of(9))]
        sound = {after.timestamp - before.timestamp for before, after in pairwise(publication.of(8))}
        say(f"adaptive {adaptive}: delay p99 {quantile(delays, 0.99):.2f} s, longest still {max(gaps)} ms")
        say(f"  dropped {stats['videoPacketsDropped']}, sound gaps {sorted(sound)} ms")
        say(f"  bit rate lowered after {lowered and round(lowered, 2)} s")
        say(f"  no backpressure and full rate {full and round(full, 2)} s after the link was back")


BENCHES: dict[str, Callable[[], None]] = {
    "outages": outages,
    "faults": faults,
    "cpu": cpu,
    "rate": rate,
    "link": link,
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or BENCHES:
        say(f"== {chosen}")
        BENCHES[chosen]()
