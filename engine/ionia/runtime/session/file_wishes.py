"""What a recording's files are to be, and whom it tells what."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ionia.core.errors import IoniaError
from ionia.core.events import FinishedFile
from ionia.core.ports import FileSink
from ionia.core.timeline.end_watch import EndRule
from ionia.core.timeline.split_watch import SplitRule
from ionia.core.warning import Warn
from ionia.sinks.sidecar import Sidecar


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWishes:
    """What a recording's files are to be. `make_sink`: the sink of a file by its number from 0; raises IoniaError.

    `bytes_per_second`: the most that is written. `usual_bytes_per_second`: what is expected where that differs."""

    make_sink: Callable[[int], FileSink]
    bytes_per_second: float
    usual_bytes_per_second: float | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    split: SplitRule = field(default_factory=SplitRule)
    end: EndRule = field(default_factory=EndRule)
    make_sidecar: Callable[[str], Sidecar] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTellers:
    """Whom a recording tells what. `later` runs a task soon on a thread that may wait for the disk."""

    warn: Warn
    fail: Callable[[IoniaError], None]
    changed: Callable[[FinishedFile, str], None] = lambda _finished, _next: None
    end: Callable[[str, int], None] = lambda _why, _index: None
    later: Callable[[Callable[[], None]], None] = lambda _: None
