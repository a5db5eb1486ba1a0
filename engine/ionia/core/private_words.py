"""Takes out of a report what it need not say of the person who sends it: names, machine, folders, keys.

Pure text in, text out. Like redaction, it errs on the side of hiding too much: behind a folder of somebody's, the rest
of the line goes with it, since file names have blanks.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ionia.core.redaction import MASK, without_secrets

USER, MACHINE, HOME, DEVICE = "<user>", "<machine>", f"~/{MASK}", "<somebody's device>"

Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]
"""What JSON holds."""

_SEPARATOR = r"(?:\\\\|[\\/])"
_SOMEBODYS = re.compile(
    rf"(?:[a-z]:)?{_SEPARATOR}(?:users|home|documents and settings){_SEPARATOR}[^\r\n]*|/root\b[^\r\n]*", re.IGNORECASE
)
"""Anybody's folder, and what follows it in the line."""

_SOMEBODYS_DEVICE = re.compile(r"\w['\u2019]|\b(?:von|van|de|di|da|do|du|av|af) [^\Wa-z\d_]")
"""As phones and headsets are named by those who make them: Bert's AirPods, AirPods von Bert, AirPods d'Anna."""

_LEAST_NAME = 2
"""A single letter stands in every text; it is hidden as a part of folders alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateWords:
    """What must not be in the report. `devices`: their names, of which those go that seem to name a person. `secrets`:
    keys and passwords, which never were to be in it."""

    users: frozenset[str] = frozenset()
    machines: frozenset[str] = frozenset()
    homes: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()

    def without(self, text: str) -> str:
        """`text` with none of them."""
        for device in sorted(filter(_SOMEBODYS_DEVICE.search, self.devices), key=len, reverse=True):
            text = text.replace(device, DEVICE)
        for home in sorted(self.homes, key=len, reverse=True):
            if len(home.strip("\\/:")) >= _LEAST_NAME:
                text = re.sub(_either_way(home) + r"[^\r\n]*", lambda _: HOME, text, flags=re.IGNORECASE)
        text = _SOMEBODYS.sub(lambda _: HOME, text)
        # Folders come first: a key that is a part of one would leave the rest of it unrecognised.
        text = without_secrets(text, self.secrets)
        return _replaced(_replaced(text, self.machines, MACHINE), self.users, USER)

    def all_without(self, value: Value) -> Value:
        """The same of everything in a JSON value; its keys are ours and stay."""
        if isinstance(value, str):
            return self.without(value)
        if isinstance(value, Mapping):
            return {name: self.all_without(one) for name, one in value.items()}
        if isinstance(value, Sequence):
            return [self.all_without(one) for one in value]
        return value


def _either_way(folder: str) -> str:
    """A pattern of the folder with whichever separators, doubled as in JSON, too."""
    parts = [re.escape(part) for part in re.split(r"[\\/]+", folder.rstrip("\\/"))]
    return _SEPARATOR.join(parts)


def _replaced(text: str, words: Iterable[str], shown: str) -> str:
    for word in sorted((word for word in words if len(word) >= _LEAST_NAME), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: shown, text, flags=re.IGNORECASE)
    return text
