"""Screens and sound on Windows. Imported only there, except the parts that are arithmetic.

COM is set up here, before anything imports comtypes: dxcam and comtypes would put whichever thread imports them first
into a single-threaded apartment, whose objects must not be used from elsewhere and which needs a message loop that no
thread of the engine has.
"""

import sys

sys.coinit_flags = 0  # type: ignore[attr-defined]  # COINIT_MULTITHREADED; comtypes reads it at its import
