"""The bench's parts by name, and what each of them gets: how long it may take and where it may write."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`module` has `measure(form)`. About how long it takes: `quick` seconds, `full` minutes."""

    module: str
    about: str
    quick: int
    full: float


PARTS = {
    "startup": Part(
        module="tests.bench.startup",
        about="Engine start to the first answer, start to the first picture.",
        quick=8,
        full=0.5,
    ),
    "offset": Part(
        module="tests.bench.av_offset",
        about="A/V offset: a flash on a real X server and a beep on a real PulseAudio, of one instant, in the file.",
        quick=26,
        full=3.5,
    ),
    "drift": Part(
        module="tests.bench.drift",
        about="Steady sound from devices whose clocks are wrong, in virtual time.",
        quick=4,
        full=1.5,
    ),
    "sound": Part(
        module="tests.bench.sound",
        about="Sound in bursts, and sound after a long silence: pitch, level, continuity and where it lies, in virtual "
        "time with wrong clocks; devices of other forms; what filters do, and what they cost.",
        quick=12,
        full=2.5,
    ),
    "pulse": Part(
        module="tests.bench.pulse_sound",
        about="The same on a real PulseAudio whose sink sleeps in between; what tracks and one program's sound cost; "
        "OBS's filters and tracks, where it is installed.",
        quick=40,
        full=6.5,
    ),
    "timing": Part(
        module="tests.bench.frame_timing",
        about="Even frames, the lengths of both tracks, lost pictures.",
        quick=26,
        full=5,
    ),
    "cost": Part(
        module="tests.bench.cost",
        about="CPU of a recording, by picture and size, in turns with the peers.",
        quick=44,
        full=8,
    ),
    "scale": Part(
        module="tests.bench.scale",
        about="Sizes and rates above 1080p30: pictures that differ, CPU for each, memory.",
        quick=17,
        full=1.2,
    ),
    "quality": Part(
        module="tests.bench.quality",
        about="VMAF and size of a recording by quality and codec, beside FFmpeg's presets at the same rate.",
        quick=20,
        full=6,
    ),
    "profile": Part(
        module="tests.bench.profile",
        about="Where the CPU time goes per frame, stage by stage, measured inside the engine.",
        quick=18,
        full=1,
    ),
    "kills": Part(
        module="tests.bench.kills",
        about="`kill -9` at random moments: what plays, and how much is missing.",
        quick=18,
        full=4.5,
    ),
    "takes": Part(
        module="tests.bench.take_kills",
        about="`kill -9` while a take is saved out of a replay, begun in the past, paused, split or marked.",
        quick=40,
        full=8,
    ),
    "pause": Part(
        module="tests.bench.pause",
        about="Many pauses: frames, A/V offset, a recording beside it on the same encode, and what a pause costs.",
        quick=30,
        full=3,
    ),
    "split": Part(
        module="tests.bench.split",
        about="Many files of one recording: packets at the seams against an unsplit file; memory, threads, files.",
        quick=25,
        full=7,
    ),
    "full": Part(
        module="tests.bench.disk_full",
        about="A disk that is full in the middle of a recording, while another session records elsewhere (needs root).",
        quick=14,
        full=1,
    ),
    "two": Part(
        module="tests.bench.two_sessions",
        about="Two recorder sessions at once, with equal and with different settings.",
        quick=16,
        full=1,
    ),
    "replay": Part(
        module="tests.bench.replay",
        about="The last minute held in memory: CPU beside a recording, memory, and how long a save takes.",
        quick=45,
        full=5,
    ),
    "preview": Part(
        module="tests.bench.preview",
        about="Somebody looks on: CPU beside a recording and alone, lost pictures, from the screen to the reader; "
        "screenshots, thumbnails.",
        quick=55,
        full=24,
    ),
    "finish": Part(
        module="tests.bench.finish",
        about="From `stop` to a finished file, after ten seconds and after an hour.",
        quick=14,
        full=1.2,
    ),
    "jobs": Part(
        module="tests.bench.jobs",
        about="Clips, repair and the index in front of an hour's file; what a recording notices of jobs.",
        quick=45,
        full=4,
    ),
    "answers": Part(
        module="tests.bench.answers",
        about="How long `getStats` takes while the engine is busy.",
        quick=7,
        full=0.8,
    ),
    "memory": Part(
        module="tests.bench.memory",
        about="The recording soak: memory, threads, files and A/V offset over time, at 1080p30.",
        quick=12,
        full=33,
    ),
    "faults": Part(
        module="tests.bench.live_faults",
        about="What a recording and the other calls notice of a server that is frozen, dead, stalled, resetting or cut "
        "off.",
        quick=15,
        full=2,
    ),
    "outages": Part(
        module="tests.bench.live_outages",
        about="The server goes away and comes back: how long until its first picture.",
        quick=9,
        full=2.7,
    ),
    "live": Part(
        module="tests.bench.live_cost",
        about="What a stream beside a recording costs; bit rate and A/V offset at the server.",
        quick=44,
        full=4.2,
    ),
    "destinations": Part(
        module="tests.bench.live_destinations",
        about="Several servers of one stream: what each costs, and what one notices of a frozen and a slow one.",
        quick=45,
        full=5.5,
    ),
    "link": Part(
        module="tests.bench.live_link",
        about="A link that carries half as much for a while (needs root).",
        quick=36,
        full=2.8,
    ),
    "soak": Part(
        module="tests.bench.live_soak",
        about="The live soak: record and stream while the link fails once a minute, with memory, threads and files.",
        quick=65,
        full=62,
    ),
}
"""In the order in which they are measured and shown."""

SOAKS = ("memory", "soak")
"""Parts that last as long as they are told to; in the full form they run only when they are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`full` is False for the quick form, in which all parts together take eight minutes. `folder` is empty.

    `minutes` is the length of a soak where one was asked for; it goes with the full form.
    """

    full: bool
    folder: Path
    minutes: float | None = None

    def of(self, quick: T, full: T) -> T:
        """The one that belongs to this form."""
        return full if self.full else quick

    def need_room(self, seconds: float, bits_per_second: float) -> str:
        """A sentence about the disk that a recording of this length takes. Raises RuntimeError when it isn't there."""
        need, free = seconds * bits_per_second / 8 * 1.1 + 1e8, shutil.disk_usage(self.folder).free
        if free < need:
            raise RuntimeError(
                f"{self.folder.parent} has {free / 1e9:.1f} GB free and {need / 1e9:.1f} GB are needed: "
                "set TMPDIR to a folder with more room"
            )
        return f"It needed {seconds * bits_per_second / 8e9:.1f} GB of disk while it ran."
