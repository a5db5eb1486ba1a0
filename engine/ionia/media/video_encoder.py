"""One video encoder: converted pictures in, packets out, one packet per picture, in the order of decoding.

It opens what it is told to open. Choosing among encoders is `encoder_probe`'s.
"""

import ctypes
import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from typing import Any

import av
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import (
    VIDEO,
    ColourMatrix,
    EncodedPacket,
    PictureFormat,
    PixelFormat,
    SurfaceFrame,
    VideoTrack,
    YuvPicture,
)
from ionia.core.settings import VideoEncodeSettings
from ionia.core.timebase import NS_PER_S
from ionia.core.video.effort import effort
from ionia.core.video.framing import even
from ionia.core.video.quality import STILL_INTERVALS
from ionia.media.encoder_specs import EncoderSpec, b_frames_of, rate_buffer_bits
from ionia.media.frame_planes import black_frame, frame_over
from ionia.media.surface import LibavSurface
from ionia.media.thread_priority import usual_priority
from ionia.platform.processes import usable_cores
from ionia.threads.clock import MonotonicClock, StopSignal

os.environ.setdefault("SVT_LOG", "0")
"""Nothing but what is fatal: SVT-AV1 writes to stderr past libav's log. Read when one is opened."""


class LibavVideoEncoder:
    """`core.ports.VideoEncoder` by libav. Created open; one thread owns it."""

    def __init__(
        self,
        spec: EncoderSpec,
        settings: VideoEncodeSettings,
        width: int,
        height: int,
        *,
        matrix: ColourMatrix = ColourMatrix.BT709,
        sample: LibavSurface | None = None,
    ) -> None:
        """For a source of `width` x `height` pixels, odd ones included. Raises what libav raises, or ValueError, when
        it won't open.

        With a `sample` it takes such surfaces, of the sample's device or another one, but only of one: an encoder
        opens with its first picture.
        """
        settings = replace(settings, b_frames=b_frames_of(spec, settings))
        self.codec = spec.name
        self.follows_bitrate = spec.follows_bitrate and settings.quality is None
        self._interval = settings.keyframe_interval
        self._most_interval = self._interval if settings.quality is None else self._interval * STILL_INTERVALS
        self._since_keyframe = 0  # new pictures
        self._time_base = Fraction(1, settings.fps)
        pixels = spec.pixel_format if sample is None else PixelFormat.SURFACE
        self.takes = PictureFormat(width=even(width), height=even(height), pixels=pixels, matrix=matrix)
        self._frame: av.VideoFrame | None = None
        self._surface: LibavSurface | None = None
        self._last_keyframe: int | None = None
        self._settles_ns = spec.settles_ms * NS_PER_S // 1000
        self._clock = MonotonicClock()
        self._settled = self._clock.now_ns()
        self._context: VideoCodecContext | None = _prepared(spec, settings, self.takes)
        if sample is None:
            with usual_priority():
                self._context.open()
            extradata = bytes(self._context.extradata or b"")
        else:
            extradata = _header_by_surface(spec, settings, self.takes, sample)
        if spec.header_from_picture:
            extradata = _header_of_a_picture(spec, settings, self.takes) or extradata
        spec.codec.decoder_configuration(extradata)  # without them nobody could play what comes out
        self.info = VideoTrack(
            codec=spec.codec,
            extradata=extradata,
            width=self.takes.width,
            height=self.takes.height,
            fps=settings.fps,
            bitrate=settings.most_bitrate,
            reordered=settings.b_frames > 0,
            matrix=matrix,
        )

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port. Raises ValueError for a picture of another format."""
        if picture.format != self.takes:
            raise ValueError(f"{self.codec} takes {self.takes}, not {picture.format}")
        if self.takes.pixels is PixelFormat.SURFACE:
            self._surface = _surface_of(picture)
            self._frame = self._surface.frame
        else:
            self._frame = frame_over(picture)
        packets = self._encode(self._frame, index, keyframe)
        self._since_keyframe += 1
        return packets

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port. Raises RuntimeError before the first `encode`."""
        if self._frame is None:
            raise RuntimeError("no picture to repeat yet")
        return self._encode(self._frame, index, keyframe)

    def hold(self, index: int) -> list[EncodedPacket]:  # noqa: ARG002 - the port has it
        """See the port. There is no cheaper way here."""
        return []

    def set_bitrate(self, bits_per_second: int) -> None:
        """See the port. x264, nvenc and qsv follow within a second; amf and mf keep their rate, and so does each
        with a constant quality (`follows_bitrate`)."""
        if self.follows_bitrate:
            self._open_context().bit_rate = bits_per_second

    def flush(self) -> list[EncodedPacket]:
        """See the port."""
        if self._frame is None:
            return []  # nothing went in; some encoders take an early drain amiss
        self._settle()
        return self._packets(self._open_context().encode(None))

    def close(self) -> None:
        """See the port. PyAV frees the encoder with its last reference."""
        self._context = None
        self._frame = self._surface = None

    def abandon(self) -> None:
        """Instead of `close`, where its driver failed: it is never freed, since that may hang with Python's lock."""
        if self._context is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._context))
        self.close()

    def _encode(self, frame: av.VideoFrame, index: int, keyframe: bool) -> list[EncodedPacket]:
        due = self._is_due(index)
        if keyframe or due:
            self._last_keyframe, self._since_keyframe = index, 0
        self._settle()
        # Another encoder of the same capture writes its own time and type into the same surface.
        with nullcontext() if self._surface is None else self._surface.lock:
            frame.pict_type = PictureType.I if keyframe or due else PictureType.NONE
            frame.pts = index
            frame.time_base = self._time_base
            packets = self._packets(self._open_context().encode(frame))
        self._settled = self._clock.now_ns() + self._settles_ns
        return packets

    def _settle(self) -> None:
        """Let its own threads come to rest, where it needs that: for who encodes pictures one right after another."""
        if self._settles_ns:
            StopSignal(self._clock).wait_until(self._settled)

    def _is_due(self, index: int) -> bool:
        """Encoders count pictures; after a gap in the indexes their GOP would be too long in time.

        Where the rate isn't constant, what repeats brings no keyframe nearer, whether the encoder rests meanwhile
        (decision 0142) or not: of a page that stands still nearly all would be keyframes (decision 0330).
        """
        if self._last_keyframe is None or index - self._last_keyframe >= self._most_interval:
            return True
        return self._since_keyframe >= self._interval

    def _packets(self, packets: "Sequence[av.Packet[Any]]") -> list[EncodedPacket]:
        result = []
        for packet in packets:
            # Some encoders shift dts for reordering that never happens; with B-frames, that of a keyframe by the gap
            # before it, which a pause takes out of the file.
            pts, dts = packet.pts, packet.dts if self.info.reordered else packet.pts
            if pts is None or dts is None:
                raise IoniaError(ErrorKind.INTERNAL, f"{self.codec} gave a packet without a time")
            result.append(
                EncodedPacket(
                    track=VIDEO,
                    pts=pts,
                    dts=pts - 1 if self.info.reordered and packet.is_keyframe else dts,
                    duration=1,
                    keyframe=packet.is_keyframe,
                    data=bytes(packet),
                )
            )
        return result

    def _open_context(self) -> VideoCodecContext:
        if self._context is None:
            raise RuntimeError("the encoder is closed")
        return self._context


