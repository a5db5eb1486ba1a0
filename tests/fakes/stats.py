"""Figures of sessions that never ran, complete as the real ones are."""

from typing import Any

from ionia.core.settings import SessionKind
from ionia.core.stats import DestinationStats, RecorderStats, ReplayStats, Stats, StreamerStats
from ionia.core.video.stage_times import StageMs

_COMMON: dict[str, Any] = {
    "state": "running",
    "duration_seconds": 1.5,
    "video_frames_captured": 45,
    "video_frames_unique": 40,
    "video_frames_duplicated": 5,
    "video_frames_lagged": 0,
    "video_frames_missed": 0,
    "video_frames_skipped": 0,
    "audio_silence_samples": 0,
    "audio_samples_lost": 0,
    "audio_drift_ppm": 0.0,
    "desktop_silence_samples": 0,
    "mic_silence_samples": 0,
    "capture_backend": "test-card",
    "audio_backend": "test-tone",
    "codec": "libx264",
    "readback": True,
    "width": 1920,
    "height": 1080,
    "fps": 30,
    "encode_ms_avg": 4.5,
    "capture_ms": StageMs(p50=2.0, p99=4.0),
    "convert_ms": StageMs(p50=3.0, p99=6.0),
    "encode_ms": StageMs(p50=4.0, p99=9.0),
    "pictures_waiting": 1,
    "cpu_percent": 25.0,
    "rss_bytes": 100_000_000,
}


def recorder_stats(**others: Any) -> RecorderStats:
    """A recorder's, with `others` in place of what is named so."""
    own = {
        "video_packets_encoded": 45,
        "audio_packets_encoded": 70,
        "video_packets_muxed": 45,
        "audio_packets_muxed": 70,
        "total_bytes": 1_000_000,
        "output_path": "out.mp4",
        "paused_seconds": 0.0,
        "pauses": 0,
        "start_utc": "2026-01-02T03:04:05.678Z",
        "utc_error_ms": 0.002,
    }
    return RecorderStats(**{**_COMMON, **own, **others})


DESTINATION_STATS = DestinationStats(
    destination="1",
    rtmp_url="rtmp://host/app/****",
    connection="connected",
    kind=None,
    reason="",
    connected=True,
    backpressure=False,
    video_packets=45,
    audio_packets=70,
    video_packets_dropped=0,
    video_packets_unsent=0,
    video_frames_skipped=0,
    reconnect_count=0,
    current_latency_ms=20.0,
    max_latency_ms=30.0,
    bytes_sent=1_000_000,
    send_bitrate_kbps=5000.0,
    target_bitrate_kbps=5000.0,
)


def streamer_stats(**others: Any) -> StreamerStats:
    """A streamer's, with `others` in place of what is named so."""
    own = {
        "video_frames": 45,
        "video_packets": 45,
        "audio_packets": 70,
        "video_packets_dropped": 0,
        "video_packets_unsent": 0,
        "audio_packets_dropped": 0,
        "reconnect_count": 0,
        "current_latency_ms": 20.0,
        "max_latency_ms": 30.0,
        "connected": True,
        "backpressure": False,
        "bytes_sent": 1_000_000,
        "send_bitrate_kbps": 5000.0,
        "target_bitrate_kbps": 5000.0,
        "delay_seconds": 0.0,
        "delay_packets_held": 0,
        "delay_bytes_held": 0,
        "delay_packets_skipped": 0,
        "delay_packets_crowded": 0,
        "delay_packets_filled": 0,
        "delay_packets_discarded": 0,
        "rtmp_url": "rtmp://host/app/****",
        "destinations": (DESTINATION_STATS,),
    }
    return StreamerStats(**{**_COMMON, **own, **others})


def replay_stats(**others: Any) -> ReplayStats:
    """A replay's, with `others` in place of what is named so."""
    own = {
        "seconds_held": 30.5,
        "seconds_wanted": 30.0,
        "bytes_held": 20_000_000,
        "max_bytes": 536_870_912,
        "shortened": False,
        "saves": 2,
        "saving": 0,
        "bytes_saving": 0,
    }
    return ReplayStats(**{**_COMMON, **own, **others})


def session_stats(kind: SessionKind, **others: Any) -> Stats:
    """Those of a session of this kind."""
    made = {
        SessionKind.RECORDER: recorder_stats,
        SessionKind.STREAMER: streamer_stats,
        SessionKind.REPLAY: replay_stats,
    }
    return made[kind](**others)
