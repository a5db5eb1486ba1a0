"""Which pictures H.264 players and services take: what is beyond is encoded all the same, and told."""

from ionia.core.frame_rate import rate_text
from ionia.core.media import VideoTrack

_MOST_MACROBLOCKS = 36_864
_MOST_MACROBLOCKS_PER_SECOND = 2_073_600
"""MaxFS and MaxMBPS of level 5.2 (ITU-T H.264, table A-1), the highest that services and hardware decoders take:
4096x2304 at 56 fps."""


def beyond_level(video: VideoTrack, who: str) -> str | None:
    """One line for people about a picture that is too large or too fast for level 5.2. `who` won't show it."""
    macroblocks = -(-video.width // 16) * -(-video.height // 16)
    if macroblocks <= _MOST_MACROBLOCKS and macroblocks * video.fps <= _MOST_MACROBLOCKS_PER_SECOND:
        return None
    what = f"{video.width}x{video.height} at {rate_text(video.fps)} fps"
    return f"{what} is more than H.264 level 5.2 allows; {who} won't show it."
