"""The self-test's race of the encoders: each one is opened and encodes a busy desktop as fast as it can."""

import statistics

from ionia.core.errors import IoniaError
from ionia.core.media import Picture
from ionia.core.selftest_report import Finding, Outcome, Part
from ionia.core.settings import EncoderChoice, VideoEncodeSettings
from ionia.core.test_card.pattern import CardPainter
from ionia.core.video.effort import effort, spent
from ionia.core.video.framing import even
from ionia.selftest.context import SECOND_NS, SelftestContext
from ionia.selftest.judge import RATES, EncoderSpeed, judge_encoder, judge_encoders, judge_gpu
from ionia.selftest.scene import DesktopScene

CARD_SIZE = (1280, 720)
USUAL_HEIGHTS = (1440, 1080, 720)
LENGTH_NS = 3 * SECOND_NS // 2
WINDOWS = 3
"""Speed is the median of so many parts of the run: a moment in which the machine did something else doesn't count."""

_CHOICES = {
    "h264_nvenc": EncoderChoice.NVENC,
    "h264_qsv": EncoderChoice.QSV,
    "h264_amf": EncoderChoice.AMF,
    "h264_mf": EncoderChoice.MF,
    "libx264": EncoderChoice.X264,
}


def run_encoders(context: SelftestContext, picture: Picture | None) -> tuple[list[Finding], list[EncoderSpeed]]:
    """`picture` is what is on the screen; without one it is the test card. Raises CancelledError."""
    shown = picture if picture is not None else CardPainter(*CARD_SIZE).paint(0, flash=False)
    height, width = shown.shape[:2]
    scene = DesktopScene(shown)
    findings, speeds = [], []
    encoders = context.backends.list_encoders()
    for number, encoder in enumerate(encoders):
        context.check()
        context.tell(number / len(encoders), f"Trying the encoder {encoder.name}.")
        if not encoder.available:
            findings.append(_absent(encoder.name, encoder.reason))
            continue
        choice = _CHOICES.get(encoder.name, EncoderChoice.AUTO)
        try:
            speed = _speed(context, encoder.name, choice, scene, (width, height))
        except IoniaError as error:
            findings.append(_absent(encoder.name, error.message))
            continue
        if not speed.fastest:
            findings.append(_absent(encoder.name, f"does not open for {width}x{height}"))
            continue
        speeds.append(speed)
        findings.append(judge_encoder(speed, width, height))
    if speeds and not any(speed.holds(min(RATES)) for speed in speeds):
        speeds += _scaled(context, max(speeds, key=lambda speed: speed.fastest), scene, (width, height))
    findings += judge_gpu(*context.backends.gpu.figures())
    together = judge_encoders(speeds)
    return (findings if together is None else [*findings, together]), speeds


def _scaled(
    context: SelftestContext, fastest: EncoderSpeed, scene: DesktopScene, size: tuple[int, int]
) -> list[EncoderSpeed]:
    """The largest of the usual sizes below the screen's in which 30 frames a second are held; empty if none is."""
    width, height = size
    fps = min(RATES)
    settings = VideoEncodeSettings(fps=fps, encoder=fastest.choice, video_bitrate=context.settings.video_bitrate)
    for lower in USUAL_HEIGHTS:
        if lower < height:
            smaller = even(round(width * lower / height)), lower
            speed = _run(context, fastest.name, settings, scene, smaller)
            tried = EncoderSpeed(name=fastest.name, choice=fastest.choice, speeds={fps: speed}, size=smaller)
            if tried.holds(fps):
                return [tried]
    return []


def _absent(name: str, reason: str) -> Finding:
    return Finding(
        part=Part.ENCODERS,
        outcome=Outcome.ABSENT,
        title=f"Encoder {name}",
        found=f"not here: {reason.removeprefix('does not open: ').partition(' (')[0]}",
        figures={"encoder": name, "available": False},
    )


def _speed(
    context: SelftestContext, name: str, choice: EncoderChoice, scene: DesktopScene, size: tuple[int, int]
) -> EncoderSpeed:
    speeds: dict[int, float] = {}
    for fps in RATES:
        settings = VideoEncodeSettings(fps=fps, encoder=choice, video_bitrate=context.settings.video_bitrate)
        speeds[fps] = _run(context, name, settings, scene, size)
        if EncoderSpeed(name=name, choice=choice, speeds=speeds).holds(fps):
            break
    return EncoderSpeed(name=name, choice=choice, speeds=speeds)


def _run(
    context: SelftestContext, name: str, settings: VideoEncodeSettings, scene: DesktopScene, size: tuple[int, int]
) -> float:
    """Pictures a second, converted and encoded as a recording does it; 0.0 where another encoder took its place."""
    encoder = context.backends.open_video(settings, *size).encoder
    cores = context.backends.cores()
    work = effort(cores, *size, settings.fps)
    converter = context.backends.converter(encoder.takes, work.convert_threads)
    clock, index, rates = context.clock, 0, []
    try:
        if encoder.codec != name:
            return 0.0
        for _ in range(WINDOWS):
            begin_ns, first, converting_ns, encoding_ns = clock.now_ns(), index, 0, 0
            while index == first or clock.now_ns() - begin_ns < LENGTH_NS // WINDOWS:
                context.check()
                pixels = scene.paint(index)
                before_ns = clock.now_ns()
                converted = converter.convert(pixels)
                converted_ns = clock.now_ns()
                encoder.encode(converted, index)
                converting_ns += converted_ns - before_ns
                encoding_ns += clock.now_ns() - converted_ns
                index += 1
            spent_ns = spent(work, cores, converting_ns, encoding_ns)
            rates.append((index - first) * SECOND_NS / max(1, spent_ns))
    finally:
        encoder.close()
    return statistics.median(rates)
