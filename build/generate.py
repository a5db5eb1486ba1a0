"""Writes what is generated from the engine's schema, and with --check only says whether it is up to date.

Today that is the OpenRPC document; whoever generates more starts from that document, not from the engine's code.
"""

import argparse
import json
import sys
from pathlib import Path

from ionia.rpc.openrpc import document

ROOT = Path(__file__).resolve().parent.parent
OPENRPC = ROOT / "engine" / "docs" / "openrpc.json"


def openrpc_text() -> str:
    """Return the document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check; the exit code is 1 when --check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail if something is out of date")
    arguments = parser.parse_args()
    text = openrpc_text()
    if arguments.check:
        current = OPENRPC.read_text(encoding="utf-8") if OPENRPC.exists() else ""
        if current != text:
            print(f"{OPENRPC.relative_to(ROOT)} is out of date: run build/generate.py")
            return 1
        return 0
    OPENRPC.parent.mkdir(parents=True, exist_ok=True)
    OPENRPC.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
