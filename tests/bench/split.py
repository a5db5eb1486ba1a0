"""A recording in many files beside one in a single file, of one encode: what is lost or doubled at the seams?

The two sessions share the encode, so the parts' packets have to be the whole file's, byte for byte. The peer is
FFmpeg's `segment` muxer, which gets the very packets of its own unsplit file, too.
"""

import math
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from tests.bench.machine import ffmpeg_program
from tests.bench.parts import Form
from tests.bench.peers import missing_peers
from tests.bench.recorders import AUDIO_BITRATE, BITRATE
from tests.bench.report import PartResult, Row, percentile, spread
from tests.bench.usage import Usage, usage
from tests.fakes.engine_process import EngineProcess
from tests.fakes.media_check import top_level_boxes

FPS = 30
CARD = {"screen": "test", "desktopAudio": "test", "audioMode": "desktop", "encoder": "x264", "fps": FPS}
MEMORY_GOAL_MB = 8.0
ALIGNED_GOAL_MS = 0.02
"""Sound begins with the picture to the sample: what the edit list hides is none of it."""

PACKET_MS = 1024 / 48
SETTLED_SHARE = 0.2
"""Memory is compared from here on: what the first parts allocate is the recording itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What is shown or heard of one track, in order, and what only prepares for it. Seconds of the file."""

    packets: list[bytes]
    hidden: list[bytes]
    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """Over all parts. `lost` and `doubled` packets against the unsplit file; the others in ms."""

    files: int
    broken: int
    lost: int
    doubled: int
    begin_apart_ms: float
    seam_ms: float
    lengths: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A run of ours."""

    seams: Seams
    samples: Sequence[Usage]
    answers: Sequence[float]
    stats: Sequence[dict[str, Any]]


def measure(form: Form) -> PartResult:
    """By calls, by seconds, and the peer by seconds."""
    splits, seconds = form.of(quick=12, full=1000), form.of(quick=4, full=30)
    called = by_calls(form.folder / "calls", splits)
    timed = by_seconds(form.folder / "seconds", seconds)
    peer = peers_parts(form.folder / "peer", seconds)
    lagged = sum(one["videoFramesLagged"] + one["videoFramesSkipped"] for one in called.stats)
    first = called.samples[max(1, math.ceil(len(called.samples) * SETTLED_SHARE)) - 1]
    last = called.samples[-1]
    grown = (last.rss_bytes - first.rss_bytes) / 1e6
    rows = [
        seam_row(f"{splits} splits by calls", called.seams, None),
        seam_row(f"{seconds} s split each second", timed, peer),
        Row(
            what="each part but the last is so long",
            ours=spread(timed.lengths[:-1], ".3f", "s"),
            peer=spread(peer.lengths[:-1], ".3f", "s"),
            goal="1 s to the frame",
            met=all(abs(length - 1) < 1e-6 for length in timed.lengths[:-1]),
        ),
        Row(
            what="a split is answered with the finished file in",
            ours=f"{spread(called.answers, '.3f', 's')}, p95 {percentile(called.answers, 95):.3f} s",
        ),
        Row(what="lagged and skipped frames of both recordings", ours=str(lagged)),
        Row(
            what=f"memory from split {math.ceil(splits * SETTLED_SHARE)} to {splits}",
            ours=f"{grown:+.1f} MB",
            goal=f"≤ {MEMORY_GOAL_MB:.0f} MB",
            met=grown <= MEMORY_GOAL_MB if form.full else None,
        ),
        Row(
            what="threads and open files, after the first splits and after all",
            ours=f"{first.threads} and {first.files}, then {last.threads} and {last.files}",
            goal="no more",
            met=last.threads <= first.threads and last.files <= first.files,
        ),
    ]
    note = (
        "The test card at 720p30. Peer: FFmpeg's `segment` muxer, `-segment_time 1 -reset_timestamps 1`, with a "
        f"keyframe each second, {BITRATE / 1e6:g} Mbit/s."
    )
    return PartResult(rows=rows, notes=[note, *missing_peers(form)])


def seam_row(what: str, ours: Seams, peer: Seams | None) -> Row:
    """What happened at the seams."""
    good = not ours.broken and not ours.lost and not ours.doubled
    return Row(
        what=f"{what}: whole files; packets lost; doubled; tracks begin apart; sound beyond the picture at a seam",
        ours=seam_text(ours),
        peer="–" if peer is None else seam_text(peer),
        goal=f"all; 0; 0; ≤ {ALIGNED_GOAL_MS} ms; ≤ {PACKET_MS:.1f} ms",
        met=good and ours.begin_apart_ms <= ALIGNED_GOAL_MS and ours.seam_ms <= PACKET_MS + 0.1,
    )


def seam_text(seams: Seams) -> str:
    """In figures."""
    return (
        f"{seams.files - seams.broken} of {seams.files}; {seams.lost}; {seams.doubled}; {seams.begin_apart_ms:.2f} ms; "
        f"{seams.seam_ms:.1f} ms"
    )


def both(engine: EngineProcess, folder: Path, options: dict[str, object]) -> None:
    """One recording in a file, and one in parts behind it: so everything of the second is in the first."""
    folder.mkdir()
    engine.call("recorder.initialize", {"outputPath": str(folder / "whole.mp4"), "id": "whole", **CARD})
    engine.call("recorder.initialize", {"outputPath": str(folder / "take.mp4"), "id": "parts", **options, **CARD})
    engine.call("recorder.start", {"id": "whole"})
    engine.call("recorder.start", {"id": "parts"})


def end(engine: EngineProcess) -> list[dict[str, Any]]:
    """Of both; their figures."""
    engine.call("recorder.stop", {"id": "parts"})
    engine.call("recorder.stop", {"id": "whole"})
    return [engine.call("recorder.getStats", {"id": name}) for name in ("parts", "whole")]


def by_calls(folder: Path, splits: int) -> Taken:
    """One after another, as fast as they are answered."""
    samples, answers = [], []
    with EngineProcess() as engine:
        both(engine, folder, {})
        while engine.call("recorder.getStats", {"id": "parts"})["durationSeconds"] < 1:
            time.sleep(0.1)
        paths = [folder / "take.mp4"]
        for _ in range(splits):
            asked = time.perf_counter()
            answer = engine.call("recorder.split", {"id": "parts"})
            answers.append(time.perf_counter() - asked)
            paths.append(Path(answer["next"]))
            samples.append(usage(engine.process.pid))
        stats = end(engine)
    return Taken(seams=compared(folder / "whole.mp4", paths), samples=samples, answers=answers, stats=stats)


def by_seconds(folder: Path, seconds: float) -> Seams:
    """Each second, by itself."""
    with EngineProcess() as engine:
        both(engine, folder, {"splitSeconds": 1})
        while engine.call("recorder.getStats", {"id": "parts"})["durationSeconds"] < seconds + 0.5:
            time.sleep(0.1)
        end(engine)
    count = len(list(folder.glob("take*.mp4")))
    paths = [folder / "take.mp4", *(folder / f"take-{number}.mp4" for number in range(2, count + 1))]
    return compared(folder / "whole.mp4", paths)


def peers_parts(folder: Path, seconds: float) -> Seams:
    """The same for FFmpeg: `tee` gives one encode's packets to a file and to the segments."""
    folder.mkdir()
    whole, parts = folder / "whole.mp4", folder / "part-%04d.mp4"
    command = [ffmpeg_program(), "-v", "error", "-y", "-re"]
    command += [
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=size=1280x720:rate={FPS}",
        "-f",
        "lavfi",
        "-i",
        "sine=sample_rate=48000",
    ]
    command += ["-t", str(seconds + 0.5), "-map", "0", "-map", "1"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"]
    command += ["-b:v", str(BITRATE), "-force_key_frames", "expr:gte(t,n_forced)"]
    command += ["-c:a", "aac", "-ac", "2", "-b:a", str(AUDIO_BITRATE), "-flags", "+global_header"]
    segments = f"[f=segment:segment_time=1:reset_timestamps=1:segment_format=mp4]{parts}"
    command += ["-f", "tee", f"{whole}|{segments}"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return compared(whole, sorted(folder.glob("part-*.mp4")))


def compared(whole: Path, parts: Sequence[Path]) -> Seams:
    """Packets of the parts against the unsplit file's, and how the tracks lie in each."""
    broken = sum(not is_whole(path) for path in parts)
    read = [(track(path, "video"), track(path, "audio")) for path in parts]
    pictures, sounds = track(whole, "video"), track(whole, "audio")
    heard = [data for _, sound in read for data in sound.packets]
    shown = [data for picture, _ in read for data in picture.packets]
    counts = [against(pictures, shown), against(sounds, heard)]
    apart = [abs(sound.begin - picture.begin) * 1000 for picture, sound in read]
    # Where the next file's sound goes on, against where this one's ended, by the pictures of both.
    seams = [
        abs((before[0].end - before[1].end) + (after[1].begin - after[0].begin)) * 1000
        for before, after in pairwise(read)
    ]
    return Seams(
        files=len(parts),
        broken=broken,
        lost=sum(lost for lost, _ in counts),
        doubled=sum(doubled for _, doubled in counts),
        begin_apart_ms=max(apart),
        seam_ms=max(seams, default=0.0),
        lengths=[picture.end for picture, _ in read],
    )


def against(whole: Track, parts: list[bytes]) -> tuple[int, int]:
    """How many packets of the unsplit file are missing in the parts, and how many are double: 0, 0 for a stretch of it.

    Where it isn't one, the stretch that begins with the parts' first packet and has most in common counts. Packets of
    silence are all the same: their places say more than they do.
    """
    starts = [at for at, data in enumerate(whole.packets) if data == parts[0]]
    if any(whole.packets[at : at + len(parts)] == parts for at in starts):
        return 0, 0
    told = []
    for at in starts or [0]:
        steps = SequenceMatcher(None, whole.packets[at:], parts, autojunk=False).get_opcodes()
        lost = sum(end - begin for what, begin, end, _, to in steps if what != "equal" and to < len(parts))
        told.append((lost, sum(end - begin for what, _, _, begin, end in steps if what != "equal")))
    return min(told)


def is_whole(path: Path) -> bool:
    """An ordinary MP4 that begins with a keyframe and decodes."""
    kinds = [kind for kind, _ in top_level_boxes(path.read_bytes())]
    if kinds.count("moov") != 1 or "moof" in kinds:
        return False
    try:
        with av.open(str(path)) as file:
            frames = list(file.decode(video=0))
            return bool(frames) and frames[0].key_frame and not any(frame.is_corrupt for frame in frames)
    except av.error.FFmpegError:
        return False


def track(path: Path, kind: str) -> Track:
    """One track's packets, and when it begins and ends behind its edit list."""
    packets, hidden = list[bytes](), list[bytes]()
    begin, end_at = math.inf, 0.0
    with av.open(str(path)) as file:
        stream = next(one for one in file.streams if one.type == kind)
        for packet in file.demux(stream):
            if not packet.size or packet.pts is None or packet.time_base is None:
                continue
            # What begins before the first picture is in the file before, all of it; here it is for the decoder.
            (hidden if packet.is_discard or packet.pts < 0 else packets).append(bytes(packet))
            at, until = packet.pts * packet.time_base, (packet.pts + (packet.duration or 0)) * packet.time_base
            begin, end_at = min(begin, max(0.0, float(at))) if until > 0 else begin, max(end_at, float(until))
    return Track(packets=packets, hidden=hidden, begin=begin, end=end_at)
