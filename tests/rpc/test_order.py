"""Who waits for whom within one session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.rpc.order import SessionOrder
from ionia.rpc.schema import Role

ROLES = {"init": Role.SETTLE, "start": Role.SETTLE, "stop": Role.DRAIN, "dispose": Role.DRAIN, "get": Role.QUERY}
ROLES |= {"show": Role.CHANGE, "mute": Role.SOUND}
COMMANDS = ("init", "start", "stop", "dispose", "show")


@pytest.mark.parametrize(
    "transcript",
    [
        # calls sent in order -> those that run at once; then what each end releases
        "init start -> init | init: start",
        "stop get -> stop get",
        "dispose get get -> dispose get | get: get",
        "get stop -> get | get: stop",
        "start get -> start | start: get",
        "stop start get -> stop | stop: start | start: get",
        "start stop get -> start | start: stop get",
        "stop get start -> stop get | stop: | get: start",
        "stop get start -> stop get | get: | stop: start",
        "get get start -> get | get: get | get: start",
        "show mute get show stop -> show mute get | mute: | get: | show: show | show: stop",
        "show show mute mute -> show mute | mute: mute | mute: | show: show",
        "start mute stop -> start | start: mute | mute: stop",
        "stop mute -> stop | stop: mute",
        "get mute -> get | get: mute",
    ],
)
def test_transcripts(transcript: str) -> None:
    sent, _, rest = transcript.partition(" -> ")
    at_once, *ends = rest.split("|")
    order: SessionOrder[tuple[int, str]] = SessionOrder()
    running: list[tuple[int, str]] = []
    for number, word in enumerate(sent.split()):
        running += order.submit((number, word), ROLES[word])
    assert [word for _, word in running] == at_once.split()
    for end in ends:
        ended, _, released = end.strip().partition(":")
        done = next(item for item in running if item[1] == ended)
        running.remove(done)
        found = order.finish(done)
        running += found
        assert [word for _, word in found] == released.split()


def test_waiting_calls_can_be_withdrawn() -> None:
    order: SessionOrder[str] = SessionOrder()
    assert order.submit("stop", Role.DRAIN) == ["stop"]
    assert order.submit("start", Role.SETTLE) == []
    assert order.submit("get", Role.QUERY) == []
    assert order.withdraw() == ["start", "get"]
    assert len(order) == 1
    assert order.finish("stop") == []
    assert len(order) == 0


@given(st.lists(st.tuples(st.sampled_from(sorted(ROLES)), st.integers(0, 3)), max_size=30))
def test_everything_runs_once_and_one_of_each_at_most_at_once(steps: list[tuple[str, int]]) -> None:
    order: SessionOrder[tuple[int, str]] = SessionOrder()
    running: list[tuple[int, str]] = []
    begun: list[tuple[int, str]] = []

    def take(ready: list[tuple[int, str]]) -> None:
        running.extend(ready)
        begun.extend(ready)
        for words in (("get",), ("mute",), COMMANDS):
            assert sum(word in words for _, word in running) <= 1

    sent = [(number, word) for number, (word, _) in enumerate(steps)]
    for item, (word, ends) in zip(sent, steps, strict=True):
        take(order.submit(item, ROLES[word]))
        for _ in range(min(ends, len(running))):
            take(order.finish(running.pop(0)))
    while running:
        take(order.finish(running.pop()))
    assert sorted(begun) == sent
    for words in (("get",), ("mute",), COMMANDS):
        assert [item for item in begun if item[1] in words] == [item for item in sent if item[1] in words]
