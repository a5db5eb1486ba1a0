"""Whether a destination's name holds what must not be shown: names are in figures, notifications and settings."""

import re
from collections.abc import Callable

from ionia.core.errors import ErrorKind, IoniaError

_KEYS = re.compile(
    r"\blive_\d+_\w{8,}"  # Twitch
    r"|\b(?:[a-z0-9]{4}-){3,4}[a-z0-9]{4}(?![\w-])"  # YouTube
    r"|\bFB-\d{6,}-\w-\w{6,}"  # Facebook
    r"|\bsk_[a-z]{2}-[a-z]+-\d_\w{6,}"  # IVS and Kick
    r"|://"
)
"""Stream keys of known services, and addresses, which have them."""


def check_name(name: str, redact: Callable[[str], str]) -> None:
    """Refuse a name with a key in it: `redact` masks those that are known. Raises IoniaError(BAD_DESTINATION)."""
    if redact(name) != name or _KEYS.search(name):
        raise IoniaError(
            ErrorKind.BAD_DESTINATION,
            "A destination's name looks like a stream key or an address, and names are shown.",
            "Call it by its service.",
        )
