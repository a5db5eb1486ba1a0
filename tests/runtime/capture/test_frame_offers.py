"""Who takes frames, from when on, and what they begin with."""

from collections.abc import Sequence

from ionia.core.video.pacer import FrameSpan
from ionia.runtime.capture.frame_offers import FrameOffers

Spans = Sequence[FrameSpan[str]]


def span(picture: str | None, first: int, count: int = 1) -> FrameSpan[str]:
    return FrameSpan(picture=picture, first_index=first, count=count)


def shape(taken: list[Spans]) -> list[tuple[str | None, int, int]]:
    return [(one.picture, one.first_index, one.count) for spans in taken for one in spans]


def test_whoever_comes_later_begins_with_the_picture_that_is_shown() -> None:
    offers: FrameOffers[str] = FrameOffers()
    early: list[Spans] = []
    late: list[Spans] = []
    offers.add(early.append)
    offers.hand_over([span("a", 5)])
    offers.add(late.append)
    offers.hand_over([])
    offers.hand_over([span(None, 6, 2), span("b", 8)])
    offers.hand_over([span(None, 9)])
    assert shape(early) == [("a", 5, 1), (None, 6, 2), ("b", 8, 1), (None, 9, 1)]
    assert shape(late) == [("a", 6, 2), ("b", 8, 1), (None, 9, 1)]


def test_a_new_picture_is_a_beginning_like_any_other() -> None:
    offers: FrameOffers[str] = FrameOffers()
    offers.hand_over([span("a", 0)])
    late: list[Spans] = []
    offers.add(late.append)
    offers.hand_over([span("b", 1)])
    assert shape(late) == [("b", 1, 1)]


def test_who_has_left_gets_nothing() -> None:
    offers: FrameOffers[str] = FrameOffers()
    gone: list[Spans] = []
    closed: list[Spans] = []
    offers.add(gone.append)
    offers.remove(gone.append)
    offers.remove(gone.append)
    offers.add(closed.append)
    offers.hand_over([span("a", 0)])
    offers.close()
    offers.hand_over([span("b", 1)])
    assert (shape(gone), shape(closed)) == ([], [("a", 0, 1)])