def _header_of_a_picture(spec: EncoderSpec, settings: VideoEncodeSettings, takes: PictureFormat) -> bytes | None:
    """What the pictures of such an encoder begin with: of one that is encoded and thrown away."""
    context = _prepared(spec, settings, takes)
    with usual_priority():
        context.open()
    frame = black_frame((takes.width, takes.height), takes.pixels.value)
    frame.pts, frame.time_base = 0, Fraction(1, settings.fps)
    packets = [*context.encode(frame), *context.encode(None)]
    return spec.codec.own_extradata(bytes(packets[0])) if packets else None


def _surface_of(picture: YuvPicture) -> LibavSurface:
    frame = picture.frame
    if not isinstance(frame, SurfaceFrame) or not isinstance(frame.surface, LibavSurface):
        raise ValueError("the picture is not on the graphics adapter")
    return frame.surface


def _header_by_surface(
    spec: EncoderSpec, settings: VideoEncodeSettings, takes: PictureFormat, sample: LibavSurface
) -> bytes:
    """Such an encoder opens, on the surface's device, with its first picture: one that is thrown away."""
    context = _prepared(spec, settings, takes)
    with sample.lock:
        sample.frame.pts, sample.frame.time_base = 0, Fraction(1, settings.fps)
        context.encode(sample.frame)
    return bytes(context.extradata or b"")


def _prepared(spec: EncoderSpec, settings: VideoEncodeSettings, takes: PictureFormat) -> VideoCodecContext:
    context = av.CodecContext.create(spec.name, "w")
    if not isinstance(context, VideoCodecContext):
        raise ValueError(f"{spec.name} is not a video encoder")
    context.width = takes.width
    context.height = takes.height
    context.pix_fmt = spec.surfaces if takes.pixels is PixelFormat.SURFACE else takes.pixels.value
    context.time_base = Fraction(1, settings.fps)
    context.framerate = Fraction(settings.fps, 1)
    context.sample_aspect_ratio = Fraction(1, 1)
    context.bit_rate = settings.video_bitrate if settings.quality is None else 0
    # The longest there is; nearer ones are asked for (`_is_due`).
    context.gop_size = settings.keyframe_interval * (1 if settings.quality is None else STILL_INTERVALS)
    context.max_b_frames = settings.b_frames
    context.flags |= Flags.global_header | Flags.closed_gop
    context.colorspace = Colorspace(int(takes.matrix))
    context.color_range = ColorRange.MPEG
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    rate, buffer = str(settings.most_bitrate), str(rate_buffer_bits(settings))
    options = {"maxrate": rate, "bufsize": buffer, **spec.options(settings)}
    threads = effort(usable_cores(), takes.width, takes.height, settings.fps).slices
    if spec.threads_in is not None:
        option, name, alone = spec.threads_in
        options[option] += f":{name}={alone if threads == 1 else threads}"
    elif not spec.hardware:
        context.thread_count = threads
    context.options = options
    return context
