"""What a sound source has to tell: the one value that goes from a device's watcher to `session.warning`."""

from dataclasses import dataclass

from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundNotice:
    """One thing about a device that people must know while they record.

    `message` is one line, `hint` what to do about it or empty: then nothing is wrong that anybody could mend.
    """

    code: WarningCode
    message: str
    hint: str = ""
    facts: WarningFacts = NO_FACTS

    @property
    def text(self) -> str:
        """Message and hint as one line."""
        return f"{self.message} {self.hint}".rstrip()
