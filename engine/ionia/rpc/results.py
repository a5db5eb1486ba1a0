"""What the engine answers and announces: one struct per object on the wire, written for people and for generators.

Statistics and event details come from the engine as mappings and are passed through; their structs here describe
them for the OpenRPC document.
"""

from collections.abc import Callable
from typing import Annotated, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType

from ionia.core.errors import ErrorKind
from ionia.core.events import (
    BackpressureChanged,
    ConnectionChanged,
    Level,
    LevelsMeasured,
    SessionStateChanged,
    SessionWarned,
)
from ionia.core.failure import LiveKind
from ionia.core.selftest_report import SelftestReport
from ionia.core.service import DeviceList, EngineInfo
from ionia.core.warning import WarningFacts
from ionia.rpc.wire import wire_type

ENGINE_NAME = "ionia-engine"
PROTOCOL_VERSION = 1
"""Grows when a client that speaks the old protocol would misunderstand the new one; additions don't count."""

StateName = Annotated[str, Meta(description="State of the session, a stable lower-case word.")]
KindName = Literal["recorder", "streamer"]
LiveKindName = Annotated[
    LiveKind, Meta(description="Why a connection to a server failed or was lost, see x-live-kinds.")
]


class InfoResult(Struct, frozen=True, rename="camel", kw_only=True):
    """Answer of engine.info."""

    name: str
    version: str
    protocol_version: int
    platform: str
    pid: int
    python: str
    ffmpeg: str
    capabilities: tuple[str, ...]

    @classmethod
    def of(cls, info: EngineInfo) -> "InfoResult":
        """The engine's own part, completed by what belongs to the wire."""
        return cls(
            name=ENGINE_NAME,
            version=info.version,
            protocol_version=PROTOCOL_VERSION,
            platform=info.platform,
            pid=info.pid,
            python=info.python,
            ffmpeg=info.ffmpeg,
            capabilities=info.capabilities,
        )


class Screen(Struct, frozen=True, rename="camel", kw_only=True):
    """A screen that can be captured; position and size in pixels."""

    id: Annotated[str, Meta(description="Stays the same between runs.")]
    name: str
    width: int
    height: int
    x: int
    y: int
    primary: bool
    backend: str


class Window(Struct, frozen=True, rename="camel", kw_only=True):
    """A top-level window."""

    id: str
    title: str
    width: int
    height: int


class SoundDevice(Struct, frozen=True, rename="camel", kw_only=True):
    """A source of sound."""

    id: str
    name: str
    default: Annotated[bool, Meta(description="Whether it is the system's default now.")]


class Encoder(Struct, frozen=True, rename="camel", kw_only=True):
    """An H.264 encoder and whether it really opened on this machine."""

    name: str
    hardware: bool
    available: bool
    reason: Annotated[str, Meta(description="Why it is not available; else empty.")]


class DevicesResult(Struct, frozen=True, rename="camel", kw_only=True):
    """Answer of engine.devices."""

    screens: tuple[Screen, ...]
    windows: tuple[Window, ...]
    desktop_audio: tuple[SoundDevice, ...]
    microphones: tuple[SoundDevice, ...]
    encoders: tuple[Encoder, ...]

    @classmethod
    def of(cls, devices: DeviceList) -> "DevicesResult":
        """The same, as it goes over the wire."""
        return cls(
            screens=tuple(
                Screen(
                    id=s.id,
                    name=s.name,
                    width=s.width,
                    height=s.height,
                    x=s.x,
                    y=s.y,
                    primary=s.primary,
                    backend=s.backend,
                )
                for s in devices.screens
            ),
            windows=tuple(Window(id=w.id, title=w.title, width=w.width, height=w.height) for w in devices.windows),
            desktop_audio=tuple(SoundDevice(id=d.id, name=d.name, default=d.default) for d in devices.desktop_audio),
            microphones=tuple(SoundDevice(id=d.id, name=d.name, default=d.default) for d in devices.microphones),
            encoders=tuple(
                Encoder(name=e.name, hardware=e.hardware, available=e.available, reason=e.reason)
                for e in devices.encoders
            ),
        )


