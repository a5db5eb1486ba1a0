"""What a live link needs to know of a streamer's settings."""

from dataclasses import dataclass

from ionia.core.frame_rate import FrameRate
from ionia.core.live.backoff import ReconnectSettings
from ionia.core.live.silence import SILENT_BITRATE
from ionia.core.settings import StreamerSettings
from ionia.core.timebase import NS_PER_S

_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """Bitrates in bit/s; the video bitrate is the user's target, the audio bitrate the sound's share of the link."""

    fps: FrameRate
    video_bitrate: int
    audio_bitrate: int
    buffer_ns: int
    adaptive_bitrate: bool
    reconnect: ReconnectSettings

    @classmethod
    def of(cls, settings: StreamerSettings) -> "LiveSettings":
        """The part of a streamer's settings that concerns the link."""
        media, outage = settings.media, settings.max_reconnect_seconds
        return cls(
            fps=media.fps,
            video_bitrate=media.video_bitrate,
            audio_bitrate=sum(track.bitrate for track in media.all_tracks) or SILENT_BITRATE,
            buffer_ns=settings.buffer_ms * _NS_PER_MS,
            adaptive_bitrate=settings.adaptive_bitrate,
            reconnect=ReconnectSettings(
                initial_ns=settings.reconnect_initial_ms * _NS_PER_MS,
                max_ns=settings.reconnect_max_ms * _NS_PER_MS,
                max_outage_ns=None if outage is None else round(outage * NS_PER_S),
                first_must_succeed=settings.require_connection,
                retry_rejected=settings.retry_rejected,
            ),
        )
