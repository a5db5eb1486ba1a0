"""Our engine and the FFmpeg command line behind one face, so that every case runs the same on both.

All record the same display and the same sound server with the settings that the goals name: x264 veryfast with
zerolatency, 5 Mbit/s, AAC 192 kbit/s, constant frame rate, MP4. Further peers behind this face: `tests.bench.peers`.
"""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from tests.bench.machine import ffmpeg_program
from tests.fakes.engine_process import EngineProcess
from tests.fakes.pulse import PulseServer
from tests.fakes.xvfb import Xvfb

END_TIMEOUT = 60.0

BITRATE = 5_000_000
AUDIO_BITRATE = 192_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A display of `size` pixels and a sound server of our own; `environment` leads to both."""

    display: Xvfb
    sound: PulseServer
    environment: Mapping[str, str]
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A picture and how often it is taken."""

    name: str
    width: int
    height: int
    fps: int


SMALL = Size(name="720p30", width=1280, height=720, fps=30)
USUAL = Size(name="1080p30", width=1920, height=1080, fps=30)
FAST = Size(name="1080p60", width=1920, height=1080, fps=60)
SIZES = (SMALL, USUAL, FAST)
LARGE = Size(name="1440p30", width=2560, height=1440, fps=30)
LARGE_FAST = Size(name="1440p60", width=2560, height=1440, fps=60)
LARGEST = Size(name="2160p30", width=3840, height=2160, fps=30)
LARGEST_FAST = Size(name="2160p60", width=3840, height=2160, fps=60)


@contextlib.contextmanager
def stage(width: int, height: int) -> Iterator[Stage]:
    """A real X server and a real PulseAudio."""
    with Xvfb(width, height) as display, PulseServer() as sound:
        environment = {**sound.environment, "DISPLAY": display.display}
        yield Stage(display=display, sound=sound, environment=environment, size=(width, height))


class Recording(Protocol):
    """A recording under way."""

    pid: int

    def stop(self) -> None:
        """End it; the file is complete afterwards."""
        ...

    def pictures_lost(self) -> int:
        """Pictures that the recorder itself says it repeated or dropped for want of time. After `stop`."""
        ...


class Recorder(Protocol):
    """Something that records the stage."""

    name: ClassVar[str]

    def record(self, where: Stage, path: Path, fps: int) -> "contextlib.AbstractContextManager[Recording]":
        """A recording that has begun; it is stopped at the end of the block if it wasn't before."""
        ...


@dataclass(slots=True)
class OurRecording:
    """Our engine as a process, with one recorder session."""

    engine: EngineProcess
    pid: int
    stopped: bool = False

    def stop(self) -> None:
        """`recorder.stop`."""
        if not self.stopped:
            self.engine.call("recorder.stop")
        self.stopped = True

    def pictures_lost(self) -> int:
        """Lagged and skipped."""
        stats = self.stats()
        return int(stats["videoFramesLagged"] + stats["videoFramesSkipped"])

    def stats(self) -> dict[str, Any]:
        """`recorder.getStats`."""
        answer: dict[str, Any] = self.engine.call("recorder.getStats")
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """The engine, by JSON-RPC."""

    name: ClassVar[str] = "ionia"
    bitrate: int = BITRATE

    @contextlib.contextmanager
    def record(self, where: Stage, path: Path, fps: int) -> Iterator[OurRecording]:
        """As Recorder.record."""
        with EngineProcess(where.environment) as engine:
            engine.call("recorder.initialize", settings(path, fps, videoBitrate=self.bitrate))
            engine.call("recorder.start")
            recording = OurRecording(engine=engine, pid=engine.process.pid)
            yield recording
            if engine.process.poll() is None:
                recording.stop()


def settings(path: Path, fps: int, **more: object) -> dict[str, object]:
    """Params of `recorder.initialize`: what the peer is asked for, too."""
    return {
        "outputPath": str(path),
        "fps": fps,
        "videoBitrate": BITRATE,
        "audioBitrate": AUDIO_BITRATE,
        "audioMode": "desktop",
        "encoder": "x264",
        **more,
    }


@dataclass(slots=True)
class PeerRecording:
    """FFmpeg as a process."""

    process: "subprocess.Popen[bytes]"
    pid: int
    progress: Path

    def stop(self) -> None:
        """As its users do: the key q."""
        if self.process.poll() is None:
            self.process.communicate(b"q", timeout=END_TIMEOUT)

    def pictures_lost(self) -> int:
        """Duplicated and dropped, as its progress file says last."""
        text = self.progress.read_text(encoding="utf-8")
        last = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        return int(last.get("dup_frames", 0)) + int(last.get("drop_frames", 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The FFmpeg command line. Sound first: with the inputs the other way round it loses most pictures, and says
    nothing."""

    name: ClassVar[str] = "ffmpeg"
    bitrate: int = BITRATE

    @contextlib.contextmanager
    def record(self, where: Stage, path: Path, fps: int) -> Iterator[PeerRecording]:
        """As Recorder.record."""
        progress = path.with_suffix(".progress")
        command = [ffmpeg_program(), "-v", "error", "-y", "-progress", str(progress)]
        command += ["-f", "pulse", "-i", "speaker.monitor"]
        command += ["-f", "x11grab", "-framerate", str(fps), "-i", where.environment["DISPLAY"]]
        command += ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"]
        rate = str(self.bitrate)
        command += ["-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-g", str(2 * fps)]
        command += ["-c:a", "aac", "-b:a", str(AUDIO_BITRATE), "-fps_mode", "cfr", str(path)]
        process = subprocess.Popen(command, env=dict(where.environment), stdin=subprocess.PIPE)
        recording = PeerRecording(process=process, pid=process.pid, progress=progress)
        try:
            yield recording
            recording.stop()
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
