"""What a recording's qualities and codecs give and take: VMAF against the screen, and Mbit/s; no time is measured.

The same pictures are encoded by the engine's own encoders and by FFmpeg's command line. They come from a lossless
recording of the bench's desktop, so that nothing depends on how busy the machine is.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from ionia.core.media import EncodedPacket, Picture, VideoTrack
from ionia.core.ports import VideoEncoder
from ionia.core.settings import CodecName, EncoderChoice, VideoEncodeSettings
from ionia.core.video.quality import NAMES, QualityName, named
from ionia.media.converter import Converter
from ionia.media.encoder_probe import open_video_encoder
from ionia.media.encoder_specs import specs_for
from ionia.media.video_encoder import LibavVideoEncoder
from tests.bench.desktop import desktop
from tests.bench.machine import ffmpeg_program
from tests.bench.parts import Form
from tests.bench.recorders import BITRATE, stage
from tests.bench.report import PartResult, Row

FPS = 30
STILL_SECONDS = 60
STILL_MBIT = 0.3
LEAST_VMAF = {"high": 93.0, "source": 96.0}
PRESETS = ("veryfast", "medium")

TITLES = {"static": "a still page", "scroll": "scrolled text", "moving": "text and film"}
SUFFIXES: dict[CodecName, str] = {"h264": "h264", "hevc": "hevc", "av1": "obu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """VMAF of its pictures, and megabits for each second that they are shown."""

    vmaf: float
    mbit: float

    def __str__(self) -> str:
        return f"VMAF {self.vmaf:.1f}, {self.mbit:.2f} Mbit/s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A lossless recording: of `pictures` pictures of a display."""

    mode: str
    path: Path
    width: int
    height: int
    pictures: int


def measure(form: Form) -> PartResult:
    """Each desktop with each quality and codec; FFmpeg's presets with what moves most."""
    width, height, pictures = form.of(quick=(1280, 720, 30), full=(1920, 1080, 90))
    modes = form.of(quick=("moving",), full=("static", "scroll", "moving"))
    rows: list[Row] = []
    for mode in modes:
        reference = lossless(form, mode, width, height, pictures)
        rows += by_quality(form, reference)
        rows += by_codec(form, reference)
        if mode == "moving":
            rows += beside_ffmpeg(form, reference)
    return PartResult(
        rows=rows,
        notes=[
            f"{width}x{height}, {pictures} pictures of the bench's desktop, recorded without loss and encoded as a "
            f"recording at {FPS} fps is; a still page is shown for {STILL_SECONDS} s. VMAF by FFmpeg's libvmaf, mean, "
            "against the screen; a still page scores 97.4 against itself at best. FFmpeg: x264 with its preset and "
            f"zerolatency, {BITRATE / 1e6:g} Mbit/s."
        ],
    )


def lossless(form: Form, mode: str, width: int, height: int, pictures: int) -> Reference:
    """What the display shows, picture by picture."""
    path = form.folder / f"{mode}.mkv"
    with stage(width, height) as where, desktop(where.display.display, mode, FPS):
        command = [ffmpeg_program(), "-v", "error", "-y", "-f", "x11grab", "-framerate", str(FPS)]
        command += ["-i", where.display.display, "-frames:v", str(pictures)]
        command += ["-c:v", "libx264rgb", "-preset", "ultrafast", "-qp", "0", str(path)]
        subprocess.run(command, check=True, timeout=300)
    return Reference(mode=mode, path=path, width=width, height=height, pictures=pictures)


def by_quality(form: Form, reference: Reference) -> list[Row]:
    """Constant qualities by name, and the constant rate, in H.264."""
    rows = []
    for name in ("small", "high", "source", "bitrate"):
        quality = None if name == "bitrate" else named(name)  # type: ignore[arg-type] - one of the names
        made = encoded(form, reference, VideoEncodeSettings(fps=FPS, quality=quality, encoder=EncoderChoice.X264))
        rows.append(judged(f"{name}, {TITLES[reference.mode]}", name, reference, made))
    return rows


def judged(what: str, name: str, reference: Reference, made: Encoded) -> Row:
    """Against what the quality `name` promises."""
    goal, met = "–", None
    if reference.mode == "static" and name != "bitrate":
        goal, met = f"≤ {STILL_MBIT:g} Mbit/s", made.mbit <= STILL_MBIT
    elif name in LEAST_VMAF:
        goal, met = f"VMAF ≥ {LEAST_VMAF[name]:g}", made.vmaf >= LEAST_VMAF[name]
    return Row(what=what, ours=str(made), goal=goal, met=met)


def by_codec(form: Form, reference: Reference) -> list[Row]:
    """The same qualities in the other codecs. Of a still page one, and of a short form: x265 encodes each picture."""
    names: tuple[QualityName, ...] = form.of(quick=("high",), full=("high",) if reference.mode == "static" else NAMES)
    codecs: tuple[CodecName, ...] = ("hevc", "av1")
    rows = []
    for codec in codecs:
        for name in names:
            made = encoded(form, reference, VideoEncodeSettings(fps=FPS, quality=named(name), codec=codec))
            rows.append(judged(f"{name} in {codec}, {TITLES[reference.mode]}", name, reference, made))
    return rows


