"""How many examples a property is tried with, where that isn't the usual number."""

from hypothesis import settings

_USUAL = 100
_LEAST = 5


def examples(number: int) -> settings:
    """Decorate a property with this: `number` of them in the profile that has 100, and as much less in the others."""
    return settings(max_examples=max(_LEAST, share(number)))


def share(number: int) -> int:
    """So much of what the profile that has 100 examples would do: for properties that draw their own examples."""
    return number * settings.default.max_examples // _USUAL
