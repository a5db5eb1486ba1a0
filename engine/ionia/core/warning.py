"""Every warning a session can give: its stable code, when it comes, and the facts that it carries.

A warning says that something was lost or replaced and that the session goes on. The one table of their codes: the
OpenRPC document lists it, and clients may rely on each name.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol

from ionia.core.failure import LiveKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFacts:
    """Details of a warning whose message says everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskLow:
    """Details of `disk_low`."""

    minutes_left: Annotated[float, "Minutes until the disk is full at this bit rate."]
    free_bytes: Annotated[int, "Bytes free now."]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskStalled:
    """Details of `disk_stalled`."""

    seconds: Annotated[int, "For how long the disk has not answered."]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTouched:
    """Details of what was done to a recording's file from outside."""

    path: Annotated[str, "Where the recording should be."]
    moved_to: Annotated[str, "Where it is now, if that is known; else empty."] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLost:
    """Details of `audio_lost`."""

    samples: Annotated[int, "Samples (1/48000 s) lost since this was told last."]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSound:
    """Details of `muted_talking`."""

    sound: Annotated[str, "Name of the sound, for audio.set."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipping:
    """Details of `sound_clipping`."""

    sound: Annotated[str, "Name of the sound, for audio.set."]
    by_gain: Annotated[bool, "Whether its gain in the session is too much; else its source has no more room."]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaysElsewhere:
    """Details of `desktop_silent`."""

    device: Annotated[str, "Name of the device that is heard of instead."]
    program: Annotated[str, "What plays there."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Details of the `app_...` warnings."""

    program: Annotated[str, "Its name for people."]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixerState:
    """Details of the `audio_device_...` and `audio_stream_...` warnings about the system's mixer."""

    device: Annotated[str, "Name of the device for people; for our own stream, what it records."]
    muted: Annotated[bool, "Whether it is muted."]
    volume_db: Annotated[float, "Its volume, 0 at 100 %, -120 at 0 %."]


@dataclass(frozen=True, slots=True, kw_only=True)
class MicChannel:
    """Details of `mic_one_sided`."""

    channel: Annotated[str, "The channel that carries sound: left or right."]


@dataclass(frozen=True, slots=True, kw_only=True)
class MicInputs:
    """Details of `mic_inputs_mixed`."""

    device: Annotated[str, "Name of the device for people."]
    inputs: Annotated[int, "How many inputs it has."]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayShort:
    """Details of `replay_shortened`."""

    seconds_held: Annotated[float, "Seconds that there is room for now."]
    seconds_wanted: Annotated[float, "Seconds that were asked for."]
    max_bytes: Annotated[int, "The most memory that it may take."]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrerollShort:
    """Details of `preroll_short`."""

    seconds: Annotated[float, "So long ago the recording begins."]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimit:
    """Details of `file_limit`."""

    minutes_left: Annotated[float, "Minutes until the file may not grow any more at this bit rate."]
    limit_bytes: Annotated[int, "Most bytes that a file may have there."]


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationFailed:
    """Details of `destination_failed`."""

    destination: Annotated[str, "Which of the stream's destinations; see getStats."]
    live_kind: Annotated[LiveKind, "Why, see x-live-kinds."]


WarningFacts = (
    NoFacts
    | DiskLow
    | FileLimit
    | DiskStalled
    | FileTouched
    | NamedSound
    | Clipping
    | PlaysElsewhere
    | Program
    | MixerState
    | MicChannel
    | MicInputs
    | SoundLost
    | ReplayShort
    | PrerollShort
    | DestinationFailed
)
"""What a warning carries for programs."""


class WarningCode(StrEnum):
    """What happened. `meaning` says when, for people; `facts` is the type of the warning's details."""

    meaning: str
    facts: type[WarningFacts]

    def __new__(cls, code: str, meaning: str, facts: type[WarningFacts] = NoFacts) -> "WarningCode":
        """Only the code is the value."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        member.facts = facts
        return member

    # The screen.
    CAPTURE_FALLBACK = ("capture_fallback", "the screen is captured in another way than the first choice")
    CAPTURE_FAILED = ("capture_failed", "capture ended by a mistake in the engine; the last picture is held")
    CAPTURE_RECOVERED = ("capture_recovered", "a screen that was lost is captured again")
    SCREEN_CLOSED = ("screen_closed", "the screen was closed and is opened again")
    SCREEN_CHANGED = ("screen_changed", "the screen changed its place or size and is opened again")
    ACCESS_LOST = ("access_lost", "the system took the screen away for a moment")
    DISPLAY_LOST = ("display_lost", "the display is gone; the last picture is held until it returns")
    DISPLAY_UNPLUGGED = ("display_unplugged", "the display was unplugged or switched off")
    DISPLAY_MODE_CHANGED = ("display_mode_changed", "the display changed its mode")
    WINDOW_HIDDEN = ("window_hidden", "the window is minimised or hidden; the last picture is held until it is shown")
    WINDOW_CLOSED = ("window_closed", "the window was closed; the last picture is held until it is opened again")
    REGION_OUTSIDE = (
        "region_outside",
        "what is captured became so small that nothing of the region is left; it is black",
    )
    GPU_LOST = ("gpu_lost", "the graphics adapter was reset or removed")
    SECURE_DESKTOP = (
        "secure_desktop",
        "the system shows a screen that can't be captured: the lock screen or a permission prompt",
    )
    SESSION_DISCONNECTED = ("session_disconnected", "the Windows session was disconnected")

    # Sound.
    DESKTOP_AUDIO_UNAVAILABLE = ("desktop_audio_unavailable", "no desktop sound; silence until it is there")
    MIC_AUDIO_UNAVAILABLE = ("mic_audio_unavailable", "no microphone; silence until it is there")
    APP_AUDIO_UNAVAILABLE = (
        "app_audio_unavailable",
        "a program's sound can't be recorded; silence until it can",
    )
    APP_NOT_RUNNING = (
        "app_not_running",
        "a program whose sound is wanted does not run; silence until it plays something",
        Program,
    )
    APP_SILENT = (
        "app_silent",
        "a program runs, and has played nothing for the first minute",
        Program,
    )
    APP_HEARD = ("app_heard", "a program that was not running or silent plays, and is recorded", Program)
    APP_CROWDED = ("app_crowded", "so many streams play at once that some are not recorded", Program)
    AUDIO_SLOW = ("audio_slow", "a sound device takes long to open; silence until it is there")
    AUDIO_FAILED = ("audio_failed", "a sound source ended by a mistake in the engine; silence takes its place")
    AUDIO_CLOSED = ("audio_closed", "the sound device was closed and is opened again")
    AUDIO_DEVICE_CHANGED = ("audio_device_changed", "sound comes from another device than before")
    AUDIO_DEVICES_CHANGED = ("audio_devices_changed", "the list of sound devices changed")
    AUDIO_DEVICE_LOST = ("audio_device_lost", "the sound device was unplugged, switched off or stopped")
    AUDIO_DEVICE_STALLED = ("audio_device_stalled", "the sound device delivers nothing")
    DEVICE_LOST = ("device_lost", "the sound device is gone; silence until it returns")
    DEFAULT_DEVICE_CHANGED = ("default_device_changed", "the system's default sound device changed")
    SOUND_SERVER_LOST = ("sound_server_lost", "the sound server went away; silence until it returns")
    AUDIO_DEVICE_MUTED = ("audio_device_muted", "the system's mixer has the device muted or at 0 %", MixerState)
    AUDIO_DEVICE_QUIET = ("audio_device_quiet", "the system's mixer has the device turned far down", MixerState)
    AUDIO_DEVICE_SUSPENDED = ("audio_device_suspended", "the sound server has the device suspended", MixerState)
    AUDIO_DEVICE_AUDIBLE = (
        "audio_device_audible",
        "a device that was muted, turned down or gave nothing is heard again",
        MixerState,
    )
    AUDIO_STREAM_RESTORED = (
        "audio_stream_restored",
        "our recording's mute or volume was changed; put right",
        MixerState,
    )
    AUDIO_STREAM_MUTED = (
        "audio_stream_muted",
        "another program keeps changing our recording's mute or volume",
        MixerState,
    )
    MIC_INPUTS_MIXED = ("mic_inputs_mixed", "all inputs of an interface go to both sides", MicInputs)
    MIC_ONE_SIDED = ("mic_one_sided", "one channel carries the voice; it goes to both sides", MicChannel)
    MIC_TWO_SIDED = ("mic_two_sided", "both channels of the microphone carry sound again; stereo")
    MIC_SILENT = ("mic_silent", "the microphone has given digital silence for a minute")
    DESKTOP_SILENT = (
        "desktop_silent",
        "desktop sound has been silent for a minute, while a program plays on another device (Linux)",
        PlaysElsewhere,
    )
    MIC_HEARD = ("mic_heard", "a microphone that gave digital silence is heard again")
    DESKTOP_HEARD = ("desktop_heard", "desktop sound that was silent, while a program played elsewhere, is heard again")
    MUTED_TALKING = ("muted_talking", "a microphone that audio.set has muted hears somebody speak", NamedSound)
    SOUND_CLIPPING = ("sound_clipping", "a sound is louder than there is room for, and distorted", Clipping)
    AUDIO_LOST = ("audio_lost", "captured sound found no room and is missing", SoundLost)

    # Encoding.
    PICTURE_ENLARGED = (
        "picture_enlarged",
        "the size asked for is larger than what is shown: encoding costs more, and nothing more is seen",
    )
    ENCODER_FALLBACK = ("encoder_fallback", "another encoder than the first choice is used")
    ENCODER_LOST = (
        "encoder_lost",
        "the graphics card's encoder failed, or an encoder does not answer; another goes on",
    )
    GPU_FALLBACK = ("gpu_fallback", "pictures are read back from the graphics card on their way to its encoder")
    GPU_RECOVERED = ("gpu_recovered", "pictures stay on the graphics card again on their way to its encoder")
    ENCODER_OVERLOADED = ("encoder_overloaded", "the encoder can't keep up; pictures are skipped")
    ENCODER_BEHIND = ("encoder_behind", "at stop the encoder was behind; the last pictures are missing")
    STALLED = ("stalled", "the machine stood still; the last picture fills the time")

    # Files.
    DISK_LOW = ("disk_low", "the disk will be full soon", DiskLow)
    DISK_STALLED = ("disk_stalled", "the disk does not answer; what is recorded waits in memory", DiskStalled)
    DISK_UNREADABLE = ("disk_unreadable", "the system does not say how full the disk is")
    FILE_LIMIT = ("file_limit", "the file will soon be as large as a file may be there", FileLimit)
    FILE_LEFTOVER = (
        "file_leftover",
        "an unfinished recording that never got to its path is in the same folder: media.finalize makes it a file",
        FileTouched,
    )
    FILE_HELD = (
        "file_held",
        "another program holds the recording's path; it goes on under the name in movedTo until it can have its own",
        FileTouched,
    )
    FILE_MOVED = ("file_moved", "the recording's file was moved while it is recorded", FileTouched)
    FILE_DELETED = ("file_deleted", "the recording's file was deleted while it is recorded", FileTouched)
    FILE_REPLACED = ("file_replaced", "another file was put in the recording's place", FileTouched)
    FILE_OUT_OF_REACH = ("file_out_of_reach", "the recording's disk or a folder above it is gone", FileTouched)
    FILE_NOT_SPLIT = ("file_not_split", "the next file could not be created; the recording goes on in the same one")
    FILE_INCOMPLETE = ("file_incomplete", "a file of a recording that goes on in another could not be completed")
    SIDECAR_FAILED = (
        "sidecar_failed",
        "the file of marks beside the recording can't be written; the recording goes on",
    )
    FILE_RESTORED = ("file_restored", "a recording that was deleted was put back at its end", FileTouched)
    INDEX_BEHIND = (
        "index_behind",
        "a file with fastStart became too long for the room in front, or its disk had no such room",
        FileTouched,
    )
    REPLAY_SHORTENED = ("replay_shortened", "maxBytes has no room for the seconds of replay asked for", ReplayShort)
    PREROLL_SHORT = ("preroll_short", "the recording begins later than prerollSeconds ago", PrerollShort)

    # Live.
    BITRATE_HELD = ("bitrate_held", "the network is too slow, and a recording or replay keeps the encode's bit rate")
    BITRATE_FIXED = ("bitrate_fixed", "the network is too slow, and the encoder can't change its bit rate")

    DESTINATION_FAILED = (
        "destination_failed",
        "a destination of the stream was given up; the others go on",
        DestinationFailed,
    )
    TRACKS_NOT_STREAMED = ("tracks_not_streamed", "a stream has one sound: only the first of the tracks is streamed")
    CODEC_NOT_PROMISED = ("codec_not_promised", "the server doesn't say that it takes the stream's video codec")
    KEYFRAMES_RARE = ("keyframes_rare", "the stream has fewer keyframes than services ask for")
    SERVICE_LIMIT = ("service_limit", "the stream is more than the service of its address is known to take")
    PICTURE_TOO_LARGE = ("picture_too_large", "the picture is larger or faster than services and players take")
    CA_FILE_IGNORED = ("ca_file_ignored", "SSL_CERT_FILE names no good file; the system's certificates are trusted")
    ADDRESS_TRIMMED = ("address_trimmed", "invisible characters at an end of the address or stream key were left out")

    # The engine.
    MONITOR_FAILED = ("monitor_failed", "stats, levels or the disk can't be looked at for now; the recording goes on")


LOCKED_CODES = frozenset({WarningCode.SECURE_DESKTOP, WarningCode.SESSION_DISCONNECTED})
"""Why all screens are lost at once, for as long as somebody else has them."""

OF_AN_ENCODE = frozenset(
    {
        WarningCode.ENCODER_FALLBACK,
        WarningCode.ENCODER_LOST,
        WarningCode.ENCODER_OVERLOADED,
        WarningCode.PICTURE_ENLARGED,
    }
)
"""What is told of a session's further encodes, too: of their capture the first tells."""

NO_FACTS = NoFacts()


class Warn(Protocol):
    """How a part of the engine gives a warning. Any thread; returns at once and never raises."""

    def __call__(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
        """`message` is one line for people."""
        ...
