"""What sessions of every kind are asked at `initialize`, and how it becomes the engine's own settings.

The field order of a struct is the contract's. Defaults come from `ionia.core.settings`.
"""

from dataclasses import fields
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.wishes import SoundWish, TrackWish, WishError, check_sounds, check_tracks
from ionia.core.frame_rate import frame_rate, rate_number
from ionia.core.settings import (
    AudioMode,
    EncoderChoice,
    GpuChoice,
    MediaSettings,
    OnWindowClosed,
    ReplaySettings,
    StreamerSettings,
)
from ionia.core.sound_state import gain_factor
from ionia.core.video.framing import Fit
from ionia.rpc.command_option import CommandOption, Unit
from ionia.rpc.filter_params import filters_of
from ionia.rpc.param_types import (
    DEFAULT_SESSION_ID,
    DESKTOP_AUDIO_OPTION,
    MICROPHONE_OPTION,
    SCREEN_OPTION,
    AudioBitrate,
    AudioModeName,
    DeviceId,
    EncoderName,
    Fps,
    Gain,
    GainDb,
    RegionOption,
    SessionId,
    Side,
    UseNvenc,
    VideoBitrate,
)
from ionia.rpc.quality_params import (
    BFrames,
    CodecOption,
    MaxBitrate,
    QualityOption,
    check_b_frames,
    check_quality,
    quality_of,
)
from ionia.rpc.sound_params import SoundOption, TrackOption

T = TypeVar("T")

_MEDIA = MediaSettings()
_STREAMER = StreamerSettings(rtmp_url="")
_REPLAY = ReplaySettings()


