"""Stands for a driver or a library that never returns from a call."""

import threading

import av

from ionia.core.media import EncodedPacket
from ionia.core.settings import VideoEncodeSettings
from ionia.media.encoder_specs import candidates
from ionia.media.opening import OpenedVideo, open_video
from ionia.media.video_encoder import LibavVideoEncoder


class StuckEncoder(LibavVideoEncoder):
    """Takes so many pictures and holds its thread with the next one, until it is `freed`: then it goes on."""

    def __init__(self, settings: VideoEncodeSettings, width: int, height: int, pictures: int) -> None:
        super().__init__(candidates(settings.encoder, "linux", settings.codec)[-1], settings, width, height)
        self.held, self.freed = threading.Event(), threading.Event()
        self.closed = threading.Event()
        self._left = pictures

    def _encode(self, frame: av.VideoFrame, index: int, keyframe: bool) -> list[EncodedPacket]:
        self._left -= 1
        if self._left < 0:
            self.held.set()
            self.freed.wait()
        return super()._encode(frame, index, keyframe)

    def close(self) -> None:
        super().close()
        self.closed.set()


class StuckEncoders:
    """Opens video encoders, of which each gets stuck after so many pictures; its successors are real ones."""

    def __init__(self, pictures: int) -> None:
        self.made: list[StuckEncoder] = []
        self._pictures = pictures

    def open(self, settings: VideoEncodeSettings, width: int, height: int) -> OpenedVideo:
        real = open_video(settings, width, height)
        real.encoder.close()
        stuck = StuckEncoder(settings, width, height, self._pictures)
        self.made.append(stuck)
        return OpenedVideo(encoder=stuck, track=stuck.info, successor=real.successor)

    def free(self) -> None:
        for stuck in self.made:
            stuck.freed.set()
