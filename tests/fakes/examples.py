"""How many examples a property is tried with, where that isn't the usual number."""

from hypothesis import settings

_USUAL = 100
_LEAST = 5


def examples(number: int) -> settings:
    """Decorate a property with this: `number` of them in the profile that has 100, and as much less in the others."""
    return settings(max_examples=max(_LEAST, number * settings.default.max_examples // _USUAL))