class Initialize(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """What sessions of every kind are asked. Which of these may be positional is said in `schema`.

    A param that is named as a field of the engine's settings becomes that field; the others are converted below.
    """

    fps: Fps = rate_number(_MEDIA.fps)
    video_bitrate: VideoBitrate = _MEDIA.video_bitrate
    quality: QualityOption = "bitrate"
    max_bitrate: MaxBitrate = None
    b_frames: BFrames = _MEDIA.b_frames
    codec: CodecOption = _MEDIA.codec
    rest_when_still: Annotated[
        bool,
        Meta(description="Whether pictures that repeat are written without libx264; IONIA_REST=0 says no for all."),
        CommandOption(name="--no-rest", help="give libx264 each picture, also while nothing moves"),
    ] = _MEDIA.rest
    gpu: Annotated[
        GpuChoice,
        Meta(
            description="Windows: whether a whole screen's pictures may stay on the graphics card on their way to its "
            "encoder, where that was tried and is right."
        ),
        CommandOption(name="--gpu", help="off: always read pictures back from the graphics card"),
    ] = _MEDIA.gpu
    use_nvenc: UseNvenc = True
    audio_bitrate: AudioBitrate = _MEDIA.audio_bitrate
    audio_mode: AudioModeName = "both"
    id: SessionId = DEFAULT_SESSION_ID
    encoder: Annotated[
        EncoderName | None,
        CommandOption(name="--encoder", help="whose encoder; x264 is the codec's software (default: auto)"),
    ] = None
    screen: Annotated[
        DeviceId | None,
        Meta(description='Id of a screen or window from engine.devices, "all" screens, or "test"; default: primary.'),
        SCREEN_OPTION,
    ] = None
    desktop_audio: Annotated[
        DeviceId | None,
        Meta(description='Device id, or "test"; default: the system\'s default device, followed when it changes.'),
        DESKTOP_AUDIO_OPTION,
    ] = None
    microphone: Annotated[
        DeviceId | None,
        Meta(description='Device id, or "test"; default: the system\'s default device, followed when it changes.'),
        MICROPHONE_OPTION,
    ] = None
    mic_gain: Annotated[
        Gain,
        GainDb,
        Meta(description="Linear factor for the microphone."),
        CommandOption(name="--mic-gain", metavar="FACTOR", help="for the microphone (default: {default})"),
    ] = _MEDIA.mic_gain
    desktop_gain: Annotated[
        Gain,
        GainDb,
        Meta(description="Linear factor for desktop sound."),
        CommandOption(name="--desktop-gain", metavar="FACTOR", help="for desktop sound (default: {default})"),
    ] = _MEDIA.desktop_gain
    audio_offset_ms: Annotated[
        Annotated[float, Meta(ge=-1000, le=1000)] | None,
        Meta(
            description="Moves all sound later by so many ms (negative: earlier); "
            "default: each device by what is remembered for it."
        ),
        CommandOption(
            name="--audio-offset-ms",
            metavar="MS",
            help="move all sound later by so much, or earlier if below 0 "
            "(default: what `selftest` found for the device)",
            unit=Unit.MILLISECONDS,
        ),
    ] = _MEDIA.audio_offset_ms
    keyframe_interval_seconds: Annotated[
        float, Meta(ge=0.1, le=60, description="Seconds from keyframe to keyframe.")
    ] = _MEDIA.keyframe_interval_seconds
    cursor: Annotated[
        bool,
        Meta(description="Whether the mouse pointer is recorded."),
        CommandOption(name="--no-cursor", help="leave the mouse pointer out"),
    ] = _MEDIA.cursor
    sounds: Annotated[
        tuple[SoundOption, ...] | None,
        Meta(description="What is recorded, in place of what audioMode says; default: that, named desktop and mic."),
    ] = None
    tracks: Annotated[
        tuple[TrackOption, ...] | None,
        Meta(
            description="Sound tracks of the file, up to six. Players play the first, and a stream has no other but by "
            "multitrackAudio; "
            "default: one with all sounds."
        ),
    ] = None
    on_window_closed: Annotated[
        OnWindowClosed,
        Meta(
            description="When the window that is recorded is closed: hold its last picture until it returns, or stop."
        ),
        CommandOption(name="--on-window-closed", help="when a recorded window is closed (default: {default})"),
    ] = _MEDIA.on_window_closed

    region: Annotated[
        RegionOption | None,
        Meta(description="The part of the screen or window that is recorded; default: all of it."),
        CommandOption(
            name="--region",
            metavar="X,Y,WxH",
            unit=Unit.REGION,
            help="record this part of the screen or window, in its pixels: 100,50,1280x720",
        ),
    ] = None
    width: Annotated[
        Side | None,
        Meta(
            description="Width of the file or stream, even; default: that of what is recorded, or what its shape makes "
            "of height."
        ),
        CommandOption(
            name="--size",
            metavar="WxH",
            unit=Unit.SIZE,
            also="height",
            help="size of the file or stream: 1280x720 (default: that of what is recorded)",
        ),
    ] = None
    height: Annotated[Side | None, Meta(description="Height of the file or stream, likewise.")] = None
    fit: Annotated[
        Fit,
        Meta(
            description="How a picture of another shape fills it: between black bars, with what is too much cut off, "
            "or distorted."
        ),
        CommandOption(name="--fit", help="how a picture of another shape fills it (default: {default})"),
    ] = _MEDIA.fit

    def __post_init__(self) -> None:
        """Raises ValueError for no frame rate, a cap without a quality, and sounds or tracks that don't fit."""
        try:
            frame_rate(self.fps)
        except ValueError as error:
            raise ValueError(f'"fps": {error}') from error
        check_quality(self.quality, self.max_bitrate)
        check_b_frames(self.b_frames, self.codec)
        if self.sounds is None and self.tracks is None:
            return
        if self.sounds is not None and self.audio_mode == "none":
            raise WishError('"sounds" must be left out where "audioMode" is "none"')
        media = media_settings(self)
        if media.sounds is not None:
            check_sounds(media.sounds)
        if media.tracks is not None:
            check_tracks([sound.name for sound in media.all_sounds], media.tracks)

    def secrets(self) -> frozenset[str]:
        """What must not be told to anybody."""
        return frozenset()


def media_settings(params: Initialize) -> MediaSettings:
    return settings_of(
        MediaSettings,
        params,
        fps=frame_rate(params.fps),
        encoder=EncoderChoice(params.encoder or ("auto" if params.use_nvenc else "x264")),
        audio_mode=AudioMode("mic" if params.audio_mode == "microphone" else params.audio_mode),
        region=None if params.region is None else params.region.region(),
        quality=quality_of(params.quality, params.max_bitrate),
        rest=params.rest_when_still,
        sounds=None if params.sounds is None else tuple(_sound(params, sound) for sound in params.sounds),
        tracks=None
        if params.tracks is None
        else tuple(
            TrackWish(name=track.name, sounds=track.sounds, bitrate=track.bitrate or params.audio_bitrate)
            for track in params.tracks
        ),
    )


def check_without_picture(params: Initialize) -> None:
    """What asks for a picture in so many words is refused; rates and encoders, which clients always send, are not."""
    asked = {
        "screen": params.screen is not None,
        "region": params.region is not None,
        "width": params.width is not None,
        "height": params.height is not None,
        "fit": params.fit != _MEDIA.fit,
    }
    for name, is_asked in asked.items():
        if is_asked:
            raise WishError(f'"{name}" must be left out where "video" is "none"')
    if not media_settings(params).all_sounds:
        raise WishError('"video" must be "screen" where audioMode is "none": nothing would be recorded')


def pictured(media: MediaSettings, video: str) -> MediaSettings:
    return media.without_picture() if video == "none" else media


def _sound(params: Initialize, sound: SoundOption) -> SoundWish:
    kind = AudioInput(sound.kind)
    device, gain = {
        AudioInput.DESKTOP: (params.desktop_audio, params.desktop_gain),
        AudioInput.MIC: (params.microphone, params.mic_gain),
        AudioInput.APP: (None, 1.0),
    }[kind]
    return SoundWish(
        name=sound.name,
        kind=kind,
        device=sound.device or device,
        gain=gain if sound.gain_db is None else gain_factor(sound.gain_db),
        muted=sound.muted,
        mono=sound.mono,
        filters=filters_of(sound.filters),
        app=None if sound.app is None else sound.app.wish(),
    )


def settings_of(settings: type[T], params: Initialize, **converted: object) -> T:
    """Settings of a type: `converted`, and the params of the same names."""
    kind: Any = settings  # a dataclass of `core`
    names = {field.name for field in fields(kind)}
    same = {name: getattr(params, name) for name in names.intersection(params.__struct_fields__)}
    return settings(**{**same, **converted})
