"""What the self-test's figures of pictures, disk and network mean: limits, each with its reason, and words.

Figures in, findings out. It measures nothing and knows no device.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ionia.core.selftest_report import Finding, Outcome, Part, Recommendation
from ionia.core.settings import EncoderChoice
from ionia.core.stats import RecorderStats

HEADROOM = 1.3
"""An encoder alone must be this much faster than real time: capture, sound and the desktop need their share (measured
on a 2-core machine at 1080p30: a fifth of a core beside the encoder), and so does whatever is being recorded."""

RATES = (60, 30)
"""Frame rates that are tried, the best first."""

LOWER_RATES = (24, 20, 15, 10)
"""What is recommended where 30 does not hold."""

DELIVERED_GOOD, DELIVERED_BAD = 0.95, 0.80
"""Share of the pictures asked for: below the first it stutters to a trained eye (a frame in twenty), below the second
to everybody."""

DISK_FACTOR_GOOD, DISK_FACTOR_BAD = 4.0, 1.5
"""How many times faster than the recording the disk must be: others write to it too, and disks have slow moments."""

DISK_MINUTES_GOOD, DISK_MINUTES_BAD = 30.0, 5.0

NETWORK_SHARE = 0.70
"""The 70 % rule: a stream should use at most so much of what the link carries; the rest is for the keyframes' peaks,
other users of the link, and its bad moments."""

NETWORK_FULL = 0.95
"""From this share of the asked rate on, the link was not what limited it: rates are averages over short windows."""

BITS_PER_PIXEL = 5_000_000 / (1920 * 1080 * 30)
"""Of the default bit rate at 1080p30, for H.264 on a desktop. Twice the frame rate takes half as much again: pictures
that are closer in time differ less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSpeed:
    """Pictures per second by the frame rate it was opened for; 0.0 where it failed. `name` is libav's. `size`: of its
    pictures, where it isn't the screen's."""

    name: str
    choice: EncoderChoice
    speeds: Mapping[int, float]
    size: tuple[int, int] | None = None

    def holds(self, fps: int) -> bool:
        """Whether it encodes `fps` pictures a second with room to spare."""
        return any(speed >= fps * HEADROOM for asked, speed in self.speeds.items() if asked >= fps)

    @property
    def fastest(self) -> float:
        """The best of its speeds."""
        return max(self.speeds.values(), default=0.0)


def judge_encoder(speed: EncoderSpeed, width: int, height: int) -> Finding:
    """One encoder that opens."""
    holds = [fps for fps in RATES if speed.holds(fps)]
    words = {60: "60 fps and 30 fps hold", 30: "30 fps hold, 60 fps don't"}
    held = words[holds[0]] if holds else "too slow for 30 fps"
    found = f"{speed.fastest:.0f} frames a second at {width}x{height}: {held}"
    return Finding(
        part=Part.ENCODERS,
        outcome=Outcome.GOOD if holds else Outcome.FAIR,
        title=f"Encoder {speed.name}",
        found=found,
        figures={
            "encoder": speed.name,
            "framesPerSecond": round(speed.fastest, 1),
            "holds30": speed.holds(30),
            "holds60": speed.holds(60),
            "width": width,
            "height": height,
        },
    )


def judge_gpu(right: bool, figures: str) -> list[Finding]:
    """What the trial of an encoder with the graphics card's own pictures came to; nothing where there is none."""
    if not figures:
        return []
    return [
        Finding(
            part=Part.ENCODERS,
            outcome=Outcome.GOOD if right else Outcome.FAIR,
            title="Pictures on the graphics card",
            found=figures if right else f"they are read back: {figures}",
            figures={"readback": not right},
        )
    ]


def judge_encoders(speeds: Sequence[EncoderSpeed]) -> Finding | None:
    """What all of them together lack, if anything."""
    whole = [speed for speed in speeds if speed.size is None]
    if any(speed.holds(min(RATES)) for speed in whole):
        return None
    usable = best_rate(whole)
    smaller = next((speed.size for speed in speeds if speed.size is not None and speed.holds(min(RATES))), None)
    if smaller is not None:
        held = "" if usable is None else f", {usable[1]} are held"
        size = f"{smaller[0]}x{smaller[1]}"
        return Finding(
            part=Part.ENCODERS,
            outcome=Outcome.FAIR,
            title="Encoders",
            found=f"none holds 30 frames a second at this size{held}; 30 are held where the picture is made {size}",
            advice=f"Record in the size {size}" + ("." if usable is None else f", or at {usable[1]} frames a second."),
        )
    if usable is None:
        return Finding(
            part=Part.ENCODERS,
            outcome=Outcome.BAD,
            title="Encoders",
            found="none is fast enough for this screen" if speeds else "none opens",
            advice="Choose a lower screen resolution." if speeds else "Install the engine again.",
        )
    return Finding(
        part=Part.ENCODERS,
        outcome=Outcome.FAIR,
        title="Encoders",
        found=f"none holds 30 frames a second at this size, but {usable[1]} are held",
        advice=f"Record at {usable[1]} frames a second, or choose a lower screen resolution.",
    )


