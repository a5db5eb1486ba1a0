"""`python3 build/dev.py bench`: measure parts, print one table, and with --write put it into the scorecard.

Made to run unattended: a part that fails or hangs doesn't end the others, and each result is written at once.
"""

import argparse
import contextlib
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType

import pytest

from tests.bench import scorecard
from tests.bench.machine import head
from tests.bench.parts import PARTS, SOAKS, Form
from tests.bench.report import PartResult, Row, text_table, verdict


def load(name: str) -> Callable[[Form], PartResult]:
    """The function of a part."""
    measure: Callable[[Form], PartResult] = import_module(PARTS[name].module).measure
    return measure


def run(name: str, *, full: bool, minutes: float | None = None) -> PartResult:
    """Measure one part in a folder of its own. A part that fails shows as a goal that was not met."""
    with tempfile.TemporaryDirectory(prefix=f"ionia-bench-{name}-") as folder:
        try:
            with time_limit(limit_seconds(name, full=full, minutes=minutes)):
                return load(name)(Form(full=full, folder=Path(folder), minutes=minutes))
        except pytest.skip.Exception as missing:
            return PartResult(rows=[], notes=[f"{name} can't be measured here: {missing}"])
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - the other parts' figures are worth having
            traceback.print_exc()
            return PartResult(rows=[Row(what=name, ours="failed", met=False)], notes=[f"{name} failed: {error}"])


def limit_seconds(name: str, *, full: bool, minutes: float | None) -> float:
    """What a part needs on a slow machine. A soak reads its file afterwards."""
    expected = PARTS[name].full * 60 if full else PARTS[name].quick
    return 300 + 3 * expected if minutes is None else 600 + 1.5 * minutes * 60


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """TimeoutError in this thread, whatever it waits for. The main thread only."""

    def over(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not done after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, over)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left)


def listed() -> str:
    """The parts for --help, with about how long they take."""
    lines = [
        f"  {name:9}{part.quick:4} s {part.full:5g} min  {part.about.replace('`', '')}" for name, part in PARTS.items()
    ]
    measured = [part for name, part in PARTS.items() if name not in SOAKS]
    quick = sum(part.quick for part in PARTS.values()) - PARTS["soak"].quick
    lines.append(f"  {'all':9}{quick:4} s {sum(part.full for part in measured):5g} min  without {' and '.join(SOAKS)}")
    return "parts, with about how long they take (quick, full):\n" + "\n".join(lines)


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What to measure, how long, and whether to write it down."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench",
        description="Measure the engine beside its peers.",
        epilog=listed() + "\n\nThe soaks run in the full form only when they are named: bench memory soak --full.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="default: all")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="eight minutes in all (the default)")
    length.add_argument("--full", action="store_true", help="long runs, many events, 100 kills")
    length.add_argument("--minutes", type=float, metavar="N", help=f"the full form of so long ({', '.join(SOAKS)})")
    parser.add_argument("--write", action="store_true", help="put the figures into engine/docs/scorecard.md")
    parser.add_argument(
        "--take",
        type=Path,
        metavar="RESULTS",
        help="measure nothing: take the parts named (default: all) from another run's results.json and write the page",
    )
    chosen = parser.parse_args(given)
    unknown = [name for name in chosen.parts if name not in PARTS]
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if chosen.minutes is not None:
        chosen.full = True
        if not chosen.parts or not set(chosen.parts) <= set(SOAKS):
            parser.error(f"--minutes is for {' and '.join(SOAKS)}, named")
        if chosen.minutes <= 0:
            parser.error("--minutes must be more than 0")
    if chosen.take is not None and not chosen.take.is_file():
        parser.error(f"{chosen.take} is not there")
    chosen.parts = chosen.parts or (list(PARTS) if chosen.take else default_parts(full=chosen.full))
    return chosen


def default_parts(*, full: bool) -> list[str]:
    """What runs when nothing is named."""
    return [name for name in PARTS if name not in (SOAKS if full else ("soak",))]


def main(given: Sequence[str]) -> int:
    """Exit code 0 when everything could be measured and every goal that was judged is met."""
    chosen = arguments(given)
    if chosen.take is not None:
        sys.stdout.write(f"written to {scorecard.take(chosen.take, chosen.parts)}\n")
        return 0
    machine = head()
    sys.stdout.write("".join(f"{name}: {value}\n" for name, value in machine.items()) + "\n")
    results: dict[str, PartResult] = {}
    for name in chosen.parts:
        begun = time.monotonic()
        results[name] = run(name, full=chosen.full, minutes=chosen.minutes)
        if chosen.write:
            scorecard.write({name: results[name]}, machine, full=chosen.full)
        sys.stdout.write(f"{name} ({time.monotonic() - begun:.0f} s)\n{text_table(results[name].rows)}\n")
        sys.stdout.write("".join(f"  {note}\n" for note in results[name].notes) + "\n")
        sys.stdout.flush()
    rows = [row for result in results.values() for row in result.rows]
    if len(results) > 1:
        sys.stdout.write(f"{text_table(rows)}\n\n")
    sys.stdout.write(f"{verdict(rows)}\n")
    if chosen.write:
        sys.stdout.write(f"written to {scorecard.PAGE}\n")
    return 0 if all(row.met is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
