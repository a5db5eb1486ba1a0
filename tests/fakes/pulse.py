"""A private PulseAudio server for a test: own socket, own runtime folder, null sinks for speakers and microphones.

Every process is stopped by its own id; nothing of the user's server or settings is read or touched.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from ionia.sources.linux.pulse_connection import PulseConnection
from ionia.sources.linux.pulse_recording import PulseRecording
from ionia.threads.clock import MonotonicClock

START_TIMEOUT = 20.0
PROGRAMS = ("pulseaudio", "pactl", "paplay")


def pulse_missing() -> bool:
    """Whether PulseAudio's programs can't be run here."""
    return any(shutil.which(program) is None for program in PROGRAMS)


class PulseServer:
    """One server. `address` is its PULSE_SERVER while and after it runs. One thread owns it.

    `sinks` are the null sinks that it starts with, `default_sink` the first of them. A null sink is a speaker that
    nobody hears; its monitor ("NAME.monitor") serves as a microphone when it is made the default source.

    `listeners` keeps each of them working in steps of 20 ms, as hardware does. Without one, an idle null sink works in
    steps of 2 s: whatever begins to play or record waits that long for its first sample.
    """

    def __init__(self, sinks: tuple[str, ...] = ("speaker",), *, listeners: bool = True) -> None:
        self._sinks = sinks
        self._listeners = listeners
        self._directory = tempfile.TemporaryDirectory(prefix="pulse-")
        self._process: subprocess.Popen[bytes] | None = None
        self._heard: list[tuple[PulseConnection, PulseRecording]] = []
        self._clients: list[subprocess.Popen[bytes]] = []
        self.address = f"unix:{self._directory.name}/native"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PULSE_", "DBUS_"))},
            "HOME": self._directory.name,
            "XDG_RUNTIME_DIR": self._directory.name,
            "XDG_CONFIG_HOME": self._directory.name,
            "PULSE_RUNTIME_PATH": self._directory.name,
            "PULSE_STATE_PATH": self._directory.name,
            "PULSE_SERVER": self.address,
        }
        self.environment.pop("DISPLAY", None)
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start on the same socket as before. Returns once clients can connect."""
        arguments = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"]
        arguments += ["--disable-shm=yes", "--log-level=error", "--log-target=stderr"]
        arguments += ["-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._directory.name}/native"]
        for sink in self._sinks:
            arguments += ["-L", f"module-null-sink sink_name={sink} sink_properties=device.description=Null-{sink}"]
        environment = {name: value for name, value in self.environment.items() if name != "PULSE_SERVER"}
        # Its own session: a Ctrl-C in the terminal must not take the server away before the test has closed.
        self._process = subprocess.Popen(
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_TIMEOUT
        while subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError("PulseAudio did not start")
        for sink in self._sinks:
            self._listen(sink)
        if self._sinks:
            self.set_default_sink(self._sinks[0])

    def kill(self) -> None:
        """SIGKILL: no client is told."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """SIGSTOP: connected, and never answering."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def control(self, *arguments: str) -> str:
        """`pactl` with these arguments; its output."""
        answer = subprocess.run(
            ["pactl", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_TIMEOUT,
        )
        if answer.returncode:
            raise RuntimeError(f"pactl {' '.join(arguments)}: {answer.stderr.strip()}")
        return answer.stdout.strip()

    def add_sink(self, name: str, *, layout: str = "front-left,front-right", rate: int = 48_000) -> int:
        """Plug a null sink in; its module number, for `remove`."""
        module = int(
            self.control(
                "load-module",
                "module-null-sink",
                f"sink_name={name}",
                f"sink_properties=device.description=Null-{name}",
                f"channels={len(layout.split(','))}",
                f"channel_map={layout}",
                f"rate={rate}",
            )
        )
        self._listen(name)
        return module

    def remove(self, module: int) -> None:
        """Unplug what `add_sink` gave."""
        self.control("unload-module", str(module))

    def remove_sink(self, name: str) -> None:
        """Unplug a sink that the server started with."""
        for line in self.control("list", "short", "modules").splitlines():
            fields = line.split("\t")
            if len(fields) > 2 and f"sink_name={name} " in fields[2] + " ":
                self.remove(int(fields[0]))

    def set_default_sink(self, name: str) -> None:
        """What desktop sound follows."""
        self.control("set-default-sink", name)

    def set_default_source(self, name: str) -> None:
        """What the microphone follows."""
        self.control("set-default-source", name)

    def suspend_sink(self, name: str) -> None:
        """Put a sink to sleep; its monitor gives nothing meanwhile."""
        self.control("suspend-sink", name, "1")

    def resume_sink(self, name: str) -> None:
        """Wake it again."""
        self.control("suspend-sink", name, "0")

    def play(self, samples: npt.NDArray[np.float32], sink: str | None = None) -> None:
        """Play samples, shape (n, 2), 48 kHz, on a sink (default: the default one), in the background."""
        path = Path(self._directory.name, f"play-{len(self._clients)}.raw")
        path.write_bytes(samples.astype("<f4").tobytes())
        self._play(["--raw", "--format=float32le", "--rate=48000", "--channels=2", str(path)], sink)

    def play_channels(
        self, samples: npt.NDArray[np.float32], sink: str, *, layout: str, rate: int = 48_000
    ) -> "subprocess.Popen[bytes]":
        """Play samples, shape (n, channels), in the background; the player, to be killed."""
        path = Path(self._directory.name, f"play-{len(self._clients)}.raw")
        path.write_bytes(samples.astype("<f4").tobytes())
        channels = f"--channels={len(layout.split(','))}"
        arguments = ["--raw", "--format=float32le", f"--rate={rate}", channels, f"--channel-map={layout}", str(path)]
        return self._play(arguments, sink)

    def play_as(
        self, program: str, samples: npt.NDArray[np.float32], sink: str | None = None, *, starter: str = ""
    ) -> "subprocess.Popen[bytes]":
        """Play samples, shape (n, 2), 48 kHz, by a program of this name, or by one that `starter` starts."""
        sound = Path(self._directory.name, f"play-{len(self._clients)}.raw")
        sound.write_bytes(samples.astype("<f4").tobytes())
        command = [self._copy("pacat", program), "--raw", "--format=float32le", "--rate=48000", "--channels=2"]
        command += [*([f"--device={sink}"] if sink else []), str(sound)]
        # Two commands: a shell becomes the last one of its script.
        return self._run([self._copy("sh", starter), "-c", '"$@"; :', starter, *command] if starter else command)

    def _copy(self, program: str, name: str) -> str:
        path = Path(self._directory.name, name)
        if not path.exists():
            shutil.copy(shutil.which(program) or "", path)
        return str(path)

    def play_wav(self, path: Path, sink: str | None = None) -> None:
        """Play a file in the background."""
        self._play([str(path)], sink)

    def close(self) -> None:
        """Stop the players and the server and remove its folder. Idempotent."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.resume()
        self._end(signal.SIGTERM)
        self._directory.cleanup()

    def _play(self, arguments: list[str], sink: str | None) -> "subprocess.Popen[bytes]":
        device = [f"--device={sink}"] if sink else []
        return self._run(["paplay", *device, *arguments])

    def _listen(self, sink: str) -> None:
        if not self._listeners:
            return
        # Put to sleep and woken with the listener there: else it works through the 2 s that it has begun.
        self.suspend_sink(sink)
        connection = PulseConnection(server=self.address)
        connection.connect()
        # Nobody reads it: the server fills its buffer and then drops. Not parec: that moves with the default device.
        recording = PulseRecording(connection, f"{sink}.monitor", MonotonicClock())
        self._heard.append((connection, recording))
        if not connection.wait_for(lambda: recording.ready):
            raise RuntimeError("the listener did not start")
        self.resume_sink(sink)

    def _run(self, arguments: list[str]) -> "subprocess.Popen[bytes]":
        client = subprocess.Popen(
            arguments,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._clients.append(client)
        return client

    def _end(self, signal_number: signal.Signals) -> None:
        for connection, recording in self._heard:
            recording.close()
            connection.close()
        self._heard.clear()
        for client in self._clients:
            client.kill()
            client.wait()
        self._clients.clear()
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal_number)
        try:
            process.wait(START_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
