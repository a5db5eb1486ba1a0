"""What a single param may be: its limits and their description, and its option on the command line if it has one.

Several methods share these; what only one method has stands at its field.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ionia.core.frame_rate import LEAST, MOST, frame_rate
from ionia.core.live.address_parts import MAX_URL_LENGTH
from ionia.core.sound_state import LEAST_GAIN_DB, MOST_GAIN_DB
from ionia.core.video.framing import LEAST_SIDE, MOST_SIDE, Region
from ionia.rpc.command_option import CommandOption, Unit


def _read_rate(text: str) -> object:
    """What somebody wrote on the command line as it is on the wire. Raises ValueError, which says what it may be."""
    frame_rate(text)
    return text if "/" in text else float(text)


DEFAULT_SESSION_ID = "default"

TEXT = r"^[^\u0000-\u001f\u007f]*(?![\s\S])"
"""Text without control characters: they end paths early, forge log lines, and are in no name that a user chose.

The end is spelt as a look-ahead since `$` also matches before a last line break, and ECMAScript has no other.
"""

SessionId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern=TEXT,
        description="Name of the session; each kind of session has its own.",
    ),
]
OutputPath = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=32_767,
        pattern=TEXT,
        description="File to write, an MP4, or for sound alone .m4a. Its folder must exist.",
    ),
]
RtmpUrl = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_URL_LENGTH,
        description="rtmp:// or rtmps:// URL with app and stream key, or the whip:// or whips:// URL of an endpoint, "
        "whose token is the stream key. Never shown or logged whole.",
    ),
]
DestinationName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=TEXT,
        description="Name of one of a stream's destinations, as streamer.connection and getStats have it.",
    ),
]
StreamKey = Annotated[
    str,
    Meta(
        max_length=MAX_URL_LENGTH,
        description="Stream key, for an rtmpUrl that ends with the application. Never shown or logged.",
    ),
]
OwnCaFile = Annotated[
    str,
    Meta(
        max_length=32_767,
        pattern=TEXT,
        description="Of this server alone: what caFile of the stream is for all; default: that.",
    ),
]
CaFile = Annotated[
    str,
    Meta(
        max_length=32_767,
        pattern=TEXT,
        description="PEM file with the certificates to trust for rtmps and whips, for a server of one's own, or "
        "the fingerprint of the one certificate that it must show, sha256:… with 64 hexadecimal digits; "
        "default: those of SSL_CERT_FILE, else the system's.",
    ),
    CommandOption(
        name="--ca-file",
        metavar="FILE",
        help="certificates to trust, as PEM, for a server of one's own, or its certificate's sha256:… (default: the "
        "system's)",
    ),
]
WholeFps = Annotated[
    int,
    Meta(ge=LEAST, le=MOST, description="Frames per second, constant."),
    CommandOption(name="--fps", help="frames per second (default: {default})"),
]
Fps = Annotated[
    Annotated[float, Meta(ge=LEAST, le=MOST)]
    | Annotated[str, Meta(pattern=r"^[0-9]{1,6}/[0-9]{1,4}(?![\s\S])", examples=["30000/1001"])],
    Meta(
        description='Frames per second, constant: a whole number or, exactly, a fraction such as "30000/1001", '
        "which is what 29.97 means, as 59.94 and 23.976 mean theirs."
    ),
    CommandOption(
        name="--fps", help="frames per second, also 29.97 or 30000/1001 (default: {default})", read=_read_rate
    ),
]
VideoBitrate = Annotated[
    int,
    Meta(ge=10_000, le=500_000_000, description="Bits per second of video."),
    CommandOption(
        name="--bitrate",
        help="video bits per second, 5M or 800k for short (default: {default})",
        unit=Unit.BIT_RATE,
        least=100_000,
        most=200_000_000,
    ),
]
AudioBitrate = Annotated[int, Meta(ge=8_000, le=512_000, description="Bits per second of audio (AAC).")]
UseNvenc = Annotated[
    bool,
    Meta(
        description="true: the first hardware encoder that really opens, else x264. false: x264. Option encoder wins."
    ),
]
AudioModeName = Annotated[
    Literal["both", "desktop", "mic", "none", "microphone"],
    Meta(description='Which sound is recorded; "microphone" means "mic", "none" means no audio track.'),
    CommandOption(name="--audio", help="which sound is recorded (default: {default})"),
]
EncoderName = Annotated[
    Literal["auto", "nvenc", "qsv", "amf", "mf", "x264"],
    Meta(description="Whose encoder: x264 is the codec's software, mf has h264 alone. Wins over useNvenc."),
]
SCREEN_OPTION = CommandOption(
    name="--screen", help="a screen or window id from `devices`, all, or test (default: the primary screen)"
)
DESKTOP_AUDIO_OPTION = CommandOption(
    name="--desktop-audio", metavar="ID", help="a desktop-sound id from `devices`, or test (default: the system's)"
)
MICROPHONE_OPTION = CommandOption(
    name="--microphone", metavar="ID", help="a microphone id from `devices`, or test (default: the system's)"
)
DeviceId = Annotated[str, Meta(min_length=1, max_length=4096, pattern=TEXT)]
Gain = Annotated[float, Meta(ge=0, le=100)]
ReplaySeconds = Annotated[float, Meta(gt=0, le=86_400)]
SoundName = Annotated[str, Meta(min_length=1, max_length=100, pattern=TEXT)]
"""Of a sound or a track; it is shown by players."""

GainDb = Annotated[float, Meta(ge=LEAST_GAIN_DB, le=MOST_GAIN_DB)]

VideoName = Annotated[
    Literal["screen", "none"],
    Meta(
        description='"none" records sound alone, as .m4a or .mp4: then there can be no screen, region, width, '
        "height or fit, and whatever else concerns pictures (fps, videoBitrate, encoder, ...) is ignored."
    ),
]
Side = Annotated[int, Meta(ge=LEAST_SIDE, le=MOST_SIDE)]
"""A side of pictures, in pixels."""


class RegionOption(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A part of what is captured, in its pixels; what lies outside is left out, and odd sides lose a pixel."""

    x: Annotated[int, Meta(ge=-32_768, le=32_767, description="From the left edge of the screen or window.")]
    y: Annotated[int, Meta(ge=-32_768, le=32_767, description="From its top edge.")]
    width: Annotated[Side, Meta(description="Pixels.")]
    height: Annotated[Side, Meta(description="Pixels.")]

    def region(self) -> Region:
        """The same for the engine."""
        return Region(x=self.x, y=self.y, width=self.width, height=self.height)
