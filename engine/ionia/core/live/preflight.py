"""What a user should know of a stream before it goes live, since no service says it in plain words."""

from ionia.core.codec.level_limit import beyond_level
from ionia.core.live.live_codec import known_of
from ionia.core.live.live_url import LiveUrl
from ionia.core.live.service_limits import beyond, service_of
from ionia.core.media import VideoTrack
from ionia.core.warning import WarningCode

MOST_KEYFRAME_SECONDS = 4.0
"""Twitch, YouTube and Facebook ask for 2 s and take 4 at most: their viewers' players begin at keyframes only."""


def preflight(url: LiveUrl, video: VideoTrack, keyframe_seconds: float) -> list[tuple[WarningCode, str]]:
    """Warnings, each with one line for people."""
    warnings = []
    if url.trimmed:
        warnings.append(
            (WarningCode.ADDRESS_TRIMMED, "An invisible character beside the address or stream key was left out.")
        )
    if keyframe_seconds > MOST_KEYFRAME_SECONDS:
        warnings.append(
            (
                WarningCode.KEYFRAMES_RARE,
                f"There is a keyframe every {keyframe_seconds:g} s only; services want one every 2 s, or 4 s at most.",
            )
        )
    if (words := known_of(url.host, video.codec)) is not None:
        warnings.append((WarningCode.CODEC_NOT_PROMISED, words))
    if (service := service_of(url.host)) is not None:
        warnings += [(WarningCode.SERVICE_LIMIT, words) for words in beyond(service, video)]
    if (words := beyond_level(video, "many services and players")) is not None:
        warnings.append((WarningCode.PICTURE_TOO_LARGE, words))
    return warnings
