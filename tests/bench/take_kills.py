"""kill -9 while a take is saved out of a replay, begun in the past, paused, split or marked: what is on the disk then?

Every file has to play, by ffprobe and decoded; finished parts and answered saves have to be whole, and the sidecar's
lines whole to the last. The test card is recorded: what is on the screen plays no part in it.
"""

import json
import random
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from tests.bench.kills import LOST_GOAL_SECONDS, TOGETHER
from tests.bench.media import timing
from tests.bench.parts import Form
from tests.bench.report import PartResult, Row, percentile, spread
from tests.fakes.engine_process import EngineProcess
from tests.fakes.media_check import top_level_boxes

FPS = 30
CARD = {"screen": "test", "desktopAudio": "test", "audioMode": "desktop", "encoder": "x264", "fps": FPS}
ORDINARY = ["ftyp", "mdat", "moov"]
HELD_SECONDS = 2.5
"""What is in the replay before it is saved."""

AT_ONCE = 6
"""Saves that are asked for together, so that a kill finds some of them under way."""

PAST_WRITTEN_SECONDS = 0.3
"""In so much time what a recording takes out of memory is on the disk: it is the goal for saving a minute."""

MARK_PROMISE_SECONDS = 0.05
"""A mark is on the disk so long after it was answered at the latest."""

Engine = EngineProcess


