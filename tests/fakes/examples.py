"""How many examples a property is tried with, where that isn't the usual number, and what texts consist of."""

from hypothesis import settings
from hypothesis import strategies as st

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""What `st.text()` draws from, all that UTF-8 can say, without trying each of a million in the first run of a clone."""

_USUAL = 100
_LEAST = 5


def examples(number: int) -> settings:
    """Decorate a property with this: `number` of them in the profile that has 100, and as much less in the others."""
    return settings(max_examples=max(_LEAST, share(number)))


def share(number: int) -> int:
    """So much of what the profile that has 100 examples would do: for properties that draw their own examples."""
    return number * settings.default.max_examples // _USUAL
