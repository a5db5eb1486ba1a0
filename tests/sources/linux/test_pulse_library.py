"""Which libpulse is loaded when something else of that name is in the way."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionia.sources.linux.pulse_declarations import DECLARATIONS
from ionia.sources.linux.pulse_library import FUNCTIONS, LIBRARY, PulseLibrary, load, system_libraries
from tests.fakes.engine_process import EngineProcess
from tests.fakes.pulse import PulseServer, pulse_missing

pytestmark = [pytest.mark.pulse, pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed")]


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A shared library that loads and is something else."""
    mapped = (line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines())
    libm = next(path for path in mapped if Path(path).name.startswith("libm.so"))
    return Path(shutil.copy(libm, tmp_path / LIBRARY))


@pytest.fixture
def server() -> Iterator[PulseServer]:
    with PulseServer() as server:
        yield server


def test_every_function_of_the_declarations_is_looked_for() -> None:
    statements = [each for each in DECLARATIONS.split(";") if "(" in each and "typedef" not in each]
    assert len(FUNCTIONS) == len(statements)
    assert all(name in FUNCTIONS for name in ("pa_rtclock_now", "pa_context_subscribe", "pa_stream_get_timing_info"))


def test_a_library_that_lacks_a_function_is_none(foreign: Path) -> None:
    with pytest.raises(OSError, match="has no pa_rtclock_now"):
        PulseLibrary(str(foreign))


def test_the_systems_library_is_taken_where_a_foreign_one_is_in_the_way(foreign: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"not a library")
    for first in (foreign, broken):
        assert load(str(first), [str(broken), *system_libraries()]).lib.pa_rtclock_now() > 0


def test_the_first_reason_is_told_where_none_is_whole(foreign: Path) -> None:
    with pytest.raises(OSError, match="has no pa_"):
        load(str(foreign), [str(foreign.with_name("absent"))])


def test_an_engine_started_with_a_foreign_library_has_its_devices(foreign: Path, server: PulseServer) -> None:
    with EngineProcess({**server.environment, "LD_LIBRARY_PATH": str(foreign.parent)}) as engine:
        devices = engine.call("engine.devices")
        assert [device["id"] for device in devices["desktopAudio"]] == ["speaker"]
        assert "LD_LIBRARY_PATH" in engine.stderr
