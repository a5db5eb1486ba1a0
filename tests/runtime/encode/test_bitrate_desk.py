"""What a stream's wish for another bit rate comes to, and what the encoder hears of it."""

from ionia.runtime.encode.bitrate_desk import BitrateAnswer, BitrateDesk


def test_a_wish_is_followed_held_or_not_followed() -> None:
    follows = True
    desk = BitrateDesk(100, lambda: follows)
    assert (desk.taken(), desk.bitrate) == (None, 100)
    assert desk.vote("a", 60) is BitrateAnswer.FOLLOWED
    assert (desk.taken(), desk.taken(), desk.bitrate) == (60, None, 60)
    desk.hold("file")
    assert desk.vote("a", 40) is BitrateAnswer.HELD
    assert (desk.taken(), desk.bitrate) == (100, 100)
    desk.leave("file")
    follows = False  # another encoder went on
    assert desk.vote("a", 30) is BitrateAnswer.FIXED
    assert desk.bitrate == 100
