"""Sessions that live as nobody planned: random settings, calls in random order, a screen, a sound server and streaming
servers that misbehave. Whatever happens, files are whole and every call is answered."""

import random
import signal
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.engine_process import EngineProcess, RpcError
from tests.fakes.live_stream import eventually, sockets
from tests.fakes.media_check import file_facts
from tests.fakes.nginx_rtmp import free_port
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.fakes.rtmp_server import Act, Misbehaviour, Stage, rtmp_server
from tests.fakes.xvfb import Xvfb, xvfb_missing

pytestmark = [
    pytest.mark.x11,
    pytest.mark.pulse,
    pytest.mark.slow,
    pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed"),
    pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed"),
]

SECONDS = 12.0
LIVES = 3
PLANS = (
    Misbehaviour(stage=Stage.MEDIA, act=Act.STALL, after_messages=50),
    Misbehaviour(stage=Stage.MEDIA, act=Act.RESET, after_messages=80),
    Misbehaviour(stage=Stage.HANDSHAKEN, act=Act.STALL),
    Misbehaviour(stage=Stage.PUBLISH, act=Act.REJECT),
)


@pytest.fixture
def servers(stack: ExitStack) -> list[str]:
    """Addresses: a server as it should be, every kind that isn't, and one where nobody listens."""
    made = [stack.enter_context(rtmp_server(misbehaviour=plan)) for plan in (None, *PLANS)]
    return [*(server.url("key") for server in made), f"rtmp://127.0.0.1:{free_port()}/live/key"]


class Life:
    """One session id that is used again and again until the time is over. A thread of its own."""

    def __init__(self, engine: EngineProcess, name: str, servers: list[str], folder: Path, seed: str) -> None:
        self.done: list[str] = []
        self.files: list[tuple[Path, dict[str, Any]]] = []
        self._engine = engine
        self._name = name
        self._servers = servers
        self._folder = folder
        self._chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
        self._kind = self._chance.choice(["recorder", "streamer"])

    def run(self, until: float) -> None:
        """Session after session."""
        number = 0
        while time.monotonic() < until:
            number += 1
            self._session(self._folder / f"{self._name}-{number}.mp4")

    def _session(self, path: Path) -> None:
        chance = self._chance
        if chance.random() < 0.1:
            self._call("start")
        options = self._options(path)
        if self._call("initialize", options) is not True:
            return
        started = self._call("start") is True
        time.sleep(chance.choice([0, 0.01, 0.1, 0.5, 1, 2]))
        for _ in range(chance.randint(0, 3)):
            self._call(chance.choice(["getStats", "isRunning", "getCurrentPTSSeconds", "start", "getCodecName"]))
        if chance.random() < 0.2:
            self._call("dispose")
        else:
            asked = [self._engine.send(f"{self._kind}.{what}", [self._name]) for what in ("stop", "getStats", "stop")]
            self.done += [f"{self._kind}.stop: {self._engine.answer(number)}" for number in asked]
        if started and self._kind == "recorder" and path.exists():
            self.files.append((path, options))

    def _options(self, path: Path) -> dict[str, Any]:
        chance = self._chance
        options: dict[str, Any] = {
            "id": self._name,
            "fps": chance.choice([10, 24, 30, 60]),
            "videoBitrate": chance.choice([300_000, 2_000_000]),
            "audioMode": chance.choice(["both", "desktop", "mic", "none"]),
            "useNvenc": chance.choice([True, False]),
            "keyframeIntervalSeconds": chance.choice([0.5, 2]),
            "cursor": chance.choice([True, False]),
        }
        if chance.random() < 0.5:
            options["screen"] = "test"
        for name in ("desktopAudio", "microphone"):
            if chance.random() < 0.4:
                options[name] = "test"
        if self._kind == "recorder":
            return {**options, "outputPath": str(path) if chance.random() < 0.9 else "/no/such/folder/take.mp4"}
        return {**options, "rtmpUrl": chance.choice(self._servers), "requireConnection": chance.random() < 0.2}

    def _call(self, method: str, options: dict[str, Any] | None = None) -> object:
        try:
            answer: object = self._engine.call(f"{self._kind}.{method}", options or [self._name])
        except RpcError as error:
            if error.kind in ("", "internal"):
                raise
            answer = error.kind
        self.done.append(f"{self._kind}.{method} {options or ''}: {answer}")
        return answer


def disturb(engine: EngineProcess, screen: Xvfb, sound: PulseServer, seed: int, until: float) -> None:
    """Freeze or change one thing after another."""
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.5, 2))
        what, length = chance.choice(["engine", "screen", "sound", "sink"]), chance.uniform(0.1, 1.5)
        if what == "engine":
            engine.process.send_signal(signal.SIGSTOP)
            time.sleep(length)
            engine.process.send_signal(signal.SIGCONT)
        elif what == "screen":
            with screen.frozen():
                time.sleep(length)
        elif what == "sound":
            sound.pause()
            time.sleep(length)
            sound.resume()
        else:
            module = sound.add_sink(f"sink{chance.randint(0, 9999)}")
            time.sleep(length)
            sound.remove(module)


def check(path: Path, options: dict[str, Any]) -> None:
    """Every frame index once, and tracks of one length."""
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts))), options
    assert (facts.audio is None) is (options["audioMode"] == "none")
    if facts.audio is not None:
        assert abs(facts.audio.end_seconds - facts.video.end_seconds) <= 0.06, options


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_and_nobody_waits(seed: int, servers: list[str], tmp_path: Path) -> None:
    failed: list[BaseException] = []
    with (
        Xvfb() as screen,
        PulseServer() as sound,
        EngineProcess({**sound.environment, "DISPLAY": screen.display}) as engine,
    ):
        lives = [Life(engine, f"life{n}", servers, tmp_path, f"{seed}.{n}") for n in range(LIVES)]
        until = time.monotonic() + SECONDS

        def live(life: Life) -> None:
            try:
                life.run(until)
            except BaseException as error:  # noqa: BLE001 - shown below, on the test's own thread
                failed.append(error)

        threads = [threading.Thread(target=live, args=[life]) for life in lives]
        for thread in threads:
            thread.start()
        disturb(engine, screen, sound, seed, until)
        for thread in threads:
            thread.join()
        assert failed == []
        eventually(lambda: not sockets(engine.process.pid), "a socket is left over")
        engine.call("engine.shutdown")
        assert engine.process.wait(60) == 0
        assert "Traceback" not in engine.stderr
    files = [file for life in lives for file in life.files]
    assert files
    for path, options in files:
        check(path, options)
