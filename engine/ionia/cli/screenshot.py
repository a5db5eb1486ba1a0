"""`ionia-engine screenshot`: one picture of a screen or window."""

import argparse

from ionia.app import make_engine
from ionia.core.screenshot import ScreenshotRequest


def screenshot(options: argparse.Namespace) -> int:
    """Write it and say where; the exit code. Raises IoniaError."""
    request = ScreenshotRequest(
        path=options.output,
        screen=options.screen,
        max_width=options.max_width,
        cursor=not options.no_cursor,
        overwrite=options.overwrite,
    )
    engine = make_engine(lambda _: None)
    try:
        made = engine.save_screenshot(request)
    finally:
        engine.close()
    print(f"{made.path}: {made.width}x{made.height}")
    return 0
