"""Plays on each named output until its stdin closes. A program of its own: PortAudio's list must be its own.

python tone_player.py NAME=HZ ...     a sine
python tone_player.py NAME=noise      noise, by which the place in time can be told
"""

import sys
from typing import Any

import numpy as np
import pyaudiowpatch

RATE = 48_000
PEAK = 0.25
FRAMES = 480
"""With 4800, Wine leaves 5 ms out of each tenth of a second."""


def main() -> None:
    host = pyaudiowpatch.PyAudio()
    streams = []
    for argument in sys.argv[1:]:
        name, _, hz = argument.rpartition("=")
        device = next(d for d in host.get_device_info_generator_by_host_api(host_api_type=pyaudiowpatch.paWASAPI)
                      if d["name"] == name and d["maxOutputChannels"] > 0)  # fmt: skip
        streams.append(
            host.open(
                format=pyaudiowpatch.paFloat32, channels=2, rate=RATE, output=True, frames_per_buffer=FRAMES,
                output_device_index=device["index"], stream_callback=_noise() if hz == "noise" else _sine(float(hz)),
            )
        )  # fmt: skip
    sys.stdout.write("playing\n")
    sys.stdout.flush()
    sys.stdin.read()
    for stream in streams:
        stream.close()
    host.terminate()


def _sine(hz: float) -> Any:
    at = 0

    def callback(_data: Any, frames: int, _times: Any, _status: int) -> tuple[bytes, int]:
        nonlocal at
        wave = PEAK * np.sin(2 * np.pi * hz * (at + np.arange(frames)) / RATE)
        at += frames
        return np.repeat(wave.astype(np.float32), 2).tobytes(), pyaudiowpatch.paContinue

    return callback


def _noise() -> Any:
    """Of steps of a millisecond, which instants that are off by less don't blur."""
    random = np.random.default_rng(1)

    def callback(_data: Any, frames: int, _times: Any, _status: int) -> tuple[bytes, int]:
        wave = np.repeat(random.uniform(-PEAK, PEAK, frames // 48 + 1), 48)[:frames]
        return np.repeat(wave.astype(np.float32), 2).tobytes(), pyaudiowpatch.paContinue

    return callback


main()
