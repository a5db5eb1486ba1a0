"""Jobs on an hour of 720p30: a clip of it, its repair after a crash, its index in front, and what a recording notices.

The hour is real packets over and over. In the full form each picture is filled up to 5 Mbit/s by a message that no
decoder looks at, so that the file has the size of a real hour.
"""

import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil

from ionia.core.media import VIDEO, EncodedPacket, MediaHeader, VideoFrame
from ionia.core.settings import EncoderChoice, VideoEncodeSettings
from ionia.core.test_card.pattern import CardPainter, in_flash, read_index
from ionia.media.audio_encoder import LibavAudioEncoder
from ionia.media.encoder_probe import open_video_encoder
from ionia.sinks.mp4_file import Mp4File
from tests.bench.machine import ffmpeg_program
from tests.bench.parts import Form
from tests.bench.recorders import AUDIO_BITRATE, BITRATE
from tests.bench.report import PartResult, Row, spread
from tests.fakes.encoded_clip import EncodedClip, endless
from tests.fakes.engine_process import EngineProcess
from tests.fakes.pictures import yuv

FPS = 30
HOUR = 3600
CLIP_PICTURES = 480
"""A whole number of audio ticks, as `endless` wants it, and of keyframe distances."""

CLIP_SECONDS = 30
BESIDE = 20
"""The number of the clip that is made while something is recorded."""

