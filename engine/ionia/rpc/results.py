"""What the engine answers and announces: one struct per object on the wire, for the encoder and for generators.

Most are made from the engine's own values (see `ionia.rpc.wire`); written out here is what the wire has of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType

from ionia.core.audio.filters import SoundFilter
from ionia.core.audio.programs import Application
from ionia.core.errors import ErrorKind
from ionia.core.events import (
    BackpressureChanged,
    ConnectionChanged,
    FileChanged,
    JobDone,
    JobProgressed,
    Level,
    LevelsMeasured,
    ReplaySaved,
    SessionStateChanged,
    SessionWarned,
)
from ionia.core.facts import Mark
from ionia.core.failure import LiveKind
from ionia.core.preview.request import PreviewOpened as PreviewFacts
from ionia.core.screenshot import Screenshot, Thumbnail
from ionia.core.selftest_report import SelftestReport
from ionia.core.service import DeviceList, EncoderInfo, EngineInfo, ScreenInfo, SoundDeviceInfo, WindowInfo
from ionia.core.settings import SessionKind
from ionia.core.sound_state import SoundState
from ionia.core.video.pushed_layout import PushedScreen
from ionia.core.warning import WarningFacts
from ionia.rpc.kinds import KINDS
from ionia.rpc.kinds import SAMPLES as SAMPLE_FACTS
from ionia.rpc.wire import wire_type

ENGINE_NAME = "ionia-engine"
PROTOCOL_VERSION = 1
"""Grows when a client that speaks the old protocol would misunderstand the new one; additions don't count."""

