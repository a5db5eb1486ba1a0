"""kill -9 while a recording is written: it plays, and no more than the fragment under way is missing."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ionia.core.mp4.writer import Mp4Writer
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.media_check import decode_luma, decode_sound, file_facts

SCRIPT = """
import os, sys
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import encoded_clip
clip = encoded_clip(300)
sink = Mp4File(sys.argv[1])
sink.open(clip.header)
os.write(1, b"ready\\n")
sys.stdin.readline()
for count, packet in enumerate(clip.packets, start=1):
    sink.write([packet])
    os.write(1, f"{count}\\n".encode())
sink.close()
os.write(1, b"closed\\n")
sys.stdin.readline()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("seed", range(6))
def test_killed_recording_plays_and_has_lost_less_than_a_second(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "killed.mp4"
    clip = encoded_clip(300)
    last = random.Random(seed).randrange(60, len(clip.packets) + 2)  # noqa: S311 - a moment, not a secret
    command = [sys.executable, "-c", SCRIPT, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pipesize=4096) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.stdin.write(b"go\n")
        process.stdin.flush()
        written = 0
        while written < last:
            line = process.stdout.readline().strip()
            written = len(clip.packets) + 1 if line == b"closed" else int(line)
            if line == b"closed":
                break
        process.send_signal(signal.SIGKILL)
        # What it still wrote between our reading and its end counts as given to the file.
        rest = [line for line in process.stdout.read().split(b"\n") if line.isdigit()]
        process.wait()
    written = max([written, *map(int, rest)])
    given = [packet.pts for packet in clip.packets[:written] if packet.track.is_video]
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert len(given) - len(facts.video.pts) <= 16
    assert len(decode_luma(path)) == len(facts.video.pts)
    sound = decode_sound(path)
    assert abs((sound.start + len(sound.samples)) / 48_000 - len(facts.video.pts) / 30) < 0.1


def test_a_torn_end_hurts_nothing_before_it(tmp_path: Path) -> None:
    """Whatever the system had written of the last fragment when the process died."""
    writer = Mp4Writer(encoded_clip(100).header)
    data = bytearray()
    for packet in encoded_clip(100).packets:
        writer.add(packet)
        if writer.due:
            whole, fragment = len(data), writer.fragment()
            data += fragment.data
            sealed = bytearray(data)
            sealed[fragment.seal_offset : fragment.seal_offset + 4] = fragment.seal
            unsealed, data = bytes(data), sealed
            writer.commit()
    torn = tmp_path / "torn.mp4"
    header = unsealed.rindex(b"mdat") - 4
    for end in (whole, whole + 3, whole + 8, whole + 100, header, header + 3, header + 8, header + 40, len(unsealed)):
        torn.write_bytes(unsealed[:end])
        assert len(decode_luma(torn)) == 75, end
    torn.write_bytes(data)
    assert len(decode_luma(torn)) == 90


def test_between_the_index_and_the_patch_it_plays_too(tmp_path: Path) -> None:
    """The one moment at which both descriptions of the file are in it."""
    clip = encoded_clip(100)
    writer = Mp4Writer(clip.header)
    data = bytearray()
    for packet in clip.packets:
        writer.add(packet)
        if writer.due:
            fragment = writer.fragment()
            data += fragment.data
            data[fragment.seal_offset : fragment.seal_offset + 4] = fragment.seal
            writer.commit()
    path = tmp_path / "a.mp4"
    tail = writer.finish().tail
    for cut in (len(tail), len(tail) // 2, 10):
        path.write_bytes(data + tail[:cut])
        assert len(decode_luma(path)) == 90
