"""The bare PyAV loop as a peer: grab, `reformat`, encode, mux, as anyone would write it in an evening.

Run as `python -m tests.bench.bare_pyav DISPLAY MONITOR PATH FPS` it is the recorder, until SIGINT. It uses nothing of
the engine's, and must not be made better than the loop it stands for. The wheel's libav has no `pulse` device, so that
the sound comes from the package `soundcard`. Pictures keep the instants that x11grab gave them (a variable frame rate);
sound is counted from its first sample.
"""

import contextlib
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from tests.bench.machine import ROOT
from tests.bench.media import timing
from tests.bench.recorders import AUDIO_BITRATE, BITRATE, END_TIMEOUT, Stage

SAMPLE_RATE = 48_000
BLOCK = 960


@dataclass(slots=True)
class BareRecording:
    """The loop as a process."""

    process: "subprocess.Popen[bytes]"
    pid: int
    path: Path
    fps: int

    def stop(self) -> None:
        """Ctrl+C."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(END_TIMEOUT)

    def pictures_lost(self) -> int:
        """It counts nothing: the pictures that are missing for the length of its file."""
        facts = timing(self.path, self.fps)
        return max(0, round(facts.video_seconds * self.fps) - facts.frames)


class BarePyAV:
    """The loop as a Recorder."""

    name = "bare PyAV"

    @contextlib.contextmanager
    def record(self, where: Stage, path: Path, fps: int) -> Iterator[BareRecording]:
        """As Recorder.record."""
        command = [sys.executable, "-m", "tests.bench.bare_pyav"]
        command += [where.environment["DISPLAY"], "speaker.monitor", str(path), str(fps)]
        environment = {**where.environment, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE)
        recording = BareRecording(process=process, pid=process.pid, path=path, fps=fps)
        assert process.stdout is not None
        try:
            if process.stdout.readline() != b"recording\n":
                raise RuntimeError("the bare loop did not start")
            yield recording
            recording.stop()
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()


def main() -> None:
    """Record until SIGINT."""
    display, monitor, path, fps = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    ended = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    blocks: queue.SimpleQueue[Any] = queue.SimpleQueue()
    screen = av.open(display, format="x11grab", options={"framerate": str(fps)})
    with screen, av.open(path, "w") as file:
        source = screen.streams.video[0]
        options = {"preset": "veryfast", "tune": "zerolatency", "g": str(2 * fps)}
        options |= {"maxrate": str(BITRATE), "bufsize": str(BITRATE)}
        video = file.add_stream("libx264", rate=fps, options=options)
        video.width, video.height, video.pix_fmt, video.bit_rate = source.width, source.height, "yuv420p", BITRATE
        video.codec_context.time_base = Fraction(1, 90_000)
        audio = file.add_stream("aac", rate=SAMPLE_RATE)
        audio.bit_rate = AUDIO_BITRATE
        ears = threading.Thread(target=listen, args=(monitor, blocks, ended))
        ears.start()
        first, samples = None, 0
        for grabbed in screen.decode(video=0):
            picture = grabbed.reformat(format="yuv420p")
            if first is None:
                first = picture.pts
                sys.stdout.write("recording\n")
                sys.stdout.flush()
            picture.pts -= first
            file.mux(video.encode(picture))
            samples = write_sound(file, audio, blocks, samples)
            if ended.is_set():
                break
        ears.join()
        write_sound(file, audio, blocks, samples)
        file.mux(video.encode())
        file.mux(audio.encode())


def listen(monitor: str, blocks: "queue.SimpleQueue[Any]", ended: threading.Event) -> None:
    """Blocks of (samples, 2) float32 until it is over."""
    import soundcard  # noqa: PLC0415 - it connects to the sound server when it is imported

    with soundcard.get_microphone(monitor, include_loopback=True).recorder(SAMPLE_RATE, channels=2) as recorder:
        while not ended.is_set():
            blocks.put(recorder.record(numframes=BLOCK))


def write_sound(file: Any, audio: Any, blocks: "queue.SimpleQueue[Any]", samples: int) -> int:
    """Encode and write what was heard; how many samples that makes since the first."""
    while not blocks.empty():
        block = blocks.get()
        frame = av.AudioFrame.from_ndarray(block.T.astype("float32", order="C"), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, samples, Fraction(1, SAMPLE_RATE)
        file.mux(audio.encode(frame))
        samples += len(block)
    return samples


if __name__ == "__main__":
    main()
