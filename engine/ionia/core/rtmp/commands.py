"""What a publisher asks of a server, with FFmpeg's words in FFmpeg's order (libavformat/rtmpproto.c).

Services are tried with FFmpeg and OBS; whatever those say is what their servers have heard before.
"""

from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.rtmp.amf0 import Amf, encode
from ionia.core.rtmp.capabilities import asked

FLASH_VERSION = "FMLE/3.0 (compatible; FMSc/1.0)"
"""Adobe's encoder, which every server knows; OBS says it, too."""

CONNECT, RELEASE, ANNOUNCE, CREATE, PUBLISH = "connect", "releaseStream", "FCPublish", "createStream", "publish"
CHECK_BANDWIDTH, UNANNOUNCE, DELETE = "_checkbw", "FCUnpublish", "deleteStream"

OPTIONAL = (RELEASE, ANNOUNCE, UNANNOUNCE, CHECK_BANDWIDTH)
"""Of old Flash servers: many others refuse them or say nothing, which means nothing."""


class Commands:
    """Writes the bodies of one connection's commands, and knows which of them an answer is for. One owner."""

    def __init__(self, url: RtmpUrl, login: str, four_cc: str = "", sound_four_cc: str = "") -> None:
        """`login`: what proves the user to the server, as it is added to the application; empty if none is asked.

        `four_cc`: of the pictures' codec, empty for H.264. `sound_four_cc`: of several sounds, empty for one.
        """
        self._url = url
        self._login = login
        self._asked_of = asked(four_cc, sound_four_cc)
        self._asked: list[str] = []

    def connect(self) -> bytes:
        """The application, and nothing of the key."""
        return self._ask(
            CONNECT,
            {
                "app": self._url.app + self._login,
                "type": "nonprivate",
                "flashVer": FLASH_VERSION,
                "tcUrl": self._url.application_url + self._login,
                **self._asked_of,
            },
        )

    def named(self, command: str) -> bytes:
        """RELEASE, ANNOUNCE or UNANNOUNCE, which take the stream's name."""
        return self._ask(command, None, self._url.key)

    def create(self) -> bytes:
        """Ask for a stream's number."""
        return self._ask(CREATE, None)

    def publish(self) -> bytes:
        """Ask to publish; goes on the created stream."""
        return self._ask(PUBLISH, None, self._url.key, "live")

    def check_bandwidth(self) -> bytes:
        """What Adobe's servers want to hear after `onBWDone`."""
        return self._ask(CHECK_BANDWIDTH, None)

    def delete(self, stream: int) -> bytes:
        """Give the stream's number back."""
        return self._ask(DELETE, None, float(stream))

    def answered(self, transaction: Amf) -> str:
        """Which command has this number; empty if none."""
        if not isinstance(transaction, float) or not transaction.is_integer():
            return ""
        index = int(transaction) - 1
        return self._asked[index] if 0 <= index < len(self._asked) else ""

    def _ask(self, command: str, *values: Amf) -> bytes:
        self._asked.append(command)
        return encode(command, float(len(self._asked)), *values)