CLIP_GOAL_SECONDS = 1.0
FRONT_GOAL_PER_GB = 1.0
IN_FRONT = ["ftyp", "moov", "mdat"]
CARD = {"screen": "test", "desktopAudio": "test", "audioMode": "desktop", "encoder": "x264", "fps": FPS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How long it took from the call to its end, the CPU of its process until a look before that, and its memory."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    result: dict[str, Any]


def measure(form: Form) -> PartResult:
    """One hour, written once; jobs on it, alone and beside a recording."""
    room = form.need_room(HOUR, 4 * form.of(quick=BITRATE / 20, full=BITRATE))
    hour, crashed = form.folder / "hour.mp4", form.folder / "crashed.mp4"
    closed = written(hour, crashed, fill=form.full)
    gigabytes = hour.stat().st_size / 1e9
    times = form.of(quick=1, full=5)
    with EngineProcess() as engine:
        clips = {
            mode: [clip(engine, hour, form.folder, mode, number) for number in range(times)]
            for mode in ("keyframe", "exact")
        }
        wrong = sum(not begins_right(form.folder / f"exact-{number}.mp4", start_of(number)) for number in range(times))
        finalized = job(engine, "media.finalize", {"path": str(crashed)})
    repaired = repaired_is_whole(crashed)
    beside, idle = beside_a_recording(form, hour)
    peer, kinds = peers_index(hour, form.folder), boxes(hour)
    rows = [
        Row(
            what=f"clip of {CLIP_SECONDS} s out of an hour, at keyframes",
            ours=f"{spread([one.seconds for one in clips['keyframe']], '.2f', 's')}; {cpu_text(clips['keyframe'])}",
            goal=f"≤ {CLIP_GOAL_SECONDS} s",
            met=statistics.median(one.seconds for one in clips["keyframe"]) <= CLIP_GOAL_SECONDS,
        ),
        Row(
            what=f"clip of {CLIP_SECONDS} s out of an hour, exact; begin beside their picture",
            ours=f"{spread([one.seconds for one in clips['exact']], '.2f', 's')}; {cpu_text(clips['exact'])}; {wrong}",
            goal="0 beside",
            met=wrong == 0,
        ),
        Row(
            what=f"index in front at the end, {gigabytes:.2f} GB",
            ours=f"{closed:.3f} s",
            peer=f"{peer:.1f} s more than without",
            goal=f"≤ {FRONT_GOAL_PER_GB} s per GB",
            met=closed <= FRONT_GOAL_PER_GB * gigabytes if form.full else None,
        ),
        Row(what="the boxes of that file", ours=" ".join(kinds), goal="moov, then mdat", met=kinds == IN_FRONT),
        Row(
            what=f"finalize after a crash, {gigabytes:.2f} GB; memory of its process",
            ours=f"{finalized.seconds:.2f} s; {cpu_text([finalized])}; {finalized.peak_bytes / 1e6:.0f} MB",
            goal="an ordinary file",
            met=repaired,
        ),
        Row(
            what="lagged and skipped frames of a recording while jobs run (remux, exact clip, sprites)",
            ours=str(beside),
            peer=f"as long without jobs: {idle}",
            goal="0",
            met=None if idle else beside == 0,
        ),
    ]
    note = f"Packets of the test card at 720p30. {room} The peer remuxes it with and without `-movflags +faststart`."
    return PartResult(rows=rows, notes=[note])


@cache
def card_clip() -> EncodedClip:
    """Sixteen seconds of the card and its silence."""
    painter = CardPainter(1280, 720)
    settings = VideoEncodeSettings(fps=FPS, video_bitrate=BITRATE, encoder=EncoderChoice.X264)
    video, info, _ = open_video_encoder(settings, 1280, 720)
    sound = LibavAudioEncoder(AUDIO_BITRATE)
    packets: list[EncodedPacket] = []
    for index in range(CLIP_PICTURES):
        frame = VideoFrame(captured_ns=0, pixels=painter.paint(index, flash=in_flash(index * 10**9 // FPS)))
        packets += video.encode(yuv(video, frame), index, keyframe=index % (2 * FPS) == 0)
    packets += video.flush()
    video.close()
    for tick in range(CLIP_PICTURES * 48_000 // FPS // 1024):
        packets += sound.encode(np.zeros((1024, 2), np.float32), tick * 1024)
    packets += sound.flush()
    sound.close()
    packets.sort(
        key=lambda packet: (packet.dts / (FPS if packet.track.is_video else 48_000), not packet.track.is_video)
    )
    return EncodedClip(header=MediaHeader(tracks=(info, sound.info)), packets=packets)


def filled(packets: Iterator[EncodedPacket], *, fill: bool) -> Iterator[EncodedPacket]:
    """About as many bytes as the bit rate has, by messages of nobody's (SEI, user data).

    The encoder's own filler is none of them: a file leaves it out.
    """
    more = message(BITRATE // 8 // FPS) if fill else b""
    for packet in packets:
        yield replace(packet, data=more + packet.data) if packet.track == VIDEO else packet


def message(size: int) -> bytes:
    """A NAL unit of type 6 with unregistered user data (ITU-T H.264, D.1.7) of about so many bytes."""
    return b"\0\0\0\1\x06\x05" + b"\xff" * (size // 255) + bytes([size % 255]) + b"\x2a" * size + b"\x80"


def written(hour: Path, crashed: Path, *, fill: bool) -> float:
    """The hour, and a copy of it from before its end; how long the end took."""
    clip = card_clip()
    sink = Mp4File(str(hour), front_seconds=HOUR + 10)
    sink.open(clip.header)
    count = len(clip.packets) * HOUR * FPS // CLIP_PICTURES
    for packet in filled(islice(endless(clip, CLIP_PICTURES), count), fill=fill):
        sink.write([packet])
    shutil.copyfile(hour, crashed)
    asked = time.monotonic()
    sink.close()
    return time.monotonic() - asked


def job(engine: EngineProcess, method: str, params: dict[str, Any]) -> Job:
    """Begin a job and wait for its end. Raises RuntimeError when it fails."""
    over, peak, cpu = threading.Event(), 0, 0.0
    asked = time.monotonic()
    number = engine.call(method, params)["jobId"]

    def look() -> None:
        nonlocal peak, cpu
        while not over.wait(0.02):
            for child in psutil.Process(engine.process.pid).children(recursive=True):
                try:
                    peak = max(peak, child.memory_info().rss)
                    cpu = max(cpu, sum(child.cpu_times()[:2]))
                except psutil.NoSuchProcess:
                    continue

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        ended = engine.wait_for("job.done", lambda told: told["jobId"] == number)
    finally:
        over.set()
        watcher.join()
    return Job(seconds=time.monotonic() - asked, cpu_seconds=cpu, peak_bytes=peak, result=ended["result"])


def cpu_text(jobs: Sequence[Job]) -> str:
    """A job's process has a low priority: on a busy machine its time says little."""
    return f"{statistics.median(one.cpu_seconds for one in jobs):.2f} s of CPU"


def start_of(number: int) -> int:
    """The frame at which a clip begins: never a keyframe."""
    return HOUR // 2 * FPS + 2 * FPS * 37 * number + 7 + number


def clip(engine: EngineProcess, hour: Path, folder: Path, mode: str, number: int) -> Job:
    """From another place each time."""
    begin = start_of(number) / FPS
    output = folder / f"{mode}-{number}.mp4"
    params = {"path": str(hour), "output": str(output), "mode": mode}
    return job(engine, "media.clip", {**params, "startSeconds": begin, "endSeconds": begin + CLIP_SECONDS})


def begins_right(path: Path, frame: int) -> bool:
    """Whether all its pictures are those from that frame on, by their count."""
    shown = []
    with av.open(str(path)) as container:
        for picture in container.decode(video=0):
            plane = np.frombuffer(picture.planes[0], np.uint8).reshape(-1, picture.planes[0].line_size)
            shown.append(read_index(plane[: picture.height, : picture.width]))
    return shown == [index % CLIP_PICTURES for index in range(frame, frame + CLIP_SECONDS * FPS)]


def repaired_is_whole(path: Path) -> bool:
    """Ordinary, and no more than its last second is missing."""
    with av.open(str(path)) as container:
        seconds = float(container.streams.video[0].duration * container.streams.video[0].time_base)
    return boxes(path) == ["ftyp", "mdat", "moov"] and seconds >= HOUR - 1


def boxes(path: Path) -> list[str]:
    """The kinds of a file's boxes but the padding, without reading what is in them."""
    kinds, at, size = [], 0, path.stat().st_size
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            kinds.append(head[4:8].decode("latin-1"))
            at += int.from_bytes(head[8:16], "big") if length == 1 else max(8, length)
    return [kind for kind in kinds if kind != "free"]


def beside_a_recording(form: Form, hour: Path) -> tuple[int, int]:
    """Frames that a recording lost while one job after another ran, and then for as long without any."""
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(form.folder / "beside.mp4"), **CARD})
        engine.call("recorder.start")
        while engine.call("recorder.getStats")["durationSeconds"] < 2:
            time.sleep(0.1)
        begun, before = time.monotonic(), lost(engine)
        job(engine, "media.remux", {"path": str(hour), "output": str(form.folder / "remuxed.mp4")})
        clip(engine, hour, form.folder, "exact", BESIDE)
        job(engine, "media.sprites", {"path": str(hour), "output": str(form.folder / "sheet.jpg")})
        after = lost(engine)
        time.sleep(time.monotonic() - begun)
        idle = lost(engine) - after
        engine.call("recorder.stop")
    (form.folder / "remuxed.mp4").unlink()
    return after - before, idle


def lost(engine: EngineProcess) -> int:
    """Lagged and skipped so far."""
    stats = engine.call("recorder.getStats")
    return int(stats["videoFramesLagged"] + stats["videoFramesSkipped"])


def peers_index(hour: Path, folder: Path) -> float:
    """Seconds that FFmpeg needs more when it is to put the index in front."""
    target, took = folder / "peer.mp4", []
    for flags in ([], ["-movflags", "+faststart"]):
        asked = time.monotonic()
        command = [ffmpeg_program(), "-v", "error", "-y", "-i", str(hour), "-c", "copy", *flags, str(target)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        took.append(time.monotonic() - asked)
        target.unlink()
    return took[1] - took[0]
