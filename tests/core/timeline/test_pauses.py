from ionia.core.timeline.pauses import Pauses


def test_two_pauses_and_one_under_way() -> None:
    pauses = Pauses()
    assert (pauses.count, pauses.frames(100), pauses.paused_at) == (0, 0, None)
    pauses.pause(10)
    assert (pauses.frames(8), pauses.frames(10), pauses.frames(15), pauses.paused_at) == (0, 0, 5, 10)
    pauses.resume(20)
    pauses.resume(30)
    assert pauses.frames(90) == 10
    pauses.pause(100)
    assert (pauses.count, pauses.frames(103)) == (2, 13)


def test_one_that_is_resumed_before_its_first_frame_left_nothing_out() -> None:
    pauses = Pauses()
    pauses.pause(10)
    pauses.resume(9)
    assert (pauses.count, pauses.frames(50)) == (1, 0)
