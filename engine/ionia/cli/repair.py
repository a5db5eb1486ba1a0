"""`ionia-engine repair`: recordings that a crash left unfinished become ordinary files."""

import argparse

from ionia.cli.complaint import complain
from ionia.cli.progress import clock_text, size_text
from ionia.core.errors import IoniaError
from ionia.sinks.mp4_repair import repair_file


def repair(options: argparse.Namespace) -> int:
    """Repair each file; 1 if one could not be."""
    failed = False
    for path in options.files:
        try:
            done = repair_file(path)
        except IoniaError as error:
            complain(error)
            failed = True
            continue
        if not done.changed:
            print(f"{done.path} is whole.")
        elif done.path.endswith(path):
            print(f"Repaired {path}: {clock_text(done.seconds)}, {size_text(done.size)}.")
        else:
            print(f"Repaired {path}, which is {done.path} now: {clock_text(done.seconds)}, {size_text(done.size)}.")
    return int(failed)
