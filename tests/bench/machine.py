"""The head of every table: on what, with what and beside how much other work the figures were taken."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import av
import imageio_ffmpeg
import psutil

ROOT = Path(__file__).resolve().parents[2]


def ffmpeg_program() -> str:
    """The peer: the static FFmpeg command line that imageio-ffmpeg carries."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def head() -> dict[str, str]:
    """Machine and versions, by name, as text."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "Python": platform.python_version(),
        "PyAV": f"{av.__version__} (FFmpeg {av.ffmpeg_version_info})",
        "peer": _first_line([ffmpeg_program(), "-version"]).split(" Copyright")[0],
    }


def _commit() -> str:
    found = _first_line(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])
    changed = _first_line(["git", "-C", str(ROOT), "status", "--porcelain", "--", "engine/ionia"])
    return found + (" with changes" if changed else "")


def _processor() -> str:
    """The model as the kernel names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0] if done.stdout.strip() else ""
