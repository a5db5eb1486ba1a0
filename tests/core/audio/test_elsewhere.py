"""Silence of what a computer plays is told when something is heard elsewhere, and not otherwise."""

from ionia.core.audio.elsewhere import ElsewhereWatch, PlayingStream
from ionia.core.warning import PlaysElsewhere, WarningCode

SECOND = 1_000_000_000
GAME = PlayingStream(program="Game", device="HDMI")


def asked_within(watch: ElsewhereWatch, begin: int, end: int, peak: float = 0.0) -> list[int]:
    """At which seconds it asks."""
    asked = []
    for second in range(begin, end):
        watch.hear(peak, second * SECOND)
        if watch.asks(second * SECOND):
            asked.append(second)
    return asked


def test_after_a_minute_of_silence_it_asks_now_and_then_and_tells_once() -> None:
    watch = ElsewhereWatch("Speakers")
    assert asked_within(watch, 0, 71) == [60, 65, 70]
    assert watch.answered([]) is None
    notice = watch.answered([GAME])
    assert notice is not None
    assert (notice.code, notice.facts) == (WarningCode.DESKTOP_SILENT, PlaysElsewhere(device="HDMI", program="Game"))
    assert notice.message == '"Speakers" has been silent for a minute, and Game plays on "HDMI".'
    assert asked_within(watch, 71, 300) == []


def test_what_is_heard_begins_another_stretch() -> None:
    watch = ElsewhereWatch("Speakers")
    assert not watch.asks(10**15)
    assert asked_within(watch, 0, 300, peak=0.01) == []
    assert asked_within(watch, 300, 360) == [359]
    watch.answered([GAME])
    heard = watch.hear(0.01, 400 * SECOND)
    assert heard is not None
    assert (heard.code, heard.message) == (WarningCode.DESKTOP_HEARD, '"Speakers" is heard again.')
    assert watch.hear(0.01, 400 * SECOND) is None
    assert asked_within(watch, 401, 461) == [460]
