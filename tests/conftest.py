"""What holds for every test.

The log of the user who runs them isn't written to. What Python compiles is kept, also where the environment says
otherwise: the suite starts hundreds of engines and senders, and each would compile all its modules anew. No property
fails because the machine was slow. While tests are collected nothing becomes garbage that would be worth a search.
"""

import gc
import os
import sys
from collections.abc import Iterator

gc.disable()  # until pytest_collection_finish: a third of what starting and collecting cost, in each worker
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False  # before Hypothesis: a plugin's whole package is rewritten as tests are, for seconds

import pytest  # noqa: E402 - above
from hypothesis import HealthCheck, settings  # noqa: E402 - above

from ionia.rpc.log_file import FOLDER_VARIABLE  # noqa: E402 - above

os.environ.setdefault(FOLDER_VARIABLE, "")

settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=20)
settings.register_profile("brief", settings.get_profile("thorough"), max_examples=10)
settings.load_profile("quick")  # pytest's --hypothesis-profile chooses another


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A test that hangs is ended by a signal (pyproject.toml), which Windows hasn't: by a thread there."""
    if sys.platform == "win32":
        config.option.timeout_method = "thread"


def pytest_collection_finish() -> None:
    """What is there now stays until the end: no search for garbage needs to look at it."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _priority_is_left_alone() -> Iterator[None]:
    """Whoever runs before all else of the machine, and what is started then, makes other tests fail (decision 0436)."""
    yield
    if sys.platform == "linux" and os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        pytest.fail("this test's thread runs before all else now")
