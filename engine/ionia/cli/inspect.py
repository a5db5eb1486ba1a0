"""`ionia-engine devices` and `doctor`: what this machine has, whether it works, and what to do where it doesn't."""

import argparse
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import msgspec
import numpy as np

import ionia
from ionia.app import make_backends
from ionia.cli.progress import size_text
from ionia.core.errors import IoniaError, SourceLost
from ionia.core.ports import AudioSource
from ionia.core.service import DeviceList, EncoderInfo
from ionia.core.settings import MediaSettings
from ionia.core.sharing import capture_key
from ionia.rpc.wire import to_wire
from ionia.runtime.backends import Backends

SOUND_READS = 20
"""Reads of 50 ms: a device that gives nothing for a second is called silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor's report. `ok` None: it works, with a reservation."""

    ok: bool | None
    what: str
    found: str
    advice: str = ""


def devices(options: argparse.Namespace) -> int:
    """Print every device and encoder; the exit code."""
    backends = make_backends()
    found = DeviceList(
        screens=backends.list_screens(),
        windows=backends.list_windows(),
        desktop_audio=backends.list_desktop_audio(),
        microphones=backends.list_microphones(),
        applications=backends.list_applications(),
        encoders=backends.list_encoders(),
    )
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(to_wire(found, texts=str)), indent=2).decode())
        return 0
    _table("Screens", [(s.id, s.name, f"{s.width}x{s.height}", "primary" if s.primary else "") for s in found.screens])
    _table("Windows", [(w.id, w.title, f"{w.width}x{w.height}") for w in found.windows])
    _table("Desktop sound", [(d.id, d.name, "default" if d.default else "") for d in found.desktop_audio])
    _table("Microphones", [(d.id, d.name, "default" if d.default else "") for d in found.microphones])
    _table("Programs", [(a.id, a.name, "plays" if a.playing else "") for a in found.applications])
    _table("Encoders", [(e.name, "works" if e.available else e.reason) for e in found.encoders])
    return 0


def _table(title: str, rows: list[tuple[str, ...]]) -> None:
    print(title)
    if not rows:
        print("  none")
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def doctor(_: argparse.Namespace) -> int:
    """Try everything a recording needs; 0 when a recording of this screen with its sound would work, else 1."""
    backends = make_backends()
    findings = [
        Finding(
            ok=True,
            what="Versions",
            found=f"ionia {ionia.__version__}, Python {platform.python_version()}, FFmpeg {av.ffmpeg_version_info}, "
            f"{platform.system()} {platform.machine()}",
        ),
        _screen(backends),
        _sound("Desktop sound", lambda: backends.desktop_audio(None)),
        _sound("Microphone", lambda: backends.microphone(None)),
        *_encoders(backends),
        _disk(backends),
    ]
    marks = {True: "ok", None: "--", False: "!!"}
    for finding in findings:
        print(f"{marks[finding.ok]}  {finding.what}: {finding.found}")
        if finding.advice:
            print(f"      {finding.advice}")
    return 0 if all(finding.ok is not False for finding in findings) else 1


def _screen(backends: Backends) -> Finding:
    try:
        source = backends.screen(capture_key(MediaSettings()))
        try:
            width, height = source.open()
            frame = source.grab()
            black = frame is not None and int(frame.pixels[:, :, :3].max()) == 0
        finally:
            source.close()
    except (IoniaError, SourceLost) as error:
        hint = error.hint if isinstance(error, IoniaError) else ""
        return Finding(ok=False, what="Screen", found=error.message, advice=hint or "`--screen test` always works.")
    found = f"{width}x{height} by {source.backend}"
    if black:
        return Finding(ok=None, what="Screen", found=f"{found}, but the picture is entirely black")
    return Finding(ok=True, what="Screen", found=found)


def _sound(what: str, make: Callable[[], AudioSource]) -> Finding:
    try:
        source = make()
        try:
            name = source.open()
            heard = [block for block in (source.read(0.05) for _ in range(SOUND_READS)) if block is not None]
            notices = source.take_notices()
        finally:
            source.close()
    except (IoniaError, SourceLost) as error:
        hint = error.hint if isinstance(error, IoniaError) else ""
        advice = hint or "Silence is recorded in its place."
        return Finding(ok=None, what=what, found=error.message, advice=advice)
    wrong = [notice for notice in notices if notice.hint]
    if wrong:
        advice = " ".join(dict.fromkeys(notice.hint for notice in wrong))
        return Finding(ok=None, what=what, found=" ".join(notice.message for notice in wrong), advice=advice)
    peak = max((float(np.abs(block.samples).max(initial=0.0)) for block in heard), default=0.0)
    if not heard:
        return Finding(ok=True, what=what, found=f"{name}, gives nothing while nothing plays")
    level = f"peak {20 * np.log10(peak):.0f} dBFS" if peak > 0 else "silent now"
    remarks = "".join(f" ({notice.message})" for notice in notices)
    return Finding(ok=True, what=what, found=f"{name}, {level}{remarks}")


def _encoders(backends: Backends) -> list[Finding]:
    encoders = backends.list_encoders()
    findings = [
        Finding(
            ok=True if encoder.available else None,
            what=f"Encoder {encoder.name}",
            found=encoder.reason or _works(encoder),
        )
        for encoder in encoders
    ]
    right, figures = backends.gpu.figures()
    if figures:
        found = figures if right else f"read back for the encoder: {figures}"
        findings.append(Finding(ok=right or None, what="Pictures on the graphics card", found=found))
    if not any(encoder.available for encoder in encoders):
        findings.append(Finding(ok=False, what="Encoders", found="none works", advice="Install the engine again."))
    return findings


def _works(encoder: EncoderInfo) -> str:
    return f"works ({encoder.proof})" if encoder.proof else "works"


def _disk(backends: Backends) -> Finding:
    settings = MediaSettings()
    try:
        here = Path.cwd()  # it may have been deleted
        free = backends.free_bytes(str(here / "recording.mp4"))
    except OSError as error:
        return Finding(ok=False, what="Disk", found=str(error.strerror), advice="Record to another folder.")
    minutes = free * 8 / (settings.video_bitrate + settings.audio_bitrate) / 60
    found = f"{size_text(free)} free in {here}: {minutes:.0f} minutes at the default bit rate"
    return Finding(ok=minutes >= 10, what="Disk", found=found)