class _CommonStats(Struct, frozen=True, rename="camel", kw_only=True):
    """Statistics that recorders and streamers share. A value that is not known yet is null or left out."""

    state: StateName | None = None
    duration_seconds: float | None = None
    video_frames_unique: Annotated[int | None, Meta(description="Frames that showed something new.")] = None
    video_frames_duplicated: Annotated[int | None, Meta(description="Frames repeated: the screen did not change.")] = (
        None
    )
    video_frames_lagged: Annotated[int | None, Meta(description="Lost because our tick came late.")] = None
    video_frames_skipped: Annotated[int | None, Meta(description="Lost because the encoder had no room.")] = None
    audio_silence_samples: Annotated[int | None, Meta(description="Samples of silence put into gaps.")] = None
    audio_drift_ppm: Annotated[float | None, Meta(description="Clock drift of the sound device, corrected.")] = None
    capture_backend: str | None = None
    audio_backend: str | None = None
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: int | None = None
    encode_ms_avg: float | None = None
    cpu_percent: float | None = None
    rss_bytes: int | None = None


class RecorderStats(_CommonStats, frozen=True, rename="camel", kw_only=True):
    """Answer of recorder.getStats. The first six are the native addon's."""

    video_frames_captured: Annotated[int, Meta(description="Frames on the constant-frame-rate timeline.")]
    video_packets_encoded: int
    audio_packets_encoded: int
    video_packets_muxed: int
    audio_packets_muxed: int
    total_bytes: int
    output_path: str | None = None


class StreamerStats(_CommonStats, frozen=True, rename="camel", kw_only=True):
    """Answer of streamer.getStats. The first three are the native addon's."""

    video_frames: int
    video_packets: int
    audio_packets: int
    video_packets_dropped: Annotated[int, Meta(description="Lost because the network had no room.")]
    audio_packets_dropped: Annotated[int, Meta(description="Always 0: sound is never dropped.")]
    reconnect_count: int
    current_latency_ms: float
    max_latency_ms: float
    connected: bool | None = None
    backpressure: bool | None = None
    bytes_sent: int | None = None
    send_bitrate_kbps: float | None = None
    target_bitrate_kbps: float | None = None
    rtmp_url: Annotated[str | None, Meta(description="rtmp://host/app/****")] = None


StateNotification = wire_type(SessionStateChanged, "StateNotification")
WarningNotification = wire_type(SessionWarned, "WarningNotification")
ConnectionNotification = wire_type(ConnectionChanged, "ConnectionNotification")
BackpressureNotification = wire_type(BackpressureChanged, "BackpressureNotification")
LevelResult = wire_type(Level, "LevelResult")
LevelsNotification = wire_type(LevelsMeasured, "LevelsNotification")
WARNING_FACTS = tuple(wire_type(facts) for facts in get_args(WarningFacts))


class FailureData(Struct, frozen=True, rename="camel", kw_only=True):
    """`data` of session.error."""

    kind: Annotated[str, Meta(description="Stable name of the error, see x-errors.")]
    hint: Annotated[str, Meta(description="What to do about it, or empty.")]
    live_kind: LiveKindName | UnsetType = UNSET

    @classmethod
    def of(cls, kind: ErrorKind, hint: str, live_kind: LiveKind | None) -> "FailureData":
        """The same, as it goes over the wire."""
        return cls(kind=kind.kind, hint=hint, live_kind=UNSET if live_kind is None else live_kind)


class ErrorNotification(Struct, frozen=True, rename="camel", kw_only=True):
    """session.error: the session can't go on; what was recorded is kept."""

    id: str
    kind: KindName
    code: Annotated[int, Meta(description="One of x-errors.")]
    message: str
    data: FailureData


class RecorderStatsNotification(RecorderStats, frozen=True, rename="camel", kw_only=True):
    """session.stats of a recorder: what recorder.getStats answers, and whose it is."""

    id: str
    kind: KindName | None = None


class StreamerStatsNotification(StreamerStats, frozen=True, rename="camel", kw_only=True):
    """session.stats of a streamer: what streamer.getStats answers, and whose it is."""

    id: str
    kind: KindName | None = None


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