def best_rate(speeds: Sequence[EncoderSpeed]) -> tuple[EncoderSpeed, int] | None:
    """The first encoder of the ones that hold the highest rate that any of them holds."""
    for fps in (*RATES, *LOWER_RATES):
        for speed in speeds:
            if speed.holds(fps):
                return speed, fps
    return None


def recommend(
    speeds: Sequence[EncoderSpeed], width: int, height: int, *, delivered_fps: float | None, network_bps: float | None
) -> Recommendation | None:
    """Settings that hold. `delivered_fps` is what capture gave, `network_bps` what a stream may use; None: unknown."""
    best = best_rate(speeds)
    if best is None:
        return None
    speed, fps = best
    scaled = speed.size is not None
    width, height = speed.size or (width, height)
    if fps == 60 and delivered_fps is not None and delivered_fps < 60 * DELIVERED_GOOD:
        fps = 30
        speed = next(one for one in speeds if one.holds(30))
    exact = BITS_PER_PIXEL * width * height * 30 * (fps / 30) ** math.log2(1.5)
    bitrate = round(exact / 500_000) * 500_000
    if network_bps is not None:
        bitrate = min(bitrate, _down(network_bps))
    return Recommendation(
        encoder=speed.choice, fps=fps, video_bitrate=max(500_000, bitrate), width=width, height=height, scaled=scaled
    )


def judge_capture(
    *, size: tuple[int, int], backend: str, delivered: float, asked: float, grab_ms: float, pointer: bool | None
) -> Finding:
    """Pictures per second that were really new, of so many asked for and shown."""
    share = delivered / asked
    words = {
        True: ", mouse pointer in the picture",
        False: ", no mouse pointer in the picture (hidden, or on another screen)",
        None: "",
    }
    outcome = (
        Outcome.GOOD
        if share >= DELIVERED_GOOD
        else Outcome.FAIR
        if share >= DELIVERED_BAD or delivered >= 29
        else Outcome.BAD
    )
    return Finding(
        part=Part.CAPTURE,
        outcome=outcome,
        title="Screen",
        found=f"{size[0]}x{size[1]} by {backend}, {delivered:.0f} of {asked:.0f} pictures a second{words[pointer]}",
        advice=""
        if outcome is Outcome.GOOD
        else "Pictures are missing: close programs that keep the machine busy, or choose a lower screen resolution.",
        figures={
            "width": size[0],
            "height": size[1],
            "backend": backend,
            "framesPerSecond": round(delivered, 1),
            "framesAsked": round(asked, 1),
            "grabMs": round(grab_ms, 2),
            "pointer": pointer,
            "black": False,
        },
    )


LOST_GOOD, LOST_BAD = 0.005, 0.05
"""Share of a recording's frames that may be lost: one in 200 nobody sees; one in 20 is a stutter (see above)."""


def judge_recording(stats: RecorderStats) -> Finding:
    """The stats of a recorder that has stopped: was anything lost on the way into the file?"""
    frames, lagged, skipped = stats.video_frames_captured, stats.video_frames_lagged, stats.video_frames_skipped
    lost = lagged + skipped
    share = lost / max(1, frames)
    outcome = Outcome.BAD if share > LOST_BAD or not frames else Outcome.FAIR if share > LOST_GOOD else Outcome.GOOD
    size = f"{stats.width}x{stats.height} at {stats.fps} by {stats.codec}"
    words = f"{lost} of {frames} frames lost" if lost else f"all {frames} frames are there"
    advice = ""
    if outcome is not Outcome.GOOD:
        slow = "the encoder had no room" if skipped >= lagged else "the machine was busy"
        advice = f"They were lost because {slow}: close other programs, or record fewer frames a second."
    return Finding(
        part=Part.AV,
        outcome=outcome,
        title="Trial recording",
        found=f"{size}: {words}",
        advice=advice,
        figures={
            "videoFramesCaptured": frames,
            "videoFramesLagged": lagged,
            "videoFramesMissed": stats.video_frames_missed,
            "videoFramesSkipped": skipped,
            "codec": stats.codec,
            "encodeMsAvg": stats.encode_ms_avg,
            "audioDriftPpm": stats.audio_drift_ppm,
        },
    )


BLACK_HINT = (
    "On a laptop with two GPUs the desktop is drawn by one and captured by the other: in Windows' Settings, System, "
    'Display, Graphics, add ionia-engine and choose "Power saving". Protected video is always black.'
)


