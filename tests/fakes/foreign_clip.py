"""An ordinary MP4 as libav's muxer makes it: B-frames, an edit list, another sound rate, a coarse movie time scale."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.fakes.encoded_clip import HEIGHT, WIDTH, luma_of

FPS, RATE = 25, 44_100


def write_foreign(
    path: Path,
    frames: int = 100,
    *,
    bframes: int = 2,
    gop: int = 25,
    sounds: int = 1,
    options: str = "",
    size: int = WIDTH,
) -> None:
    """Picture n is grey of `luma_of(n)`; sound is a ramp of tones. `options`: libav's movflags."""
    with av.open(str(path), "w", format="mp4", options={"movflags": options} if options else {}) as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = size, HEIGHT, "yuv420p"
        video.options = {
            "bf": str(bframes),
            "g": str(gop),
            "crf": "10",
            "preset": "veryfast",
            "x264-params": "b-adapt=0",
        }
        video.time_base = Fraction(1, FPS)
        audio = [container.add_stream("aac", rate=RATE, layout="stereo") for _ in range(sounds)]
        for index in range(frames):
            frame = av.VideoFrame(size, HEIGHT, "yuv420p")
            for plane, level in zip(frame.planes, (luma_of(index), 128, 128), strict=True):
                plane.update(np.full(plane.buffer_size, level, np.uint8).tobytes())
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(video.encode(frame))
        for track, stream in enumerate(audio):
            for start in range(0, frames * RATE // FPS, 1024):
                time = np.arange(start, start + 1024) / RATE
                wave = 0.3 * np.sin(2 * np.pi * (440 + 220 * track) * time)
                block = av.AudioFrame.from_ndarray(np.stack([wave, wave]).astype(np.float32), "fltp", "stereo")
                block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
                container.mux(stream.encode(block))
        for stream in (video, *audio):
            container.mux(stream.encode(None))
