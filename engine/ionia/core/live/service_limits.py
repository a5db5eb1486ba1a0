"""What known services take at most, by the names of their servers.

Beyond it some hang up after a while, some show nothing, and some stutter; none says why. Figures change, so they are a
reason to warn and none to refuse. OBS' list is `plugins/rtmp-services/data/services.json` in obs-studio (000d038).
"""

from dataclasses import dataclass

from ionia.core.frame_rate import FrameRate, rate_text
from ionia.core.media import VideoTrack


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`kbps`: of video. `size`: width and height of the largest picture. None: not known. `test`: an argument of the
    stream key that keeps a test from viewers; empty: there is none. `takes_others`: HEVC and AV1, too."""

    name: str
    domain: str
    kbps: int
    size: tuple[int, int] | None = None
    fps: int | None = None
    test: str = ""
    takes_others: bool = False
    kbps_by_height: tuple[tuple[int, int, int], ...] = ()
    """Rows of height, frames per second and kbit/s: what is allowed up to both."""

    def kbps_for(self, height: int, fps: FrameRate) -> int:
        """Of a picture of this height and rate."""
        allowed = [kbps for lines, rate, kbps in self.kbps_by_height if height <= lines and fps <= rate]
        return min(allowed, default=self.kbps)


_FACEBOOK = (
    (360, 30, 1000),
    (360, 60, 1500),
    (480, 30, 2000),
    (480, 60, 3000),
    (720, 30, 4000),
    (720, 60, 6000),
    (1080, 30, 6000),
    (1080, 60, 9000),
)
"""OBS' list, "bitrate matrix" of Facebook Live."""

_TWITCH_TEST = "bandwidthtest=true"

SERVICES = (
    # OBS' list, "max video bitrate": 6000. For a test: dev.twitch.tv, "Video Broadcasting Overview".
    Service(name="Twitch", domain="twitch.tv", kbps=6000, test=_TWITCH_TEST),
    # OBS' list, "max video bitrate" of YouTube - RTMPS: 51000.
    Service(name="YouTube", domain="youtube.com", kbps=51_000, takes_others=True),
    # OBS' list: 9000, "max fps" 60, the largest of the "supported resolutions".
    Service(name="Facebook", domain="facebook.com", kbps=9000, size=(1920, 1080), fps=60, kbps_by_height=_FACEBOOK),
    # Amazon IVS API reference, type of a channel: STANDARD takes 1080p and 8.5 Mbit/s; beyond, a stream "probably will
    # disconnect immediately".
    Service(
        name="Kick, or another service on Amazon IVS",
        domain="global-contribute.live-video.net",
        kbps=8500,
        size=(1920, 1080),
    ),
    # Twitch's servers have names of this domain, too (dev.twitch.tv, likewise), and so have some for IVS (OBS' list).
    Service(
        name="Twitch, or a service on Amazon IVS",
        domain="contribute.live-video.net",
        kbps=8500,
        test=_TWITCH_TEST,
    ),
)


def service_of(host: str) -> Service | None:
    """Whose server this is, if that is known."""
    name = host.lower().rstrip(".")
    return next((one for one in SERVICES if name == one.domain or name.endswith("." + one.domain)), None)


def beyond(service: Service, video: VideoTrack) -> list[str]:
    """One line for people for each limit that this stream exceeds."""
    words = []
    kbps, most = video.bitrate / 1000, service.kbps_for(min(video.width, video.height), video.fps)
    if kbps > most:
        words.append(f"{service.name} takes {most / 1000:g} Mbit/s of such a picture, and this is {kbps / 1000:g}.")
    if service.size is not None:
        long, short = service.size
        if max(video.width, video.height) > long or min(video.width, video.height) > short:
            words.append(f"{service.name} takes {long}x{short} at most, and this is {video.width}x{video.height}.")
    if service.fps is not None and video.fps > service.fps:
        words.append(
            f"{service.name} takes {service.fps} pictures a second at most, and this is {rate_text(video.fps)}."
        )
    return words
