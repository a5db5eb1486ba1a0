"""Says when the system's mixer makes a recording silent or quiet: the device's mute and volume, and our own stream's.

Pure: it is handed what the sound server says and the time. It never sees the sound itself, so it knows at once.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from ionia.core.audio.notices import SoundNotice
from ionia.core.warning import MixerState, WarningCode

FLOOR_DB = -120.0
"""What 0 % is stated as."""

SILENT_DB = -90.0
"""At or below this nothing is left of a 16-bit device's sound."""

QUIET_DB = -20.0
"""A tenth of the amplitude. Many desktops stand at half volume (-18 dB in PulseAudio), and the take is still good."""

SETTLE_NS = 400_000_000
"""A slider that is being dragged is told about when it rests."""

CORRECTIONS = 5
CORRECTIONS_NS = 60_000_000_000
"""More than so many in this time: another program keeps changing our stream, and fighting it is worse than giving
up."""

OBEYED_NS = 300_000_000
"""How long after a correction the server may still say what was before it: it is asked every 0.1 s."""

STREAM_TOLERANCE_DB = 0.1

STALL_READS = 3
"""So many reads in vain, a second each, are a device that gives nothing. Reads, not a clock: a machine that slept, or a
process that was stopped, had one. An idle sink without a listener may work in steps of 2 s."""

_HINT = "Check the system's sound settings."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fader:
    """What a mixer does to a device or stream. `gain_db` is 0 at 100 %, FLOOR_DB at 0 %.

    `asleep`: the server has it suspended, so it gives nothing at all. `stalled`: it gives nothing, and nobody says why.
    """

    muted: bool = False
    gain_db: float = 0.0
    asleep: bool = False
    stalled: bool = False

    def through(self, other: "Fader") -> "Fader":
        """Both, one after the other."""
        return Fader(
            muted=self.muted or other.muted,
            gain_db=max(FLOOR_DB, self.gain_db + other.gain_db),
            asleep=self.asleep or other.asleep,
            stalled=self.stalled or other.stalled,
        )


class _Hearing(Enum):
    AUDIBLE = "audible"
    QUIET = "quiet"
    SILENT = "silent"
    ASLEEP = "asleep"
    STALLED = "stalled"


class DeviceWatch:
    """One device from its opening on. One thread owns it."""

    def __init__(self, what: str, device: str) -> None:
        """`what` is "desktop sound" or "microphone", `device` the device's name for people."""
        self._what = what
        self._device = device
        self._told = _Hearing.AUDIBLE
        self._since_ns: int | None = None
        self._pending = _Hearing.AUDIBLE

    @property
    def told_stalled(self) -> bool:
        """Whether the last that was told is that it gives nothing."""
        return self._told is _Hearing.STALLED

    def look(self, fader: Fader, now_ns: int) -> SoundNotice | None:
        """What is to be told now. Call it at the opening, and often: what has just changed is told when it rests."""
        hearing = _hearing(fader)
        first = self._since_ns is None
        if self._since_ns is None or hearing is not self._pending:
            self._pending, self._since_ns = hearing, now_ns
        # A device that is just being opened may still be waking up.
        at_once = first and hearing is not _Hearing.ASLEEP
        if hearing is self._told or (not at_once and now_ns - self._since_ns < SETTLE_NS):
            return None
        self._told = hearing
        return self._notice(hearing, fader)

    def _notice(self, hearing: _Hearing, fader: Fader) -> SoundNotice:
        facts = _facts(self._device, fader)
        device = f'The {self._what} "{self._device}"'
        if hearing is _Hearing.AUDIBLE:
            return SoundNotice(
                code=WarningCode.AUDIO_DEVICE_AUDIBLE, message=f"{device} can be heard again.", facts=facts
            )
        if hearing is _Hearing.QUIET:
            message = f"{device} is turned down to {fader.gain_db:.0f} dB: it is recorded as quiet as that."
            return SoundNotice(code=WarningCode.AUDIO_DEVICE_QUIET, message=message, hint=_HINT, facts=facts)
        if hearing is _Hearing.ASLEEP:
            message = f"{device} is suspended by the sound server: silence is recorded."
            hint = "Another program may use it alone."
            return SoundNotice(code=WarningCode.AUDIO_DEVICE_SUSPENDED, message=message, hint=hint, facts=facts)
        if hearing is _Hearing.STALLED:
            message = f"{device} delivers nothing: silence is recorded."
            hint = "The sound server or the device may hang."
            return SoundNotice(code=WarningCode.AUDIO_DEVICE_STALLED, message=message, hint=hint)
        why = "muted" if fader.muted else "turned down to 0 %"
        message = f"{device} is {why}: silence is recorded."
        return SoundNotice(code=WarningCode.AUDIO_DEVICE_MUTED, message=message, hint=_HINT, facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamVerdict:
    """Whether our own stream must be put right, and what is to be told."""

    correct: bool = False
    notice: SoundNotice | None = None


class StreamGuard:
    """Our own recording stream in the server's mixer: nobody's wish, so it is put right whenever it isn't.

    A server that remembers streams by their names brings back what somebody did to one of ours on another day.
    One thread owns it.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._corrected: deque[int] = deque(maxlen=CORRECTIONS)
        self._given_up = False
        self._new = True

    def look(self, stream: Fader, now_ns: int) -> StreamVerdict:
        """`stream` is what the server last said of it."""
        new, self._new = self._new, False
        if not stream.muted and abs(stream.gain_db) <= STREAM_TOLERANCE_DB:
            return StreamVerdict()
        if self._corrected and now_ns - self._corrected[-1] < OBEYED_NS:
            return StreamVerdict()
        if len(self._corrected) == CORRECTIONS and now_ns - self._corrected[0] < CORRECTIONS_NS:
            return self._give_up(stream)
        self._given_up = False
        self._corrected.append(now_ns)
        if new and not stream.muted and stream.gain_db <= FLOOR_DB:
            # PipeWire says 0 % of a stream that is not set up yet: not worth a word, even if somebody once meant it.
            return StreamVerdict(correct=True)
        message = f"The sound server had Ionia's recording of the {self._what} {_state(stream)}: put right."
        return StreamVerdict(
            correct=True,
            notice=SoundNotice(
                code=WarningCode.AUDIO_STREAM_RESTORED, message=message, facts=_facts(self._what, stream)
            ),
        )

    def _give_up(self, stream: Fader) -> StreamVerdict:
        if self._given_up:
            return StreamVerdict()
        self._given_up = True
        message = f"Another program keeps Ionia's recording of the {self._what} {_state(stream)}."
        hint = "End that program, or set the stream right in the system's sound settings."
        return StreamVerdict(
            notice=SoundNotice(
                code=WarningCode.AUDIO_STREAM_MUTED, message=message, hint=hint, facts=_facts(self._what, stream)
            )
        )


def _state(stream: Fader) -> str:
    return "muted" if stream.muted else f"at {stream.gain_db:+.0f} dB"


def _facts(device: str, fader: Fader) -> MixerState:
    return MixerState(device=device, muted=fader.muted, volume_db=round(fader.gain_db, 1))


def _hearing(fader: Fader) -> _Hearing:
    if fader.asleep:
        return _Hearing.ASLEEP
    if fader.stalled:
        return _Hearing.STALLED
    if fader.muted or fader.gain_db <= SILENT_DB:
        return _Hearing.SILENT
    return _Hearing.QUIET if fader.gain_db <= QUIET_DB else _Hearing.AUDIBLE
