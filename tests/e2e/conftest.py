"""What tests of the whole engine have in common."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.engine_process import EngineProcess
from tests.fakes.small_disk import mounted_disk


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    """The engine from its sources. It must still be there after the test."""
    with EngineProcess() as process:
        yield process
        assert process.process.poll() is None


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """For servers and relays that a test opens as it goes."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """The folder of a disk of 0.9 MB: less than a recording would set aside for itself and then fill for a minute."""
    with mounted_disk(900) as folder:
        yield folder
