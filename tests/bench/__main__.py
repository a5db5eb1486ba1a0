"""`python3 build/dev.py bench`: measure parts, print one table, and with --write put it into the scorecard."""

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import pytest

from tests.bench import scorecard
from tests.bench.machine import head
from tests.bench.parts import Form
from tests.bench.report import PartResult, Row, text_table, verdict

PARTS = {
    "startup": ("tests.bench.startup", "engine start to first answer; start to first picture"),
    "offset": ("tests.bench.av_offset", "A/V offset on real X and PulseAudio"),
    "drift": ("tests.bench.drift", "sound from devices whose clocks are wrong, in virtual time"),
    "timing": ("tests.bench.frame_timing", "even frames, both tracks' lengths, lost frames"),
    "cost": ("tests.bench.cost", "CPU at 1080p30"),
    "profile": ("tests.bench.profile", "where the time goes per frame"),
    "kills": ("tests.bench.kills", "kill -9 at random moments"),
    "finish": ("tests.bench.finish", "stop to a finished file"),
    "answers": ("tests.bench.answers", "getStats during 1080p30"),
    "memory": ("tests.bench.memory", "memory at 1080p30 and its growth"),
    "faults": ("tests.bench.live_faults", "recording and answers while a server is frozen, dead, resetting, cut off"),
    "outages": ("tests.bench.live_outages", "server back to picture at the server"),
    "live": ("tests.bench.live_cost", "CPU of record + stream; bit rate and A/V offset at the server"),
    "link": ("tests.bench.live_link", "a link that is halved for a while (needs root)"),
    "soak": ("tests.bench.live_soak", "an hour in which the link fails sixty times (only when named)"),
}
"""Name: (module with `measure(form)`, what it is about)."""

ONLY_WHEN_NAMED = ("soak",)


def load(name: str) -> Callable[[Form], PartResult]:
    """The function of a part."""
    measure: Callable[[Form], PartResult] = import_module(PARTS[name][0]).measure
    return measure


def run(name: str, *, full: bool) -> PartResult:
    """Measure one part in a folder of its own. A part that fails shows as a goal that was not met."""
    with tempfile.TemporaryDirectory(prefix=f"ionia-bench-{name}-") as folder:
        try:
            return load(name)(Form(full=full, folder=Path(folder)))
        except pytest.skip.Exception as missing:
            return PartResult(rows=[], notes=[f"{name} can't be measured here: {missing}"])
        except Exception as error:  # noqa: BLE001 - the other parts' figures are worth having
            traceback.print_exc()
            return PartResult(rows=[Row(what=name, ours="failed", met=False)], notes=[f"{name} failed: {error}"])


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What to measure, how long, and whether to write it down."""
    listed = "\n".join(f"  {name:10} {about}" for name, (_, about) in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="dev.py bench",
        description="Measure the engine beside the FFmpeg command line.",
        epilog=f"parts:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="default: all")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="five minutes in all (the default)")
    length.add_argument("--full", action="store_true", help="an hour: long runs, many events, 100 kills")
    parser.add_argument("--write", action="store_true", help="put the figures into engine/docs/scorecard.md")
    chosen = parser.parse_args(given)
    unknown = [name for name in chosen.parts if name not in PARTS]
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return chosen


def main(given: Sequence[str]) -> int:
    """Exit code 0 when everything could be measured and every goal that was judged is met."""
    chosen = arguments(given)
    machine = head()
    sys.stdout.write("".join(f"{name}: {value}\n" for name, value in machine.items()) + "\n")
    results: dict[str, PartResult] = {}
    for name in chosen.parts or [name for name in PARTS if name not in ONLY_WHEN_NAMED]:
        begun = time.monotonic()
        results[name] = run(name, full=chosen.full)
        sys.stdout.write(f"{name} ({time.monotonic() - begun:.0f} s)\n{text_table(results[name].rows)}\n")
        sys.stdout.write("".join(f"  {note}\n" for note in results[name].notes) + "\n")
        sys.stdout.flush()
    rows = [row for result in results.values() for row in result.rows]
    if len(results) > 1:
        sys.stdout.write(f"{text_table(rows)}\n\n")
    sys.stdout.write(f"{verdict(rows)}\n")
    if chosen.write:
        sys.stdout.write(f"written to {scorecard.write(results, machine, full=chosen.full)}\n")
    return 0 if all(row.met is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
