"""Which window is the one that was recorded, and what is said while it is away."""

import pytest

from ionia.core.errors import ErrorKind
from ionia.core.video.window_follow import Presence, WindowIdentity, find_again, window_lost, window_refused


def _window(id_: int, application: str = "editor", title: str = "notes") -> WindowIdentity:
    return WindowIdentity(id=id_, application=application, title=title)


def test_it_is_known_by_its_id_whatever_its_title_is_now() -> None:
    present = [_window(1), _window(7, title="another")]
    assert find_again(_window(7), present) == present[1]


def test_opened_again_it_is_known_by_application_and_title() -> None:
    present = [_window(1, title="other"), _window(2, application="browser"), _window(3), _window(4)]
    assert find_again(_window(7), present) == present[2]


def test_an_id_that_another_application_has_now_is_not_it() -> None:
    assert find_again(_window(7), [_window(7, application="browser")]) is None


@pytest.mark.parametrize("present", [[], [_window(1, title="other")], [_window(1, application="browser")]])
def test_nothing_else_is_taken_for_it(present: list[WindowIdentity]) -> None:
    assert find_again(_window(7), present) is None


def test_a_new_window_of_its_kind_is_its_next_one_whatever_its_title() -> None:
    round_1, round_2 = _of_kind(7, "round 1"), _of_kind(9, "round 2")
    assert find_again(round_1, [_of_kind(8, "chat"), round_2], beside={8}) == round_2
    assert find_again(round_1, [_of_kind(8, "chat"), round_2]) is None  # which of the two?
    assert find_again(round_1, [_of_kind(8, "chat")], beside={8}) is None
    assert find_again(round_1, [WindowIdentity(id=9, application="other", title="", kind="game")]) is None
    assert find_again(_window(7), [_window(9, title="other")]) is None  # no kind, as on X11


def test_an_id_that_another_kind_has_now_is_not_it() -> None:
    assert find_again(_of_kind(7, "a"), [WindowIdentity(id=7, application="game", title="b", kind="dialog")]) is None


def _of_kind(id_: int, title: str) -> WindowIdentity:
    return WindowIdentity(id=id_, application="game", title=title, kind="game")


def test_windows_without_names_are_known_by_id_alone() -> None:
    nameless = _window(7, application="", title="")
    assert find_again(nameless, [_window(8, application="", title="")]) is None
    assert find_again(nameless, [nameless]) == nameless


@pytest.mark.parametrize(
    ("presence", "code", "words"),
    [(Presence.HIDDEN, "window_hidden", "hidden or minimised"), (Presence.CLOSED, "window_closed", "closed")],
)
def test_each_way_to_be_away_has_its_code_and_words(presence: Presence, code: str, words: str) -> None:
    lost = window_lost(presence, "notes")
    assert (lost.code, lost.retry_at_once) == (code, False)
    assert '"notes"' in lost.message
    assert words in lost.message
    assert '"' not in window_lost(presence, "").message


@pytest.mark.parametrize("presence", [Presence.HIDDEN, Presence.CLOSED])
def test_a_start_is_refused_with_what_to_do(presence: Presence) -> None:
    refused = window_refused(presence, "notes", "x11-window:0x7")
    assert refused.kind is ErrorKind.CAPTURE_UNAVAILABLE
    assert refused.hint
    assert "notes" in refused.message or "x11-window:0x7" in refused.message