@dataclass(slots=True)
class Kill:
    """One engine that was killed. `recorded`: seconds of the take by then, `encoded`: those that had got to its file's
    thread; `whole`: files that were said to be so."""

    folder: Path
    recorded: float = 0.0
    encoded: float = 0.0
    killed_at: float = 0.0
    whole: dict[str, float] = field(default_factory=dict)
    marks: list[tuple[int, float]] = field(default_factory=list)  # index, and when it was answered
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What lay on the disk. `early_marks`: not there, and answered less than the promise before the kill."""

    lost: float
    lost_encoded: float
    files: int
    troubles: Sequence[str]
    early_marks: int


Scene = Callable[[Engine, Kill, random.Random], None]


def measure(form: Form) -> PartResult:
    """Each kill has an engine, a folder and moments of its own."""
    times = form.of(quick=2, full=40)
    found: dict[str, list[Found]] = {}
    with ThreadPoolExecutor(TOGETHER) as pool:
        for name, scene in SCENES.items():
            one = partial(killed_once, scene, form.folder / scene.__name__)
            found[name] = list(pool.map(one, range(times)))
    rows = [row(name, each) for name, each in found.items()]
    troubles = [f"{name}: {text}" for name, each in found.items() for one in each for text in one.troubles]
    note = (
        f"The test card at 720p30, {times} kills of each kind, {TOGETHER} engines at a time. Lost is from the kill "
        "back to the end of the last picture that decodes, of a paused take from where it was paused: on a "
        "busy machine much of it was waiting for the encoder."
    )
    return PartResult(rows=rows, notes=[note, *troubles])


def row(what: str, found: Sequence[Found]) -> Row:
    """All kills of one kind."""
    lost = [one.lost for one in found]
    good = sum(not one.troubles for one in found)
    encoded = max(one.lost_encoded for one in found)
    early = sum(one.early_marks for one in found)
    told = f"; {early} marks answered in the last 50 ms not there" if early else ""
    return Row(
        what=f"kill -9 {what}: all files whole, lost at the end",
        ours=f"{good} of {len(found)} ({sum(one.files for one in found)} files); {spread(lost, '.2f', 's')}, "
        f"p95 {percentile(lost, 95):.2f} s; of what was encoded {encoded:.2f} s at most{told}",
        goal=f"all; ≤ {LOST_GOAL_SECONDS} s",
        met=good == len(found) and max(lost) <= LOST_GOAL_SECONDS,
    )


def killed_once(scene: Scene, base: Path, number: int) -> Found:
    """Play the scene, kill, look."""
    kill = Kill(folder=base / str(number))
    kill.folder.mkdir(parents=True)
    chance = random.Random(f"{scene.__name__} {number}")  # noqa: S311 - moments, not secrets
    with EngineProcess() as engine:
        scene(engine, kill, chance)
        kill.killed_at = time.monotonic()
        engine.process.kill()
        engine.process.wait()
    return looked_at(kill)


def begin(engine: Engine, kill: Kill, options: Mapping[str, object], start: Mapping[str, object] | None = None) -> None:
    """A recording of the card with a sidecar."""
    take = {"outputPath": str(kill.folder / "take.mp4"), "sidecar": True, **CARD, **options}
    engine.call("recorder.initialize", take)
    engine.call("recorder.start", dict(start or {}))


def recorded(engine: Engine) -> float:
    """Of the take, by now."""
    return float(engine.call("recorder.getStats")["durationSeconds"])


def note_length(engine: Engine, kill: Kill) -> None:
    """The last thing before a kill."""
    stats = engine.call("recorder.getStats")
    kill.recorded, kill.encoded = stats["durationSeconds"], stats["videoPacketsEncoded"] / FPS


def wait_recorded(engine: Engine, seconds: float) -> None:
    """Until the take is so long."""
    while (left := seconds - recorded(engine)) > 0:
        time.sleep(min(0.1, left))


def hold(engine: Engine) -> None:
    """A replay with enough in it."""
    engine.call("replay.initialize", {"seconds": 10, **CARD})
    engine.call("replay.start")
    while engine.call("replay.getStats")["secondsHeld"] < HELD_SECONDS:
        time.sleep(0.1)


def while_saved(engine: Engine, kill: Kill, chance: random.Random) -> None:
    """Beside a recording: some saves were answered, some are under way."""
    hold(engine)
    begin(engine, kill, {})
    wait_recorded(engine, 0.8)
    first = engine.call("replay.save", [str(kill.folder / "first.mp4")])
    kill.whole[first["path"]] = first["durationSeconds"]
    asked = [engine.send("replay.save", [str(kill.folder / f"save-{number}.mp4")]) for number in range(AT_ONCE)]
    until = time.monotonic() + chance.uniform(0, 0.12)
    for number in asked:
        if time.monotonic() >= until:
            break
        saved = engine.answer(number)
        kill.whole[saved["path"]] = saved["durationSeconds"]
    time.sleep(max(0.0, until - time.monotonic()))
    note_length(engine, kill)


def begun_in_the_past(engine: Engine, kill: Kill, chance: random.Random) -> None:
    """The past is in the file soon after `start` has answered, and what comes behind it as ever."""
    hold(engine)
    begin(engine, kill, {}, {"prerollSeconds": HELD_SECONDS - 0.5})
    time.sleep(chance.uniform(PAST_WRITTEN_SECONDS, 1.5))
    note_length(engine, kill)


def while_paused(engine: Engine, kill: Kill, chance: random.Random) -> None:
    """Also when it was paused before, or goes on again at that moment."""
    begin(engine, kill, {})
    wait_recorded(engine, chance.uniform(0.8, 2))
    for _ in range(chance.randrange(3)):
        engine.call("recorder.pause")
        time.sleep(chance.uniform(0, 0.3))
        engine.call("recorder.resume")
        time.sleep(chance.uniform(0, 0.5))
    engine.call("recorder.pause")
    time.sleep(chance.uniform(0, 2.5))
    if chance.random() < 0.3:
        engine.call("recorder.resume")
        time.sleep(chance.uniform(0, 0.2))
    note_length(engine, kill)
    kill.paused = True


def while_split(engine: Engine, kill: Kill, chance: random.Random) -> None:
    """By itself each second, and by calls."""
    by_call = chance.random() < 0.6
    begin(engine, kill, {} if by_call else {"splitSeconds": 1})
    wait_recorded(engine, 0.8)
    until = time.monotonic() + chance.uniform(0.5, 3.5)
    while by_call and time.monotonic() < until - 0.1:
        engine.call("recorder.split")
        time.sleep(chance.uniform(0, 0.4))
    if by_call:
        engine.send("recorder.split")
    note_length(engine, kill)
    time.sleep(max(0.0, until - time.monotonic()))
    if not by_call:
        note_length(engine, kill)
    for one in [note["params"] for note in engine.notifications if note["method"] == "recorder.fileChanged"]:
        kill.whole[one["finished"]["path"]] = one["finished"]["durationSeconds"]


def while_marked(engine: Engine, kill: Kill, chance: random.Random) -> None:
    """Marks one after another, some of a moment that has passed, across pauses and parts."""
    begin(engine, kill, {"splitSeconds": 2})
    wait_recorded(engine, 0.8)
    until = time.monotonic() + chance.uniform(0.3, 2.5)
    while time.monotonic() < until:
        ago = chance.choice([0, 0, 0.3])
        mark = engine.call("recorder.mark", {"label": "ö" * chance.randrange(30), "secondsAgo": ago})
        kill.marks.append((mark["index"], time.monotonic()))
        if chance.random() < 0.1:
            engine.call("recorder.togglePause")
        time.sleep(chance.choice([0, 0, 0.05]))
    note_length(engine, kill)


SCENES: Mapping[str, Scene] = {
    "while replays are saved": while_saved,
    "of a take that began in the past": begun_in_the_past,
    "in a pause": while_paused,
    "while it is split": while_split,
    "while moments are marked": while_marked,
}


def looked_at(kill: Kill) -> Found:
    """Everything in the folder."""
    troubles: list[str] = []
    files = sorted(path for path in kill.folder.iterdir() if path.suffix != ".json")
    lengths: dict[Path, float] = {}
    for path in files:
        if path.name.startswith(".") and path.stat().st_size == 0:
            continue  # the next recording takes it
        trouble, lengths[path] = played(path)
        troubles += trouble
    for name, seconds in kill.whole.items():
        path = Path(name)
        if not path.exists():
            troubles.append(f"{path.name} was finished and is gone")
        elif [kind for kind, _ in top_level_boxes(path.read_bytes())] != ORDINARY:
            troubles.append(f"{path.name} was finished and is not an ordinary file")
        elif abs(lengths[path] - seconds) > 0.001:
            troubles.append(f"{path.name} has {lengths[path]:.3f} s of {seconds:.3f} s")
    parts = [path for path in files if path.name.startswith(("take", "."))]
    takes = [lengths.get(path, 0.0) for path in parts if "save" not in path.name]
    lines, torn = sidecar_lines(kill.folder)
    troubles += torn
    there = {line["index"] for line in lines if line["type"] == "mark"}
    missing = [at for index, at in kill.marks if index not in there]
    late = sum(kill.killed_at - at > MARK_PROMISE_SECONDS for at in missing)
    troubles += [f"{late} marks were answered and are not there"] * bool(late)
    troubles += seams([path for path in parts if path.name.startswith("take")], lengths)
    return Found(
        lost=max(0.0, kill.recorded - sum(takes)),
        lost_encoded=max(0.0, kill.encoded - sum(takes)),
        files=len(files),
        troubles=[f"{kill.folder.name}: {text}" for text in troubles],
        early_marks=len(missing) - late,
    )


def played(path: Path) -> tuple[list[str], float]:
    """What is wrong with a file, and how long its pictures last."""
    probe = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", str(path)]
    told = subprocess.run(probe, capture_output=True, text=True, check=False)
    troubles = [f"{path.name}: ffprobe says {told.stderr.strip()[:200]}"] * bool(told.returncode or told.stderr)
    try:
        found = timing(path, FPS)
        with av.open(str(path)) as file:
            pictures = sum(not frame.is_corrupt for frame in file.decode(video=0))
    except av.error.FFmpegError as error:
        return [*troubles, f"{path.name}: {error}"], 0.0
    if found.uneven or pictures != found.frames:
        troubles.append(f"{path.name}: {found.uneven} uneven of {found.frames}, {pictures} decode")
    if abs(found.video_seconds - found.audio_seconds) > 0.1:
        troubles.append(f"{path.name}: {found.video_seconds:.3f} s of picture, {found.audio_seconds:.3f} s of sound")
    return troubles, found.video_seconds


def seams(parts: Sequence[Path], lengths: Mapping[Path, float]) -> list[str]:
    """Each part has to begin where the one before ended, by the instants in the files, if nothing was paused."""
    if any('"type":"pause"' in side.read_text(encoding="utf-8") for part in parts if (side := beside(part)).exists()):
        return []
    began = sorted((told_start(path), path) for path in parts)
    troubles = []
    for (one, path), (other, after) in pairwise(began):
        if abs(other - one - lengths[path]) > 1.5 / FPS:
            troubles.append(f"{after.name} begins {other - one - lengths[path]:+.3f} s beside the end of {path.name}")
    return troubles


def beside(part: Path) -> Path:
    """Its sidecar."""
    return Path(f"{part}.json")


def told_start(path: Path) -> float:
    """`startUtc` of a file, in seconds of its day."""
    with av.open(str(path)) as file:
        clock = file.metadata["startUtc"].rstrip("Z").split("T")[1].split(":")
    return float(clock[0]) * 3600 + float(clock[1]) * 60 + float(clock[2])


def sidecar_lines(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """All lines of all sidecars, and what is wrong with them."""
    lines, troubles = [], []
    for path in sorted(folder.glob("*.json")):
        data = path.read_bytes()
        whole = not data or data.endswith(b"\n")  # it is made just before its first line is written
        try:
            lines += [json.loads(line) for line in data.splitlines()]
        except ValueError:
            whole = False
        troubles += [f"{path.name}: a line is torn"] * (not whole)
    return lines, troubles
