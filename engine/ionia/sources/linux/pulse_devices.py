"""What the pulse server says about its devices, as values. Reads libpulse's structs while a callback holds them."""

import math
from dataclasses import dataclass
from typing import Any

from ionia.core.audio.mixer_watch import FLOOR_DB, Fader
from ionia.sources.linux.pulse_library import INVALID_INDEX, VOLUME_NORM, PulseLibrary

STEREO = ("front-left", "front-right")


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseSource:
    """A source. `monitor_of` and `monitor_index` are the sink that it listens to; empty and -1 for a microphone.

    `layout` names its channels. `fader` is what its mute and volume do.
    """

    index: int
    name: str
    description: str
    monitor_of: str
    monitor_index: int
    layout: tuple[str, ...]
    fader: Fader
    flat_volume: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseSink:
    """A sink and the source that hears what it plays. `fader` is what its mute and volume do to that source.

    `flat_db`: what of its volume the volumes of the streams on it contain; not 0 where the server has flat volumes.
    """

    index: int
    name: str
    description: str
    monitor: str
    fader: Fader
    flat_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PulsePlayback:
    """A stream to a sink. `program`, `binary` and `pid` are what its program says of itself: a name for people, the
    file that runs, its process as it sees it. `of_server`: the server made it, to hand on what others play.
    """

    index: int
    sink_index: int
    program: str
    binary: str
    pid: int
    paused: bool
    fader: Fader
    of_server: bool

    @property
    def heard(self) -> bool:
        """Neither paused, nor muted, nor at 0 %."""
        return not (self.paused or self.fader.muted or self.fader.gain_db <= FLOOR_DB)


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseDefaults:
    """Names of the default sink and source; empty when there is none."""

    sink: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseStreamState:
    """A recording stream: what the server holds back of its sound, and what the mixer does to it."""

    held_back_us: int
    fader: Fader
    channels: int


def read_defaults(library: PulseLibrary, info: Any) -> PulseDefaults:
    """From a `pa_server_info *`."""
    return PulseDefaults(sink=library.text(info.default_sink_name), source=library.text(info.default_source_name))


def read_source(library: PulseLibrary, info: Any) -> PulseSource:
    """From a `pa_source_info *`."""
    monitors = int(info.monitor_of_sink) != INVALID_INDEX
    return PulseSource(
        index=int(info.index),
        name=library.text(info.name),
        description=library.text(info.description),
        monitor_of=library.text(info.monitor_of_sink_name) if monitors else "",
        monitor_index=int(info.monitor_of_sink) if monitors else -1,
        layout=_layout(library, info.channel_map),
        fader=Fader(muted=bool(info.mute), gain_db=volume_db(info.volume)),
        flat_volume=bool(info.flags & library.lib.PA_SOURCE_FLAT_VOLUME),
    )


def read_sink(library: PulseLibrary, info: Any) -> PulseSink:
    """From a `pa_sink_info *`."""
    return PulseSink(
        index=int(info.index),
        name=library.text(info.name),
        description=library.text(info.description),
        monitor=library.text(info.monitor_source_name),
        fader=_heard_through(library, info),
        flat_db=volume_db(info.volume) if info.flags & library.lib.PA_SINK_FLAT_VOLUME else 0.0,
    )


def read_playback(library: PulseLibrary, info: Any) -> PulsePlayback:
    """From a `pa_sink_input_info *`."""

    def said(key: bytes) -> str:
        return library.text(library.lib.pa_proplist_gets(info.proplist, key))

    pid = said(b"application.process.id")
    return PulsePlayback(
        index=int(info.index),
        sink_index=int(info.sink),
        program=said(b"application.name") or library.text(info.name) or "a program",
        binary=said(b"application.process.binary"),
        pid=int(pid) if pid.isdecimal() else 0,
        paused=bool(info.corked),
        fader=Fader(muted=bool(info.mute), gain_db=volume_db(info.volume)),
        # A module's stream has no client in PulseAudio; in PipeWire its filters and loopbacks have a group.
        of_server=int(info.client) == INVALID_INDEX or bool(said(b"node.link-group")),
    )


def read_stream(info: Any) -> PulseStreamState:
    """From a `pa_source_output_info *`."""
    return PulseStreamState(
        held_back_us=int(info.buffer_usec),
        fader=Fader(muted=bool(info.mute), gain_db=volume_db(info.volume) if info.has_volume else 0.0),
        channels=int(info.sample_spec.channels),
    )


def volume_db(volume: Any) -> float:
    """The loudest channel of a `pa_cvolume`, 0 at 100 %: pa_sw_volume_to_dB's cubic scale."""
    loudest = max((int(volume.values[channel]) for channel in range(volume.channels)), default=VOLUME_NORM)
    return max(FLOOR_DB, 60.0 * math.log10(loudest / VOLUME_NORM)) if loudest else FLOOR_DB


def _layout(library: PulseLibrary, channel_map: Any) -> tuple[str, ...]:
    names = (library.lib.pa_channel_position_to_string(channel_map.map[n]) for n in range(channel_map.channels))
    return tuple(library.text(name) for name in names) or STEREO


def _heard_through(library: PulseLibrary, info: Any) -> Fader:
    """What a sink's mute and volume do to its monitor: nothing where they are applied behind it.

    Behind it is where the sound card applies them, and PipeWire unless the sink asks otherwise, as null sinks do.
    """
    lib, monitor_volumes = library.lib, b"monitor.channel-volumes"
    if library.text(info.driver) == "PipeWire" and library.text(
        lib.pa_proplist_gets(info.proplist, monitor_volumes)
    ) not in ("true", "1"):
        return Fader()
    muted = bool(info.mute) and not info.flags & lib.PA_SINK_HW_MUTE_CTRL
    by_card = bool(info.flags & lib.PA_SINK_HW_VOLUME_CTRL)
    return Fader(muted=muted, gain_db=0.0 if by_card else volume_db(info.volume))