def beside_ffmpeg(form: Form, reference: Reference) -> list[Row]:
    """B-frames, and FFmpeg's presets at the rate of a stream."""
    rows = []
    reordered = VideoEncodeSettings(fps=FPS, quality=named("high"), encoder=EncoderChoice.X264, b_frames=2)
    made = str(encoded(form, reference, reordered))
    rows.append(Row(what=f"high with 2 B-frames, {TITLES[reference.mode]}", ours=made))
    ours = encoded(form, reference, VideoEncodeSettings(fps=FPS, video_bitrate=BITRATE, encoder=EncoderChoice.X264))
    for preset in PRESETS:
        theirs = by_ffmpeg(form, reference, preset)
        rows.append(
            Row(
                what=f"{BITRATE / 1e6:g} Mbit/s beside FFmpeg's {preset}, {TITLES[reference.mode]}",
                ours=str(ours),
                peer=str(theirs),
                ratio=f"{ours.vmaf - theirs.vmaf:+.1f}",
            )
        )
    return rows


def encoded(form: Form, reference: Reference, settings: VideoEncodeSettings) -> Encoded:
    """By the encoder that a recording opens. A still page is shown on, as the clock of a recording does it."""
    encoder, track = opened(settings, reference)
    converter = Converter(encoder.takes)
    packets: list[EncodedPacket] = []
    shown = reference.pictures
    try:
        for index, picture in enumerate(pictures_of(reference)):
            if reference.mode == "static" and index:
                packets += encoder.repeat(index)
            else:
                packets += encoder.encode(converter.convert(picture), index)
        if reference.mode == "static":
            shown = STILL_SECONDS * FPS
            for index in range(reference.pictures, shown):
                packets += encoder.repeat(index)
        packets += encoder.flush()
    finally:
        encoder.close()
    path = form.folder / f"encoded.{SUFFIXES[settings.codec]}"
    looked_at = packets[: reference.pictures]
    header = b"" if settings.codec == "av1" else track.extradata
    path.write_bytes(header + b"".join(stream_of(settings.codec, packet) for packet in looked_at))
    size = sum(len(track.codec.sample(packet.data)) for packet in packets)
    return Encoded(vmaf=vmaf(path, reference), mbit=size * 8 / 1e6 / (shown / FPS))


def opened(settings: VideoEncodeSettings, reference: Reference) -> tuple[VideoEncoder, VideoTrack]:
    """The codec's software, also where a recording would refuse it: how many cores there are is no matter here."""
    size = (reference.width, reference.height)
    if settings.codec == "h264":
        encoder, track, _ = open_video_encoder(settings, *size)
        return encoder, track
    software = LibavVideoEncoder(specs_for(sys.platform, settings.codec)[-1], settings, *size)
    return software, software.info


def stream_of(codec: CodecName, packet: EncodedPacket) -> bytes:
    """A packet as it lies in a raw stream: AV1's begins each with a temporal delimiter."""
    return b"\x12\x00" + packet.data if codec == "av1" and not packet.data.startswith(b"\x12\x00") else packet.data


def pictures_of(reference: Reference) -> Iterator[Picture]:
    """BGRA, as a capture gives them."""
    with av.open(str(reference.path)) as container:
        for frame in container.decode(video=0):
            yield np.ascontiguousarray(frame.to_ndarray(format="bgra"))


def by_ffmpeg(form: Form, reference: Reference, preset: str) -> Encoded:
    """The command line's encode of the same pictures."""
    path = form.folder / f"ffmpeg-{preset}.mp4"
    rate = str(BITRATE)
    command = [ffmpeg_program(), "-v", "error", "-y", "-i", str(reference.path), "-c:v", "libx264", "-preset", preset]
    command += ["-tune", "zerolatency", "-vf", TO_709, "-pix_fmt", "yuv420p", "-b:v", rate, "-maxrate", rate]
    command += ["-bufsize", rate, "-g", str(2 * FPS), str(path)]
    subprocess.run(command, check=True, timeout=600)
    with av.open(str(path)) as container:
        size = sum(packet.size for packet in container.demux(video=0))
    return Encoded(vmaf=vmaf(path, reference), mbit=size * 8 / 1e6 / (reference.pictures / FPS))


TO_709 = "scale=out_color_matrix=bt709:out_range=tv"


def vmaf(path: Path, reference: Reference) -> float:
    """The mean over all pictures. Raises RuntimeError when their numbers differ."""
    log = path.with_suffix(".json")
    graph = f"[1:v]{TO_709},format=yuv420p,setpts=N,settb=1/{FPS}[screen];[0:v]setpts=N,settb=1/{FPS}[made];"
    graph += f"[made][screen]libvmaf=log_fmt=json:log_path={log}:n_threads=2"
    command = [ffmpeg_program(), "-v", "error", "-r", str(FPS), "-i", str(path), "-r", str(FPS)]
    command += ["-i", str(reference.path), "-lavfi", graph, "-f", "null", "-"]
    subprocess.run(command, check=True, timeout=600)
    scores = [frame["metrics"]["vmaf"] for frame in json.loads(log.read_text(encoding="utf-8"))["frames"]]
    if len(scores) != reference.pictures:
        raise RuntimeError(f"{len(scores)} of {reference.pictures} pictures were compared")
    return statistics.mean(scores)
