"""failure_code: words for people, one kind for programs."""

from ionia.core.failure import LiveKind
from ionia.core.live.failure_code import FailureCode


def test_reasons_are_short_and_hints_are_sentences() -> None:
    for code in FailureCode:
        reason, hint = code.value.reason, code.value.hint
        assert 10 < len(reason) < 100
        assert not reason.endswith(".")
        assert hint == "" or (hint.endswith(".") and hint[0].isupper())
        assert (reason + hint).isprintable()


def test_no_two_are_told_alike_and_what_the_user_must_do_is_said() -> None:
    assert len({code.value.reason for code in FailureCode}) == len(FailureCode.__members__) == len(FailureCode)
    for code in FailureCode:
        if code.value.kind in (LiveKind.CERTIFICATE, LiveKind.KEY_REJECTED, LiveKind.UNSUPPORTED, LiveKind.REDIRECTED):
            assert code.value.hint, code


def test_every_kind_has_a_cause() -> None:
    assert {code.value.kind for code in FailureCode} == set(LiveKind)
