"""Where the CPU time of a recording goes, per frame at 1080p30: measured inside the engine while it records.

Run as `python -m tests.bench.profile SECONDS PATH` it is the engine, in this process, with a stop watch around each
stage, and prints its figures as JSON. Each stage runs on a Python thread of its own, whose CPU clock is read before
and after; what the process spends on other threads is the encoder's own slices, as nothing else has threads then.
"""

import functools
import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av

from tests.bench.desktop import desktop
from tests.bench.machine import ROOT
from tests.bench.parts import Form
from tests.bench.recorders import AUDIO_BITRATE, BITRATE, Stage, stage
from tests.bench.report import PartResult, Plot, Row, Series

if TYPE_CHECKING:
    from ionia.core.service import EngineService
    from ionia.core.settings import VideoEncodeSettings

FPS = 30
SETTLE_SECONDS = 3.0
LOST_PERCENT = 2.0

SEAMS = (
    ("ionia.sources.linux.x11_screens", "X11Screen.grab", "compare"),
    ("ionia.sources.linux.x11_pictures", "XPictures.grab", "capture"),
    ("ionia.sources.picture_comparison", "PictureComparison.same", "compare"),
    ("ionia.media.converter", "Converter.convert", "convert"),
    ("ionia.media.video_encoder", "LibavVideoEncoder._encode", "encode"),
    ("ionia.media.still_encoder", "StillVideoEncoder.encode", "repeat"),
    ("ionia.media.still_encoder", "StillVideoEncoder.repeat", "repeat"),
    ("ionia.media.audio_encoder", "LibavAudioEncoder.encode", "sound"),
    ("ionia.core.audio.engine", "AudioEngine.push", "sound"),
    ("ionia.core.audio.engine", "AudioEngine.advance", "sound"),
    ("ionia.sources.linux.audio_capture", "AudioCapture.read", "sound"),
    ("ionia.sinks.mp4_file", "Mp4File.write", "mux"),
)
"""Where the stop watches are put: module, function, stage. What a screen does beside grabbing is finding out whether
anything changed."""

STAGES = ("capture", "compare", "convert", "encode", "repeat", "sound", "mux", "Python")
"""In the order of the work. "encode" is x264; "repeat" what is done in its place while a picture stands still (decision
0142); "sound" is capture, mixing and AAC; "Python" all of the engine that is in no other."""

ALONE_WARM, ALONE_PICTURES = 30, 120
"""x264 alone: pictures that it refines a new picture for, and two whole keyframe intervals after them."""


def measure(form: Form) -> PartResult:
    """A moving and a static picture."""
    seconds = form.of(quick=3.0, full=20.0)
    rows, above, series, lossy = [], [], [], []
    with stage(1920, 1080) as where:
        for mode in ("moving", "static"):
            with desktop(where.display.display, mode):
                spent, alone, lost = profiled(where, form.folder / f"profile-{mode}.mp4", seconds, mode)
            if lost > LOST_PERCENT:
                lossy.append(
                    f"{lost:.0f} % of the {mode} pictures were lost meanwhile: those figures are of less work."
                )
            above.append(above_row(mode, spent, alone))
            rows += stage_rows(mode, spent, alone)
            series.append(Series(label=mode, x=list(STAGES), y=[round(spent[name], 2) for name in STAGES]))
    plot = Plot(
        name="profile",
        title="CPU per frame at 1080p30, by stage",
        x_label="",
        y_label="ms",
        kind="bars",
        series=series,
    )
    note = (
        "CPU time of threads inside the recording engine, per frame of the file. x264 alone is what it takes to encode "
        "each of these pictures, and the limit of what can be reached with it; ours lies above that. While the picture "
        "stands still nothing is grabbed, compared or converted, and x264 rests as well: then it can be less."
    )
    return PartResult(rows=[*above, *rows], notes=[note, *lossy], plots=[plot])


def above_row(mode: str, spent: Mapping[str, float], alone: float) -> Row:
    """Everything against the encoder alone, and what ours consists of, the largest first."""
    total = sum(spent.values())
    ours = {name: value for name, value in spent.items() if name != "encode" and value >= 0.005}
    parts = sorted(ours.items(), key=lambda item: -item[1])
    return Row(
        what=f"CPU against the encoder alone, per frame at 1080p30, {mode}",
        ours=f"{total:.2f} ms: x264 {spent['encode']:.2f}, ours {total - spent['encode']:.2f} "
        f"({', '.join(f'{name} {value:.2f}' for name, value in parts)})",
        peer=f"{alone:.2f} ms x264 alone",
        ratio=f"{total / alone:.2f}",
    )


def stage_rows(mode: str, spent: Mapping[str, float], alone: float) -> list[Row]:
    """Each stage and all of them."""
    total = sum(spent.values())
    each = [
        Row(
            what=f"{name}, per frame at 1080p30, {mode}",
            ours=f"{spent[name]:.2f} ms",
            ratio=f"{100 * spent[name] / total:.0f} %",
        )
        for name in STAGES
    ]
    everything = Row(
        what=f"all, per frame at 1080p30, {mode}",
        ours=f"{total:.2f} ms",
        ratio=f"{total / alone:.2f} × the encoder alone",
    )
    return [*each, everything]


