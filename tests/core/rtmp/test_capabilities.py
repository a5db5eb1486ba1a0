"""capabilities: what is asked of a server for a codec, and what its answer is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.rtmp.amf0 import Amf
from ionia.core.rtmp.capabilities import Promise, asked, promise_of, takes_several_sounds
from tests.fakes.examples import CHARACTERS


def test_a_stream_of_h264_asks_for_nothing_and_needs_no_promise() -> None:
    assert asked("") == {}
    assert promise_of([{"fourCcList": ["hvc1"]}], "") is Promise.GIVEN


def test_what_is_asked() -> None:
    assert asked("av01") == {"fourCcList": ["av01"], "videoFourCcInfoMap": {"av01": 2.0}}
    assert asked("", "mp4a") == {"fourCcList": ["mp4a"], "audioFourCcInfoMap": {"mp4a": 2.0}, "capsEx": 2.0}
    assert asked("hvc1", "mp4a")["fourCcList"] == ["hvc1", "mp4a"]


@pytest.mark.parametrize(
    ("flags", "takes"),
    [(2.0, True), (15.0, True), (13.0, False), (0.0, False), (None, False), ("2", False), (-2.0, False)],
)
def test_several_sounds_are_for_servers_that_say_so(flags: Amf, takes: bool) -> None:
    assert takes_several_sounds([{"fmsVer": "FMS/3,0"}, {"capsEx": flags}]) is takes
    assert not takes_several_sounds([float("nan"), {}])
    assert not takes_several_sounds([{"capsEx": float("nan")}, {"capsEx": float("inf")}])


@pytest.mark.parametrize(
    ("told", "promise"),
    [
        ({}, Promise.NOTHING),
        ({"fourCcList": "hvc1"}, Promise.NOTHING),
        ({"fourCcList": ["av01", "hvc1"]}, Promise.GIVEN),
        ({"fourCcList": ["*"]}, Promise.GIVEN),
        ({"fourCcList": ["av01", 7.0]}, Promise.REFUSED),
        ({"fourCcList": []}, Promise.REFUSED),
        ({"videoFourCcInfoMap": {"hvc1": 5.0}}, Promise.GIVEN),
        ({"videoFourCcInfoMap": {"*": 4.0}}, Promise.GIVEN),
        ({"videoFourCcInfoMap": {"hvc1": 0.0, "av01": 1.0}}, Promise.REFUSED),
        ({"videoFourCcInfoMap": {"av01": 1.0}, "fourCcList": ["hvc1"]}, Promise.GIVEN),
    ],
)
def test_what_a_server_says_of_hevc(told: dict[str, Amf], promise: Promise) -> None:
    assert promise_of([{"fmsVer": "FMS/3,0"}, told], "hvc1") is promise
    assert promise_of([told, {"code": "NetConnection.Connect.Success"}], "hvc1") is promise


_VALUES: st.SearchStrategy[Amf] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(CHARACTERS, max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS, max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(_VALUES, max_size=3), _VALUES, _VALUES)
def test_anything_may_be_told(values: list[Amf], names: Amf, by_name: Amf) -> None:
    assert promise_of(values, "hvc1") is Promise.NOTHING
    told = promise_of([*values, {"fourCcList": names, "videoFourCcInfoMap": by_name}], "hvc1")
    lists = isinstance(names, list) or isinstance(by_name, dict)
    assert (told is Promise.NOTHING) == (not lists)
