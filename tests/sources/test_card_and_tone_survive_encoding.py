"""What the card and the tone say can still be read after H.264 and AAC at low bit rates."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from ionia.core.test_card.pattern import CardPainter, beep_second, find_beeps, read_flash, read_index


@pytest.mark.parametrize(("size", "bit_rate"), [((64, 64), 40_000), ((320, 180), 80_000), ((640, 360), 150_000)])
def test_indexes_and_flashes_survive_h264(size: tuple[int, int], bit_rate: int) -> None:
    painter = CardPainter(*size)
    shown = [(0xABC0FE + n, n % 30 < 3) for n in range(60)]
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=30, options={"preset": "veryfast", "tune": "zerolatency"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = bit_rate
        for index, flash in shown:
            picture = np.ascontiguousarray(painter.paint(index, flash=flash))
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgra")))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as back:
        frames = [frame.to_ndarray()[: size[1], : size[0]] for frame in back.decode(video=0)]
    assert [(read_index(luma), read_flash(luma)) for luma in frames] == shown


@pytest.mark.parametrize("hz", [1000, 440])
def test_beeps_survive_aac(hz: int) -> None:
    samples = np.concatenate([np.zeros((7_777, 2), np.float32), np.tile(beep_second(hz), (3, 1))])
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=48_000, layout="stereo", bit_rate=96_000)
        for at in range(0, len(samples) - 1023, 1024):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[at : at + 1024].T), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts, frame.time_base = 48_000, at, Fraction(1, 48_000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as back:
        frames = list(back.decode(audio=0))
    heard = np.concatenate([frame.to_ndarray().T for frame in frames])
    start = round(float(frames[0].time or 0) * 48_000)
    onsets = [onset + start for onset in find_beeps(heard, hz)]
    assert onsets == pytest.approx([7_777, 55_777, 103_777], abs=24)
