"""What clients say of the sounds and tracks of a session."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ionia.core.audio.programs import AppWish, wish_of_id
from ionia.core.audio.wishes import WishError
from ionia.rpc.filter_params import Filters
from ionia.rpc.param_types import TEXT, AudioBitrate, DeviceId, GainDb, SoundName

ProcessName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=260,
        pattern=TEXT,
        description="Name of its process (firefox; .exe is left out): every process of that name.",
    ),
]
ProcessId = Annotated[int, Meta(ge=2, le=4_294_967_295, description="Its process id.")]


class AppOption(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A program, with all that it starts; it need not run yet, and is followed when it ends and is started again."""

    id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=300, pattern=TEXT)] | None,
        Meta(description="Id of one of engine.devices' applications; either this or process."),
    ] = None
    process: Annotated[ProcessName | ProcessId | None, Meta(description="Name of its process, or process id.")] = None
    exclude: Annotated[bool, Meta(description="Everything that plays but this program.")] = False

    def __post_init__(self) -> None:
        """Raises WishError unless one of both says which."""
        if (self.id is None) == (self.process is None):
            raise WishError('there must be either "id" or "process"')

    def wish(self) -> AppWish:
        """The same for the engine."""
        if self.id is not None:
            return wish_of_id(self.id, exclude=self.exclude)
        if isinstance(self.process, int):
            return AppWish(pid=self.process, exclude=self.exclude)
        return AppWish(process=self.process or "", exclude=self.exclude)


class SoundOption(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """One sound of a session."""

    name: Annotated[SoundName, Meta(description="What tracks, audio.set and audio.levels call it.")]
    kind: Annotated[
        Literal["desktop", "mic", "app"],
        Meta(description="What the computer or one program plays (Windows: from 10 version 2004 on), or a microphone."),
    ]
    device: Annotated[
        DeviceId | None,
        Meta(description='Device id, or "test"; default: that of desktopAudio or microphone, else the system\'s.'),
    ] = None
    gain_db: Annotated[
        GainDb | None, Meta(description="Gain, dB; -120 is silence; default: that of desktopGain or micGain.")
    ] = None
    muted: Annotated[bool, Meta(description="Whether it begins muted; audio.set changes that.")] = False
    mono: Annotated[
        bool,
        Meta(
            description="Give both sides the mean of both; of a microphone each by its share, so that a voice on one "
            "side keeps its level."
        ),
    ] = False
    filters: Annotated[
        Filters, Meta(description="What it is put through before its gain, in this order; each type once.")
    ] = ()
    app: Annotated[AppOption | None, Meta(description="Which program, where kind is app.")] = None

    def __post_init__(self) -> None:
        """Raises WishError where a program is not named, or not wanted."""
        if (self.kind == "app") != (self.app is not None):
            raise WishError('"app" must be given where "kind" is "app", and only there')
        if self.app is not None and self.device is not None:
            raise WishError('"device" must be left out where "kind" is "app"')


class TrackOption(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """One sound track of a file."""

    name: Annotated[SoundName, Meta(description="What players and editors call it.")]
    sounds: Annotated[tuple[SoundName, ...], Meta(description="Names of the sounds that are mixed into it.")]
    bitrate: Annotated[AudioBitrate | None, Meta(description="Bits per second; default: audioBitrate.")] = None
