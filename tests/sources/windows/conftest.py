"""The tests in `native` run on Windows itself; elsewhere test_windows_native.py runs them in the rig."""

import sys

collect_ignore = [] if sys.platform == "win32" else ["native"]
