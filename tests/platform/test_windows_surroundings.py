"""Elsewhere nothing is asked of the system. The real thing is tested natively."""

import sys

import pytest

from ionia.platform.windows_surroundings import complete_surroundings


@pytest.mark.skipif(sys.platform == "win32", reason="Windows gets what it lacks")
def test_other_systems_lack_nothing() -> None:
    environment: dict[str, str] = {}
    complete_surroundings(environment)
    assert environment == {}