LiveKindName = Annotated[
    LiveKind, Meta(description="Why a connection to a server failed or was lost, see x-live-kinds.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """Answer of engine.info."""

    name: str
    protocol_version: int
    log_file: Annotated[
        str | None, Meta(description="Where the engine's log is kept, too; null where it can't be. Rotated, bounded.")
    ]
    engine: Annotated[EngineInfo, Mark.FLAT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """Answer of audio.get."""

    sounds: tuple[SoundState, ...]


def info(engine: EngineInfo, log_file: str | None) -> Info:
    """The engine's own part, completed by what belongs to the wire."""
    return Info(name=ENGINE_NAME, protocol_version=PROTOCOL_VERSION, log_file=log_file, engine=engine)


SoundsResult = wire_type(Sounds, "SoundsResult")
InfoResult = wire_type(Info, "InfoResult")
Screen = wire_type(ScreenInfo, "Screen")
Window = wire_type(WindowInfo, "Window")
ApplicationResult = wire_type(Application, "Application")
SoundDevice = wire_type(SoundDeviceInfo, "SoundDevice")
Encoder = wire_type(EncoderInfo, "Encoder")
ThumbnailResult = wire_type(Thumbnail, "ThumbnailResult")
ScreenshotResult = wire_type(Screenshot, "ScreenshotResult")
PreviewOpened = wire_type(PreviewFacts, "PreviewOpened")
PushOpened = wire_type(PushedScreen, "PushOpened")
DevicesResult = wire_type(DeviceList, "DevicesResult")
STATS = {row.kind: wire_type(row.stats) for row in KINDS.values()}
SAMPLES = {row.kind: wire_type(SAMPLE_FACTS[row.stats], f"{row.stats.__name__}Notification") for row in KINDS.values()}
StateNotification = wire_type(SessionStateChanged, "StateNotification")
WarningNotification = wire_type(SessionWarned, "WarningNotification")
ConnectionNotification = wire_type(ConnectionChanged, "ConnectionNotification")
FileChangedNotification = wire_type(FileChanged, "FileChangedNotification")
ReplaySavedNotification = wire_type(ReplaySaved, "ReplaySavedNotification")
BackpressureNotification = wire_type(BackpressureChanged, "BackpressureNotification")
LevelResult = wire_type(Level, "LevelResult")
LevelsNotification = wire_type(LevelsMeasured, "LevelsNotification")
FILTER_FACTS = tuple(wire_type(facts) for facts in get_args(SoundFilter))
WARNING_FACTS = tuple(wire_type(facts) for facts in get_args(WarningFacts))


JobProgressNotification = wire_type(JobProgressed, "JobProgressNotification")
JobDoneNotification = wire_type(JobDone, "JobDoneNotification")


class JobStarted(Struct, frozen=True, rename="camel", kw_only=True):
    """Answer of a method that begins a job."""

    job_id: Annotated[str, Meta(description="Names it in job.progress, job.done, job.failed and job.cancel.")]


class FailureData(Struct, frozen=True, rename="camel", kw_only=True):
    """`data` of session.error."""

    kind: Annotated[str, Meta(description="Stable name of the error, see x-errors.")]
    hint: Annotated[str, Meta(description="What to do about it, or empty.")]
    live_kind: LiveKindName | UnsetType = UNSET

    @classmethod
    def of(cls, kind: ErrorKind, hint: str, live_kind: LiveKind | None) -> "FailureData":
        """The same, as it goes over the wire."""
        return cls(kind=kind.kind, hint=hint, live_kind=UNSET if live_kind is None else live_kind)


class JobFailureData(Struct, frozen=True, rename="camel", kw_only=True):
    """`data` of job.failed."""

    kind: Annotated[str, Meta(description="Stable name of the error, see x-errors.")]
    hint: Annotated[str, Meta(description="What to do about it, or empty.")]
    cancelled: Annotated[bool, Meta(description="Whether job.cancel ended it.")]


class JobFailedNotification(Struct, frozen=True, rename="camel", kw_only=True):
    """job.failed: the job's end; its file plays as before."""

    job_id: str
    code: Annotated[int, Meta(description="One of x-errors.")]
    message: str
    data: JobFailureData


class ErrorNotification(Struct, frozen=True, rename="camel", kw_only=True):
    """session.error: the session can't go on; what was recorded is kept."""

    id: str
    kind: SessionKind
    code: Annotated[int, Meta(description="One of x-errors.")]
    message: str
    data: FailureData


class SelftestProgressNotification(Struct, frozen=True, rename="camel", kw_only=True):
    """engine.selftestProgress: how far the self-test is."""

    part: Literal["capture", "encoders", "av", "sound", "disk", "network"]
    fraction: Annotated[float, Meta(description="Of the whole test, from 0 to 1.")]
    message: Annotated[str, Meta(description="What goes on, or what was just found; one line for people.")]


class SelftestFinding(Struct, frozen=True, rename="camel", kw_only=True):
    """One thing that was tested."""

    part: Literal["capture", "encoders", "av", "sound", "disk", "network"]
    outcome: Annotated[
        Literal["good", "fair", "bad", "skipped", "absent"],
        Meta(
            description="fair: works, with a reservation. bad: will spoil recordings. skipped: could not be tested. "
            "absent: isn't here and needn't be."
        ),
    ]
    title: str
    found: Annotated[str, Meta(description="One line for people.")]
    advice: Annotated[str, Meta(description="What to do about it, or empty.")]
    note: Annotated[str, Meta(description="What it is compared with, or empty.")]
    figures: Annotated[
        dict[str, str | int | float | bool | None], Meta(description="The measurements; units are in their names.")
    ]


class SelftestCorrection(Struct, frozen=True, rename="camel", kw_only=True):
    """An offset of sound against picture that engine.setAudioOffset can take out."""

    device: Annotated[str, Meta(description="Name of the desktop sound device.")]
    offset_ms: Annotated[float, Meta(description="What to set, including what is set now.")]


class SelftestRecommendation(Struct, frozen=True, rename="camel", kw_only=True):
    """Settings that this machine holds."""

    encoder: Literal["auto", "nvenc", "qsv", "amf", "mf", "x264"]
    fps: int
    video_bitrate: int
    width: int
    height: int


class SelftestResult(Struct, frozen=True, rename="camel", kw_only=True):
    """Answer of engine.selftest."""

    ok: Annotated[bool, Meta(description="Whether recording works here; false if the test was cancelled.")]
    verdict: Annotated[str, Meta(description="The result in a sentence or two.")]
    cancelled: bool
    seconds: float
    findings: tuple[SelftestFinding, ...]
    correction: Annotated[SelftestCorrection | None, Meta(description="What would help; null when nothing would.")]
    recommendation: SelftestRecommendation | None

    @classmethod
    def of(cls, report: SelftestReport, redact: Callable[[str], str] = str) -> "SelftestResult":
        """The same, as it goes over the wire; `redact` takes secrets out of texts."""
        correction, best = report.correction, report.recommendation
        return cls(
            ok=report.ok,
            verdict=report.verdict,
            cancelled=report.cancelled,
            seconds=round(report.seconds, 1),
            findings=tuple(
                SelftestFinding(
                    part=finding.part.value,
                    outcome=finding.outcome.value,
                    title=finding.title,
                    found=redact(finding.found),
                    advice=redact(finding.advice),
                    note=finding.note,
                    figures={
                        key: redact(value) if isinstance(value, str) else value
                        for key, value in finding.figures.items()
                    },
                )
                for finding in report.findings
            ),
            correction=None
            if correction is None
            else SelftestCorrection(device=correction.device, offset_ms=correction.offset_ms),
            recommendation=None
            if best is None
            else SelftestRecommendation(
                encoder=best.encoder.value,
                fps=best.fps,
                video_bitrate=best.video_bitrate,
                width=best.width,
                height=best.height,
            ),
        )


class ErrorData(Struct, frozen=True, rename="camel", kw_only=True):
    """`data` of every error answer."""

    kind: Annotated[str, Meta(description="Stable name of the error, see x-errors.")]
    hint: Annotated[str, Meta(description="What to do about it, or empty.")]
    id: Annotated[str | None, Meta(description="The session concerned, or null.")]
    live_kind: LiveKindName | UnsetType = UNSET
