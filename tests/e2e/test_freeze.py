"""The engine can be frozen. What the tests of the frozen engine take minutes for is made here, where nothing else waits
in real time (`build/dev.py test`)."""

import pytest

from tests.fakes.frozen_engine import freeze
from tests.fakes.windows_rig import WindowsRig, windows_rig

__all__ = ["windows_rig"]  # a fixture


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("system", [pytest.param("windows", marks=pytest.mark.wine), "linux"])
def test_the_engine_is_frozen(system: str, request: pytest.FixtureRequest) -> None:
    rig: WindowsRig | None = request.getfixturevalue("windows_rig") if system == "windows" else None
    assert freeze(system, rig).program.exists()
