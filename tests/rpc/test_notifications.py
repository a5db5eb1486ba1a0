"""Every event of the engine as the contract writes it."""

import json

import pytest

from ionia.core.errors import ErrorKind
from ionia.core.events import (
    BackpressureChanged,
    ConnectionChanged,
    ConnectionState,
    Event,
    FileChanged,
    FinishedFile,
    JobDone,
    JobFailed,
    JobProgressed,
    JobResult,
    Level,
    LevelsMeasured,
    ReplaySaved,
    SavedReplay,
    SelftestProgressed,
    SessionFailed,
    SessionStateChanged,
    SessionWarned,
    SoundLevel,
    StatsSampled,
)
from ionia.core.failure import LiveKind
from ionia.core.redaction import Redactor
from ionia.core.selftest_report import Part
from ionia.core.settings import SessionKind
from ionia.core.warning import DiskLow, WarningCode
from ionia.rpc.notifications import announce
from ionia.rpc.schema import NOTIFICATIONS
from tests.fakes.stats import recorder_stats, session_stats, streamer_stats

URL = "rtmp://u:p@host/app/SECRETKEY"
COMMON = {
    "state": "running",
    "durationSeconds": 1.5,
    "videoFramesCaptured": 45,
    "videoFramesUnique": 40,
    "videoFramesDuplicated": 5,
    "videoFramesLagged": 0,
    "videoFramesMissed": 0,
    "videoFramesSkipped": 0,
    "audioSilenceSamples": 0,
    "audioSamplesLost": 0,
    "audioDriftPpm": 0.0,
    "desktopSilenceSamples": 0,
    "micSilenceSamples": 0,
    "captureBackend": "test-card",
    "audioBackend": "test-tone",
    "codec": "libx264",
    "readback": True,
    "width": 1920,
    "height": 1080,
    "fps": 30,
    "encodeMsAvg": 4.5,
    "captureMs": {"p50": 2.0, "p99": 4.0},
    "convertMs": {"p50": 3.0, "p99": 6.0},
    "encodeMs": {"p50": 4.0, "p99": 9.0},
    "picturesWaiting": 1,
    "cpuPercent": 25.0,
    "rssBytes": 100_000_000,
}
RECORDER = COMMON | {
    "videoPacketsEncoded": 45,
    "audioPacketsEncoded": 70,
    "videoPacketsMuxed": 45,
    "audioPacketsMuxed": 70,
    "totalBytes": 1_000_000,
    "outputPath": "out.mp4",
    "pausedSeconds": 0.0,
    "pauses": 0,
    "startUtc": "2026-01-02T03:04:05.678Z",
    "utcErrorMs": 0.002,
}
STREAMER = COMMON | {
    "videoFrames": 45,
    "videoPackets": 45,
    "audioPackets": 70,
    "videoPacketsDropped": 0,
    "videoPacketsUnsent": 0,
    "audioPacketsDropped": 0,
    "reconnectCount": 0,
    "currentLatencyMs": 20.0,
    "maxLatencyMs": 30.0,
    "connected": True,
    "backpressure": False,
    "bytesSent": 1_000_000,
    "sendBitrateKbps": 5000.0,
    "targetBitrateKbps": 5000.0,
    "delaySeconds": 0.0,
    "delayPacketsHeld": 0,
    "delayBytesHeld": 0,
    "delayPacketsSkipped": 0,
    "delayPacketsCrowded": 0,
    "delayPacketsFilled": 0,
    "delayPacketsDiscarded": 0,
    "rtmpUrl": "rtmp://host/app/****",
    "destinations": [
        {
            "destination": "1",
            "rtmpUrl": "rtmp://host/app/****",
            "connection": "connected",
            "kind": None,
            "reason": "",
            "connected": True,
            "backpressure": False,
            "videoPackets": 45,
            "audioPackets": 70,
            "videoPacketsDropped": 0,
            "videoPacketsUnsent": 0,
            "videoFramesSkipped": 0,
            "reconnectCount": 0,
            "currentLatencyMs": 20.0,
            "maxLatencyMs": 30.0,
            "bytesSent": 1_000_000,
            "sendBitrateKbps": 5000.0,
            "targetBitrateKbps": 5000.0,
        }
    ],
}
"""The contract's names, and those that were added."""
CASES: list[tuple[Event, str, dict[str, object]]] = [
    (
        SessionStateChanged(session_id="a", session_kind=SessionKind.RECORDER, state="stopped", reason=f"see {URL}"),
        "session.state",
        {"id": "a", "kind": "recorder", "state": "stopped", "reason": "see rtmp://host/app/****"},
    ),
    (
        SessionWarned(
            session_id="a",
            session_kind=SessionKind.RECORDER,
            code=WarningCode.DISK_LOW,
            message="SECRETKEY",
            data=DiskLow(minutes_left=9.5, free_bytes=1000),
        ),
        "session.warning",
        {
            "id": "a",
            "kind": "recorder",
            "code": "disk_low",
            "message": "****",
            "data": {"minutesLeft": 9.5, "freeBytes": 1000},
        },
    ),
    (
        SessionWarned(session_id="a", code=WarningCode.STALLED, message="m", session_kind=SessionKind.STREAMER),
        "session.warning",
        {"id": "a", "code": "stalled", "message": "m", "data": {}, "kind": "streamer"},
    ),
    (
        SessionFailed(
            session_id="a", session_kind=SessionKind.RECORDER, kind=ErrorKind.OUTPUT_FAILED, message="disk full"
        ),
        "session.error",
        {
            "id": "a",
            "kind": "recorder",
            "code": 1301,
            "message": "disk full",
            "data": {"kind": "output_failed", "hint": ""},
        },
    ),
    (
        SessionFailed(
            session_id="a",
            session_kind=SessionKind.STREAMER,
            kind=ErrorKind.CONNECT_FAILED,
            message=f"No connection to {URL}",
            hint="Is SECRETKEY right?",
            live_kind=LiveKind.KEY_REJECTED,
        ),
        "session.error",
        {
            "id": "a",
            "kind": "streamer",
            "code": 1303,
            "message": "No connection to rtmp://host/app/****",
            "data": {"kind": "connect_failed", "hint": "Is **** right?", "liveKind": "key_rejected"},
        },
    ),
    (
        ConnectionChanged(session_id="a", state=ConnectionState.CONNECTED, attempt=1),
        "streamer.connection",
        {"id": "a", "state": "connected", "attempt": 1, "delayMs": 0, "reason": "", "kind": None, "destination": "1"},
    ),
    (
        ConnectionChanged(
            session_id="a",
            state=ConnectionState.RECONNECTING,
            attempt=2,
            delay_ms=500,
            reason="nothing listens there",
            kind=LiveKind.REFUSED,
            destination="twitch",
        ),
        "streamer.connection",
        {
            "id": "a",
            "state": "reconnecting",
            "attempt": 2,
            "delayMs": 500,
            "reason": "nothing listens there",
            "kind": "refused",
            "destination": "twitch",
        },
    ),
    (
        FileChanged(
            session_id="a",
            finished=FinishedFile(path="a.mp4", duration_seconds=1.5, bytes=9, start_utc="2026-01-02T03:04:05.678Z"),
            next="a-2.mp4",
        ),
        "recorder.fileChanged",
        {
            "id": "a",
            "finished": {
                "path": "a.mp4",
                "durationSeconds": 1.5,
                "bytes": 9,
                "startUtc": "2026-01-02T03:04:05.678Z",
            },
            "next": "a-2.mp4",
        },
    ),
    (
        ReplaySaved(
            session_id="a",
            saved=SavedReplay(path="a.mp4", duration_seconds=30.5, start_utc="2026-01-02T03:04:05.678Z"),
        ),
        "replay.saved",
        {"id": "a", "path": "a.mp4", "durationSeconds": 30.5, "startUtc": "2026-01-02T03:04:05.678Z"},
    ),
    (
        BackpressureChanged(session_id="a", active=True, latency_ms=12.5, packets=3),
        "streamer.backpressure",
        {"id": "a", "active": True, "latencyMs": 12.5, "packets": 3, "destination": "1"},
    ),
    (
        StatsSampled(session_id="a", session_kind=SessionKind.RECORDER, stats=recorder_stats(cpu_percent=float("nan"))),
        "session.stats",
        {"id": "a", "kind": "recorder", **RECORDER, "cpuPercent": None},
    ),
    (
        StatsSampled(session_id="a", session_kind=SessionKind.STREAMER, stats=streamer_stats(rtmp_url=URL)),
        "session.stats",
        {"id": "a", "kind": "streamer", **STREAMER},
    ),
    (
        LevelsMeasured(
            session_id="a",
            session_kind=SessionKind.RECORDER,
            desktop=Level(peak_db=-1.0, rms_db=-6.0),
            mic=None,
            sounds=(SoundLevel(name="game", peak_db=-1.0, rms_db=-6.0, clipped=True, muted=False),),
        ),
        "audio.levels",
        {
            "id": "a",
            "kind": "recorder",
            "desktop": {"peakDb": -1.0, "rmsDb": -6.0},
            "mic": None,
            "sounds": [{"name": "game", "peakDb": -1.0, "rmsDb": -6.0, "clipped": True, "muted": False}],
        },
    ),
    (JobProgressed(job_id="job-1", fraction=0.25), "job.progress", {"jobId": "job-1", "fraction": 0.25}),
    (
        JobDone(job_id="job-1", result=JobResult(path="/a", duration_seconds=1.5, bytes=9, changed=True)),
        "job.done",
        {"jobId": "job-1", "result": {"path": "/a", "durationSeconds": 1.5, "bytes": 9, "changed": True}},
    ),
    (
        JobFailed(job_id="job-1", kind=ErrorKind.MEDIA_FAILED, message="No.", hint="Do.", cancelled=True),
        "job.failed",
        {
            "jobId": "job-1",
            "code": 1401,
            "message": "No.",
            "data": {"kind": "media_failed", "hint": "Do.", "cancelled": True},
        },
    ),
    (
        SelftestProgressed(part=Part.NETWORK, fraction=1 / 3, message=f"Streaming to {URL}"),
        "engine.selftestProgress",
        {"part": "network", "fraction": 0.333, "message": "Streaming to rtmp://host/app/****"},
    ),
]


@pytest.mark.parametrize(("event", "method", "params"), CASES)
def test_each_event(event: Event, method: str, params: dict[str, object]) -> None:
    redactor = Redactor()
    redactor.learn(["SECRETKEY"])
    announcement = announce(event, redactor)
    assert json.loads(announcement.payload) == {"jsonrpc": "2.0", "method": method, "params": params}
    assert (announcement.key is not None) == NOTIFICATIONS[method].subscribed


def test_every_notification_has_a_case() -> None:
    assert {method for _, method, _ in CASES} == set(NOTIFICATIONS)


def test_sessions_of_both_kinds_do_not_replace_each_other() -> None:
    keys = {
        announce(StatsSampled(session_id="a", session_kind=kind, stats=session_stats(kind)), Redactor()).key
        for kind in SessionKind
    }
    assert len(keys) == len(SessionKind)
