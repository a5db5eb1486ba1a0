"""What takes the encoder's place where sound is recorded alone: packets without data that only say which frames pass.

So whatever is cut, split, paused, marked and held by frames is so for sound alone, too; a file leaves them out.
"""

from ionia.core.codec.codec import NO_PICTURE
from ionia.core.frame_rate import FrameRate
from ionia.core.media import VIDEO, EncodedPacket, PictureFormat, PixelFormat, VideoTrack, YuvPicture


class NoPictureEncoder:
    """`core.ports.VideoEncoder`. One thread owns it."""

    takes = PictureFormat(width=2, height=2, pixels=PixelFormat.YUV420P)
    codec = NO_PICTURE.name
    follows_bitrate = False

    def __init__(self, *, fps: FrameRate, interval: int) -> None:
        """`interval`: frames from one keyframe to the next."""
        self.info = VideoTrack(codec=NO_PICTURE, extradata=b"", bitrate=0, width=0, height=0, fps=fps)
        self._interval = interval
        self._keyframe: int | None = None

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:  # noqa: ARG002 - there is none
        """See the port."""
        return self.repeat(index, keyframe=keyframe)

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port."""
        keyframe = keyframe or self._keyframe is None or index - self._keyframe >= self._interval
        if keyframe:
            self._keyframe = index
        return [EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=keyframe, data=b"")]

    def hold(self, index: int) -> list[EncodedPacket]:
        """See the port."""
        return self.repeat(index)

    def set_bitrate(self, bits_per_second: int) -> None:
        """Nothing has one."""

    def flush(self) -> list[EncodedPacket]:
        """Nothing waits."""
        return []

    def close(self) -> None:
        """Nothing is open."""
