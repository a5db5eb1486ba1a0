"""Which frames nobody needs, and which are to be keyframes."""

from ionia.core.video.encode_wishes import EncodeWishes


def test_a_keyframe_is_given_once_and_a_later_wish_waits() -> None:
    wishes = EncodeWishes()
    wishes.ask_keyframe(3)
    wishes.ask_keyframe(9)
    assert [wishes.take_keyframe(index) for index in (2, 5, 6, 9, 10)] == [False, True, False, True, False]


def test_an_encoder_rests_while_all_do_and_everything_was_given() -> None:
    wishes = EncodeWishes()
    wishes.rest("a", 5)
    wishes.rest("b", 8)
    assert [wishes.all_rest(index, 2) for index in (5, 7, 8)] == [False, False, True]
    assert not wishes.all_rest(8, 3)
    assert not EncodeWishes().all_rest(8, 0)  # nobody is there, nobody rests
    assert not wishes.needless(8, 2, fed=7, given=6, shown=6)  # frame 7 is still to come out of it
    assert wishes.needless(8, 2, fed=7, given=7, shown=7)
    assert wishes.needless(9, 2, fed=8, given=7, shown=7)  # frame 8 is nobody's
    assert not wishes.needless(12, 2, fed=11, given=8, shown=10)  # B-frame 9, before one that is in the file, is not
    assert wishes.needless(13, 2, fed=12, given=9, shown=10)
    wishes.ask_keyframe(9)
    assert not wishes.needless(9, 2, fed=8, given=8, shown=8)
    wishes.wake("b")
    wishes.wake("b")
    assert not wishes.all_rest(9, 2)
