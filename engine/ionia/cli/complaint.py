"""What a command says when it can't go on: one line on stderr, which logs keep, so without what may be secret."""

import sys

from ionia.core.errors import IoniaError
from ionia.core.redaction import redact_text


def complain(error: Exception | str) -> None:
    """Say it. Of the engine's errors with the hint, if there is one."""
    text = f"{error.message.rstrip('.')}. {error.hint}" if isinstance(error, IoniaError) else str(error)
    print(f"ionia-engine: {redact_text(text).rstrip()}", file=sys.stderr)
