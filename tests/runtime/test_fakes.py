"""A fake has what its port promises, called as the port says: else a test of who uses it proves nothing."""

import inspect
from typing import Any

import pytest

from ionia.core.ports import AudioEncoder, AudioSource, FileSink, PictureConverter, ScreenSource, VideoEncoder
from ionia.core.service import EngineService
from ionia.runtime.backends import Sender
from ionia.runtime.session.origin import Holder
from tests.fakes.backends import FakeSender
from tests.fakes.engine_service import FakeEngineService
from tests.fakes.media import FakeAudioEncoder, FakeConverter, FakeFile, FakeScreen, FakeSound, FakeVideoEncoder
from tests.simulation.recorder import MemoryFile
from tests.simulation.replay import Replay

FAKES = (
    (EngineService, FakeEngineService),
    (ScreenSource, FakeScreen),
    (AudioSource, FakeSound),
    (PictureConverter, FakeConverter),
    (VideoEncoder, FakeVideoEncoder),
    (AudioEncoder, FakeAudioEncoder),
    (Sender, FakeSender),
    (FileSink, FakeFile),
    (FileSink, MemoryFile),
    (Holder, Replay),
)


def parameters(call: Any) -> list[tuple[str, Any, bool]]:
    """Their names, how they are given, and whether they may be left out."""
    found = inspect.signature(call).parameters.values()
    return [(one.name, one.kind, one.default is not one.empty) for one in found]


@pytest.mark.parametrize(("port", "fake"), FAKES, ids=lambda one: one.__name__)
def test_a_fake_has_what_its_port_promises(port: type, fake: type) -> None:
    promised = {name: member for base in port.__mro__ for name, member in vars(base).items() if name[0] != "_"}
    assert promised
    there = {name: getattr(fake, name, None) for name in promised}
    calls = {name: member for name, member in promised.items() if inspect.isfunction(member)}
    assert [name for name in calls if not callable(there[name])] == []
    assert {name: parameters(there[name]) for name in calls} == {name: parameters(calls[name]) for name in calls}
    values = {
        *promised.keys() - calls.keys(),
        *(name for base in port.__mro__ for name in inspect.get_annotations(base)),
    }
    source = inspect.getsource(fake)
    assert [name for name in values if name[0] != "_" and there.get(name) is None and name not in source] == []
