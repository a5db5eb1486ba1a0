"""A driver that ends engines in the middle of a take is left alone; whatever else ends them costs nothing."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from ionia.core.codec.codec import H264
from ionia.core.media import VIDEO, EncodedPacket, PictureFormat, PixelFormat, VideoTrack, YuvPicture
from ionia.media.card_uses import FILE_NAME, FIRST_PICTURES, REMEMBERED_S, CardUses, UsedEncoder
from ionia.platform.processes import is_running, own_name

KEY = "h264_nvenc GeForce 32.0"


class Machine:
    """Engines by name; time is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now_s, self.alive = folder, 1e9, set[str]()

    def engine(self, name: str) -> CardUses:
        self.alive.add(name)
        return CardUses(self.folder, lambda: self.now_s, name, self.alive.__contains__)

    def crash(self, name: str) -> None:
        self.engine(name).begin(KEY)
        self.alive.remove(name)


class Card:
    """An encoder that gives a packet for each picture."""

    codec, follows_bitrate = "h264_nvenc", True
    takes = PictureFormat(width=64, height=48, pixels=PixelFormat.SURFACE)
    info = VideoTrack(codec=H264, extradata=b"", width=64, height=48, fps=30, bitrate=1)

    def encode(self, _: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        return self.repeat(index, keyframe=keyframe)

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        return [EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=keyframe, data=b"")]

    def hold(self, _: int) -> list[EncodedPacket]:
        return []

    def set_bitrate(self, _: int) -> None:
        pass

    def flush(self) -> list[EncodedPacket]:
        return []

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


PICTURE = YuvPicture(format=Card.takes, planes=())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_two_that_end_in_it_are_enough_for_a_week(machine: Machine) -> None:
    machine.crash("1")
    assert machine.engine("2").refused(KEY) == ""
    machine.crash("2")
    later = machine.engine("3")
    assert "its driver failed the last 2 times it was opened" in later.refused(KEY)
    assert later.refused("another driver") == ""
    machine.now_s += REMEMBERED_S
    assert later.refused(KEY) == ""


def test_one_use_that_ends_well_clears_the_driver(machine: Machine) -> None:
    machine.crash("1")
    for well in (False, True):
        engine = machine.engine("2")
        engine.begin(KEY)
        engine.end(KEY, well=well)
    machine.crash("3")
    assert machine.engine("4").refused(KEY) == ""


def test_uses_of_engines_that_run_are_no_ends_and_several_of_one_are_one(machine: Machine) -> None:
    first, second = machine.engine("1"), machine.engine("2")
    for engine in (first, first, second):
        engine.begin(KEY)
    assert (first.refused(KEY), second.refused(KEY)) == ("", "")
    machine.alive.remove("1")
    assert second.refused(KEY) == ""
    second.end(KEY, well=True)
    assert "{}" in (machine.folder / FILE_NAME).read_text()


def test_what_ends_an_engine_after_the_first_pictures_is_no_end_of_the_driver_s(machine: Machine) -> None:
    for name in ("1", "2", "3"):
        uses = machine.engine(name)
        uses.begin(KEY)
        encoder = UsedEncoder(Card(), uses, KEY)
        for index in range(FIRST_PICTURES - 1):
            encoder.repeat(index)
        assert "running" in (machine.folder / FILE_NAME).read_text()
        encoder.encode(PICTURE, FIRST_PICTURES)
        assert uses.refused(KEY) == ""  # whoever asks now comes behind what is being written
        assert (machine.folder / FILE_NAME).read_text() == "{}"
        machine.alive.remove(name)  # a power cut, in the middle of an hour
    assert machine.engine("4").refused(KEY) == ""


def test_a_take_waits_for_no_disk(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    uses, disk, written = machine.engine("1"), threading.Event(), list[str]()
    uses.begin(KEY)
    encoder = UsedEncoder(Card(), uses, KEY)
    keep = uses._keep

    def slowly(*kept: Any) -> None:
        assert disk.wait(5)
        written.append(threading.current_thread().name)
        keep(*kept)

    monkeypatch.setattr(uses, "_keep", slowly)
    for index in range(FIRST_PICTURES + 1):
        encoder.repeat(index)
    assert not written
    disk.set()
    uses.failed(KEY)  # later, and counted: what was well before it is over
    assert len(written) == 2
    assert json.loads((machine.folder / FILE_NAME).read_text()) == {KEY: {"running": [], "ends": [machine.now_s]}}


def test_a_driver_that_never_came_back_counts_once(machine: Machine) -> None:
    for name, refused in (("1", False), ("2", True)):
        uses = machine.engine(name)
        uses.begin(KEY)
        uses.failed(KEY)
        machine.alive.remove(name)
        assert bool(machine.engine(f"after {name}").refused(KEY)) == refused


def test_a_file_that_is_none_refuses_nothing(tmp_path: Path) -> None:
    for text in ("", "[1]", f'{{"{KEY}": [1]}}', f'{{"{KEY}": {{"running": 1, "ends": ["x", null]}}}}'):
        (tmp_path / FILE_NAME).write_text(text)
        uses = CardUses(tmp_path)
        assert uses.refused(KEY) == ""
        uses.begin(KEY)
        uses.end(KEY, well=True)


def test_a_process_is_known_by_its_beginning_too() -> None:
    own = own_name()
    assert is_running(own)
    assert not is_running(f"{own}9")
    assert not is_running("x")
    assert not is_running("999999999 1.0")