def black_screen(size: tuple[int, int], backend: str, *, window_shown: bool) -> Finding:
    """Capture works, and gives black. `window_shown`: although a window of ours was on the screen."""
    seen = (
        "although our flashing window was on it" if window_shown else "as far as we can tell, though nothing proves it"
    )
    return Finding(
        part=Part.CAPTURE,
        outcome=Outcome.BAD if window_shown else Outcome.FAIR,
        title="Screen",
        found=f"{size[0]}x{size[1]} by {backend}, but the picture is entirely black, {seen}",
        advice=BLACK_HINT,
        figures={"width": size[0], "height": size[1], "backend": backend, "black": True},
    )


def judge_disk(*, folder: str, bytes_per_second: float, free_bytes: int, needed_bytes_per_second: float) -> Finding:
    """The disk that recordings go to."""
    minutes = free_bytes / needed_bytes_per_second / 60
    factor = bytes_per_second / needed_bytes_per_second
    outcome, advice = Outcome.GOOD, ""
    if factor < DISK_FACTOR_GOOD:
        outcome = Outcome.BAD if factor < DISK_FACTOR_BAD else Outcome.FAIR
        advice = "This disk is slow: record to another one, or at a lower bit rate."
    if minutes < DISK_MINUTES_GOOD:
        outcome = Outcome.BAD if minutes < DISK_MINUTES_BAD or outcome is Outcome.BAD else Outcome.FAIR
        advice = f"{advice} Free some space, or record to another disk.".strip()
    return Finding(
        part=Part.DISK,
        outcome=outcome,
        title="Disk",
        found=f"{_rate(bytes_per_second)} in {folder}, a recording needs {_rate(needed_bytes_per_second)}; "
        f"room for {_duration(minutes)}",
        advice=advice,
        figures={
            "folder": folder,
            "bytesPerSecond": round(bytes_per_second),
            "neededBytesPerSecond": round(needed_bytes_per_second),
            "freeBytes": free_bytes,
            "minutesLeft": round(minutes, 1),
        },
    )


def judge_network(
    *, server: str, asked_bps: float, sustained_bps: float, dropped: int, reconnects: int, wanted_bps: float
) -> tuple[Finding, float]:
    """Ten seconds of streaming, and the bit rate that it allows.

    `asked_bps` was sent or tried, so that `wanted_bps`, what the user would stream at, is 70 % of it.
    """
    full = sustained_bps >= asked_bps * NETWORK_FULL and not dropped and not reconnects
    allowed = wanted_bps if full else min(wanted_bps, _down(sustained_bps * NETWORK_SHARE))
    enough = allowed >= wanted_bps
    found = f"{server} took {sustained_bps / 1e6:.1f} of {asked_bps / 1e6:.1f} Mbit/s, {dropped} pictures dropped"
    if reconnects:
        found += f", the connection broke {reconnects} times"
    rule = "A stream should use 70 % of what the link carries: the rest is for peaks and for its bad moments."
    if enough:
        advice = ""
        found += f"; {wanted_bps / 1e6:.1f} Mbit/s have room to spare"
    else:
        advice = f"Stream at {allowed / 1e6:.1f} Mbit/s at most. {rule}"
    outcome = Outcome.GOOD if enough and not reconnects else Outcome.FAIR
    return Finding(
        part=Part.NETWORK,
        outcome=Outcome.BAD if allowed < 500_000 else outcome,
        title="Network",
        found=found,
        advice=advice,
        figures={
            "server": server,
            "askedBps": round(asked_bps),
            "sustainedBps": round(sustained_bps),
            "videoPacketsDropped": dropped,
            "reconnects": reconnects,
            "recommendedBps": round(allowed),
        },
    ), allowed


def judge_whip(server: str, sent_bps: float, *, reconnects: int, lowered: bool) -> Finding:
    """Ten seconds of streaming by WHIP, which sends no filler: only what the card needs, and not what a link carries.

    `lowered`: the server reported so much as lost that the bit rate followed.
    """
    found = f"{server} took {sent_bps / 1e6:.1f} Mbit/s by WHIP"
    if reconnects:
        found += f", the connection broke {reconnects} times"
    if lowered:
        found += "; it missed more than a tenth of it"
    good = not (reconnects or lowered)
    return Finding(
        part=Part.NETWORK,
        outcome=Outcome.GOOD if good else Outcome.FAIR,
        title="Network",
        found=f"{found}. How much the way there carries isn't measured by WHIP",
        advice="" if good else "Try a cable instead of a wireless network, or stream at a lower bit rate.",
        figures={"server": server, "sustainedBps": round(sent_bps), "reconnects": reconnects},
    )


def _down(bps: float) -> int:
    """Rounded down to a tenth of a Mbit/s."""
    return int(bps // 100_000) * 100_000


def _rate(bytes_per_second: float) -> str:
    return f"{bytes_per_second / 1e6:.3g} MB/s"


def _duration(minutes: float) -> str:
    return f"{minutes / 60:.0f} hours" if minutes >= 180 else f"{minutes:.0f} minutes"