def profiled(where: Stage, path: Path, seconds: float, mode: str) -> tuple[dict[str, float], float, float]:
    """CPU milliseconds per frame by stage, and of x264 alone; lost pictures in percent. In a process of its own."""
    command = [sys.executable, "-m", "tests.bench.profile", str(seconds), str(path), mode]
    environment = {**where.environment, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["stages"], answer["alone"], answer["lost"]


class StopWatch:
    """CPU nanoseconds by stage. A stage inside another counts for itself only. Any thread."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = defaultdict(int)
        self._inner = threading.local()

    def around(self, owner: Any, name: str, stage_name: str) -> None:
        """Put the stop watch around a function of a class or a module."""
        original: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(original)
        def timed(*given: Any, **named: Any) -> Any:
            outside, self._inner.ns = getattr(self._inner, "ns", 0), 0
            begun = time.thread_time_ns()
            try:
                return original(*given, **named)
            finally:
                whole = time.thread_time_ns() - begun
                self.spent[stage_name] += whole - self._inner.ns
                self._inner.ns = outside + whole

        setattr(owner, name, timed)


def main() -> None:
    """Record with stop watches and print what each stage took per frame."""
    from ionia.app import make_engine  # noqa: PLC0415 - only the program needs the engine
    from ionia.core.settings import (  # noqa: PLC0415
        AudioMode,
        EncoderChoice,
        MediaSettings,
        RecorderSettings,
        SessionKind,
    )

    seconds, path, mode = float(sys.argv[1]), sys.argv[2], sys.argv[3]
    watch = watched_engine()
    engine = make_engine(lambda _: None)
    settings = MediaSettings(
        fps=FPS,
        video_bitrate=BITRATE,
        encoder=EncoderChoice.X264,
        audio_mode=AudioMode.DESKTOP,
        audio_bitrate=AUDIO_BITRATE,
    )
    engine.initialize_recorder("profile", RecorderSettings(output_path=path, media=settings))
    engine.start(SessionKind.RECORDER, "profile")
    time.sleep(SETTLE_SECONDS)
    frames, lost, spent, python_ns, process_ns = reading(engine, watch)
    time.sleep(seconds)
    frames2, lost2, spent2, python_ns2, process_ns2 = reading(engine, watch)
    engine.stop(SessionKind.RECORDER, "profile")
    engine.close()
    stages = {name: spent2.get(name, 0) - spent.get(name, 0) for name in STAGES}
    stages["Python"] = python_ns2 - python_ns - sum(stages.values())
    stages["encode"] += (process_ns2 - process_ns) - (python_ns2 - python_ns)
    per_frame = {name: value / 1e6 / (frames2 - frames) for name, value in stages.items()}
    # With a moving picture x264 encodes each one while we watch.
    alone = per_frame["encode"] if mode == "moving" else x264_alone(settings.video())
    percent = 100 * (lost2 - lost) / (frames2 - frames)
    sys.stdout.write(json.dumps({"stages": per_frame, "alone": alone, "lost": percent}) + "\n")


def x264_alone(settings: "VideoEncodeSettings") -> float:
    """CPU milliseconds of libx264 per picture, when it is given the picture that the screen shows again and again."""
    from ionia.media.converter import Converter  # noqa: PLC0415 - only the program needs the engine
    from ionia.media.encoder_specs import X264  # noqa: PLC0415
    from ionia.media.video_encoder import LibavVideoEncoder  # noqa: PLC0415

    with av.open(os.environ["DISPLAY"], format="x11grab") as screen:
        pixels = next(screen.decode(video=0)).to_ndarray(format="bgra")
    height, width = pixels.shape[:2]
    encoder = LibavVideoEncoder(X264, settings, width, height)
    encoder.encode(Converter(encoder.takes).convert(pixels), 0)
    for index in range(1, ALONE_WARM):
        encoder.repeat(index)
    begun = time.process_time_ns()
    for index in range(ALONE_WARM, ALONE_WARM + ALONE_PICTURES):
        encoder.repeat(index)
    spent = time.process_time_ns() - begun
    encoder.close()
    return spent / 1e6 / ALONE_PICTURES


def watched_engine() -> StopWatch:
    """Stop watches on the seams between the stages."""
    watch = StopWatch()
    convert_on_one_thread()
    for module, path, stage_name in SEAMS:
        watch.around(*seam(module, path), stage_name)
    return watch


def convert_on_one_thread() -> None:
    """The same CPU time, but on the thread whose clock is read."""
    converter, _ = seam("ionia.media.converter", "Converter.convert")
    made = converter.__init__

    def on_one_thread(self: Any, wanted: Any, threads: int = 2) -> None:
        made(self, wanted, threads=1)

    converter.__init__ = on_one_thread


def seam(module: str, path: str) -> tuple[Any, str]:
    """The class or module that holds a function, and the function's name in it. Raises AttributeError."""
    owner, *rest = path.split(".")
    found: Any = import_module(module)
    if rest:
        found = getattr(found, owner)
    name = rest[0] if rest else owner
    getattr(found, name)
    return found, name


def reading(engine: "EngineService", watch: StopWatch) -> tuple[int, int, dict[str, int], int, int]:
    """Frames and lost pictures so far, CPU by stage, CPU of all Python threads, CPU of the process; nanoseconds."""
    from ionia.core.settings import SessionKind  # noqa: PLC0415
    from ionia.core.stats import of_recorder  # noqa: PLC0415 - only the program needs the engine

    stats = of_recorder(engine.stats(SessionKind.RECORDER, "profile"))
    python_ns = sum(cpu_ns(thread.native_id) for thread in threading.enumerate() if thread.native_id is not None)
    lost = stats.video_frames_lagged + stats.video_frames_skipped
    return stats.video_frames_captured, lost, dict(watch.spent), python_ns, time.process_time_ns()


def cpu_ns(thread_id: int) -> int:
    """CPU time of one thread of this process."""
    return int(Path(f"/proc/self/task/{thread_id}/schedstat").read_text(encoding="ascii").split()[0])


if __name__ == "__main__":
    main()
