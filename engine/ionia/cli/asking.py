"""Secrets that a command asks for: from a terminal without showing them, else from the next line of stdin.

Arguments are no way for them: shells keep those, and other users can see them.
"""

import getpass
import sys

from ionia.core.errors import ErrorKind, IoniaError


def asked_address() -> str:
    """The address of a stream."""
    return _asked("Address (not shown): ")


def asked_key() -> str:
    """A stream key. Raises IoniaError when none is given."""
    key = _asked("Stream key (not shown): ")
    if not key:
        raise IoniaError(ErrorKind.BAD_URL, "No stream key was given.", "Leave --ask-key out if the address has it.")
    return key


def _asked(question: str) -> str:
    return (getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline()).strip()
