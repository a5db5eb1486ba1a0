"""One sequence of frames out of two sources, whatever the order in which they deliver."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.handover import Handover
from ionia.core.video.pacer import FrameSpan

Frame = tuple[str | None, int, int]


def spans(*frames: Frame) -> list[FrameSpan[str]]:
    return [FrameSpan(picture=picture, first_index=first, count=count) for picture, first, count in frames]


def told(taken: list[FrameSpan[str]]) -> list[Frame]:
    return [(span.picture, span.first_index, span.count) for span in taken]


def test_the_old_source_goes_on_until_the_new_one_begins() -> None:
    handover = Handover[str]("old")
    assert told(handover.take("old", spans(("a", 7, 1)))) == [("a", 7, 1)]
    handover.expect("new")
    assert told(handover.take("old", spans((None, 8, 1)))) == [(None, 8, 1)]
    assert told(handover.take("new", spans(("b", 9, 1)))) == [("b", 9, 1)]
    assert told(handover.take("old", spans(("c", 9, 1), ("c", 10, 1)))) == []
    assert told(handover.take("new", spans((None, 10, 2)))) == [(None, 10, 2)]


def test_a_picture_of_a_frame_that_was_shown_already_comes_with_the_next_one() -> None:
    handover = Handover[str]("old")
    handover.expect("new")
    assert told(handover.take("old", spans(("a", 3, 2)))) == [("a", 3, 2)]
    assert told(handover.take("new", spans(("b", 4, 1)))) == []
    assert told(handover.take("old", spans(("c", 5, 1)))) == []
    assert told(handover.take("new", spans((None, 5, 1)))) == [("b", 5, 1)]
    assert told(handover.take("new", spans((None, 6, 1)))) == [(None, 6, 1)]


def test_a_span_that_overlaps_is_cut() -> None:
    handover = Handover[str]("old")
    handover.take("old", spans(("a", 0, 5)))
    handover.expect("new")
    assert told(handover.take("new", spans(("b", 3, 4)))) == [("b", 5, 2)]


def test_what_lies_between_is_filled_and_holes_of_one_source_stay() -> None:
    handover = Handover[str]("old")
    handover.take("old", spans(("a", 0, 2)))
    handover.expect("new")
    assert told(handover.take("new", spans(("b", 5, 1)))) == [(None, 2, 3), ("b", 5, 1)]
    assert told(handover.take("new", spans(("c", 9, 1)))) == [("c", 9, 1)]


def test_a_source_that_is_given_up_before_it_began_is_not_waited_for() -> None:
    handover = Handover[str]("old")
    handover.take("old", spans(("a", 0, 1)))
    handover.expect("never")
    handover.expect("new")
    assert told(handover.take("old", spans((None, 1, 1)))) == [(None, 1, 1)]
    assert told(handover.take("new", spans(("b", 2, 1)))) == [("b", 2, 1)]


@given(
    old=st.integers(1, 20),
    begins=st.integers(0, 25),
    both=st.integers(0, 5),
    new=st.integers(1, 20),
    first=st.booleans(),
)
def test_every_index_comes_once_and_the_new_picture_is_the_last(
    old: int, begins: int, both: int, new: int, first: bool
) -> None:
    handover = Handover[str]("old")
    got = [span for index in range(old) for span in handover.take("old", spans((f"old {index}", index, 1)))]
    handover.expect("new")
    old_next = old
    for step in range(new):
        index = begins + step
        pairs = [("new", spans((f"new {begins}" if step == 0 else None, index, 1)))]
        if step < both and index == old_next:
            pairs.insert(0 if first else 1, ("old", spans((f"old {index}", index, 1))))
            old_next += 1
        for source, frames in pairs:
            got += handover.take(source, frames)
    indexes = [index for span in got for index in range(span.first_index, span.first_index + span.count)]
    assert indexes == list(range(max(old, begins + new)))
    if begins + new > old_next:
        shown = [span.picture for span in got if span.picture is not None]
        assert shown[-1] == f"new {begins}"
