"""What a server's error says, in the words of `FailureCode`. Servers agree on the form and on little else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ionia.core.live.failure_code import FailureCode
from ionia.core.rtmp.amf0 import Amf

_REDIRECTED = re.compile(r"redirect|\b30[1278]\b", re.IGNORECASE)
_IN_USE = re.compile(r"already|in use|busy|duplicate", re.IGNORECASE)
_LOGIN = re.compile(r"authmod=|need auth|authfailed|nosuchuser", re.IGNORECASE)
_KEY = re.compile(
    r"BadName|Denied|Rejected|InvalidApp|Unauthorized|not authorized|invalid (stream )?key", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The information object of an answer. What a server says may repeat the key, so nothing of it is in the repr."""

    level: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    redirect: str = field(default="", repr=False)

    @property
    def words(self) -> str:
        """Code and description; may hold the key."""
        return f"{self.code}: {self.description}"


def status_of(values: Sequence[Amf]) -> Status:
    """The last information object among an answer's values; empty if there is none."""
    found = next((value for value in reversed(values) if isinstance(value, Mapping)), {})
    more = found.get("ex")
    inner = more if isinstance(more, Mapping) else {}
    return Status(
        level=_text(found.get("level")),
        code=_text(found.get("code")),
        description=_text(found.get("description")),
        redirect=_text(inner.get("redirect")),
    )


def failure_of(status: Status, *, published: bool) -> FailureCode:
    """Why the server refuses. `published`: it had taken the stream; then the key is meant only if it says so."""
    words = f"{status.code} {status.description}"
    if status.redirect or _REDIRECTED.search(words):
        return FailureCode.REDIRECTED
    if _IN_USE.search(words):
        return FailureCode.IN_USE
    if _LOGIN.search(words):
        return FailureCode.LOGIN
    if published and not _KEY.search(words):
        return FailureCode.RESET
    return FailureCode.REJECTED


def _text(value: Amf) -> str:
    return value if isinstance(value, str) else ""
