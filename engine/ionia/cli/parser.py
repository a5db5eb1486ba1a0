"""Arguments that say what is wrong with them without repeating a stream key that stands in the wrong place."""

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from ionia.core.redaction import MASK, redact_text

_VALUE_OF_A_SWITCH = re.compile(r"(?<=ignored explicit argument ).*")
"""What argparse says of `--ask-key=KEY`."""


class Parser(argparse.ArgumentParser):
    """argparse's, for this command and all below it. Logs keep what a command says in the end."""

    def error(self, message: str) -> NoReturn:
        """As argparse's, without what may be secret."""
        super().error(_VALUE_OF_A_SWITCH.sub(MASK, redact_text(message)))

    def parse_all(self, arguments: Sequence[str]) -> argparse.Namespace:
        """As `parse_args`; of what is left over only the names of options are shown."""
        options, extra = self.parse_known_args(arguments)
        if extra:
            several = any("://" in one for one in extra)
            hint = "; several addresses stand side by side, with no option between them" if several else ""
            self.error(f"unrecognized arguments: {' '.join(_shown(one) for one in extra)}{hint}")
        return options


def _shown(argument: str) -> str:
    name, equals, _ = argument.partition("=")
    if not name.startswith("--"):
        return redact_text(argument) if "://" in argument else MASK
    return f"{name}={MASK}" if equals else name
