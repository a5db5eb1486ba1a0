"""What a user should know of a stream before it goes live, since no service says it in plain words."""

from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.media import VideoTrack
from ionia.core.warning import WarningCode

MOST_KEYFRAME_SECONDS = 4.0
"""Twitch, YouTube and Facebook ask for 2 s and take 4 at most: their viewers' players begin at keyframes only."""

_MOST_MACROBLOCKS = 36_864
_MOST_MACROBLOCKS_PER_SECOND = 2_073_600
"""MaxFS and MaxMBPS of level 5.2 (ITU-T H.264, table A-1), the highest that services and hardware decoders take:
4096x2304 at 56 fps."""


def preflight(url: RtmpUrl, video: VideoTrack, keyframe_seconds: float) -> list[tuple[WarningCode, str]]:
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
    macroblocks = -(-video.width // 16) * -(-video.height // 16)
    if macroblocks > _MOST_MACROBLOCKS or macroblocks * video.fps > _MOST_MACROBLOCKS_PER_SECOND:
        warnings.append(
            (
                WarningCode.PICTURE_TOO_LARGE,
                f"{video.width}x{video.height} at {video.fps} fps is more than H.264 level 5.2 allows; many services "
                "and players won't show it.",
            )
        )
    return warnings
