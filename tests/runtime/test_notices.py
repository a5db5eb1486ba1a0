"""What a shared thing tells: to everyone who is there, what still holds to who comes later, one failure once."""

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.warning import WarningCode
from ionia.runtime.notices import Listener, Notices


class Ears(Listener):
    def __init__(self) -> None:
        self.warned: list[str] = []
        self.failures: list[IoniaError] = []
        super().__init__(lambda code, message, facts=None: self.warned.append(message), self.failures.append)


def test_early_warnings_are_repeated_and_later_ones_are_not() -> None:
    notices, one, two = Notices(), Ears(), Ears()
    notices.warn(WarningCode.ENCODER_FALLBACK, "early")
    notices.listen(one)
    notices.settle()
    notices.warn(WarningCode.STALLED, "later")
    notices.listen(two)
    notices.unlisten(one)
    notices.unlisten(one)
    notices.warn(WarningCode.STALLED, "last")
    assert one.warned == ["early", "later"]
    assert two.warned == ["early", "last"]


def test_the_first_failure_is_told_once_with_its_cause_and_to_late_ones_too() -> None:
    notices, one, two = Notices(), Ears(), Ears()
    notices.listen(one)
    cause = ZeroDivisionError()
    notices.fail(cause)
    notices.fail(IoniaError(ErrorKind.INTERNAL, "a second one"))
    notices.listen(two)
    assert notices.failed
    for ears in (one, two):
        assert [failure.kind for failure in ears.failures] == [ErrorKind.INTERNAL]
        assert ears.failures[0].__cause__ is cause


def test_who_joins_a_device_later_hears_what_still_holds_and_nothing_of_its_past() -> None:
    notices, one, two = Notices(), Ears(), Ears()
    notices.warn(WarningCode.AUDIO_STREAM_RESTORED, "put right")
    notices.listen(one)
    notices.settle(forget=True)
    notices.warn(WarningCode.AUDIO_DEVICE_MUTED, "muted")
    notices.warn(WarningCode.AUDIO_DEVICE_AUDIBLE, "back")
    notices.warn(WarningCode.AUDIO_DEVICE_QUIET, "quiet")
    notices.listen(two)
    assert one.warned == ["put right", "muted", "back", "quiet"]
    assert two.warned == ["quiet"]


def test_what_was_early_and_still_holds_is_told_once() -> None:
    notices, ears = Notices(), Ears()
    notices.warn(WarningCode.AUDIO_DEVICE_MUTED, "muted")
    notices.listen(ears)
    assert ears.warned == ["muted"]
