"""refusals: what was before tells a wrong key from a server that still holds the stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.failure import LiveFailure, LiveKind
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.refusals import HELD, Refusals, Verdict, without_key

S = 1_000_000_000
REJECTED, HUNG_UP = FailureCode.REJECTED.value, FailureCode.HUNG_UP.value
RESET, REFUSED = FailureCode.RESET.value, FailureCode.REFUSED.value
INSTANTS = st.sampled_from([None, 0, 3 * S, 200 * S])


def never_good(refusals: Refusals, failure: LiveFailure, lasted: float | None = None) -> Verdict:
    return refusals.judge(failure, lasted_ns=None if lasted is None else round(lasted * S), since_good_ns=None)


@pytest.mark.parametrize(
    "code", [FailureCode.REJECTED, FailureCode.LOGIN, FailureCode.REDIRECTED, FailureCode.NOT_RTMP, FailureCode.EXPIRED]
)
def test_what_only_the_user_can_mend_ends_at_the_third_time(code: FailureCode) -> None:
    refusals = Refusals(retry=False)
    assert [never_good(refusals, code.value) for _ in range(3)] == [
        Verdict(failure=code.value, least_wait_ns=4 * S),
        Verdict(failure=code.value, least_wait_ns=10 * S),
        Verdict(failure=code.value, final=True),
    ]


@pytest.mark.parametrize(("failure", "lasted"), [(HUNG_UP, None), (RESET, 1.9), (RESET, None)])
def test_hanging_up_at_once_three_times_is_a_rejected_key(failure: LiveFailure, lasted: float | None) -> None:
    refusals = Refusals(retry=False)
    first, second, third = (never_good(refusals, failure, lasted) for _ in range(3))
    assert (first, second) == (Verdict(failure=failure), Verdict(failure=failure, least_wait_ns=4 * S))
    assert (third.final, third.failure.kind) == (True, LiveKind.KEY_REJECTED)
    assert third.failure.hint


@pytest.mark.parametrize(
    ("failure", "lasted"),
    [
        (RESET, 2.0),
        (REFUSED, None),
        (FailureCode.TIMEOUT.value, None),
        (FailureCode.NO_ROOM.value, 0.1),
    ],
)
def test_what_the_network_does_is_no_refusal_and_ends_the_row(failure: LiveFailure, lasted: float | None) -> None:
    refusals = Refusals(retry=False)
    for _ in range(5):
        never_good(refusals, REJECTED)
        assert never_good(refusals, failure, lasted) == Verdict(failure=failure)


def test_in_use_is_waited_out() -> None:
    refusals = Refusals(retry=False)
    for _ in range(10):
        told = never_good(refusals, FailureCode.IN_USE.value)
        assert told == Verdict(failure=FailureCode.IN_USE.value, least_wait_ns=3 * S)


def test_a_key_that_worked_is_held_for_two_minutes_and_wrong_after_that() -> None:
    refusals = Refusals(retry=False)

    def judge(failure: LiveFailure, since: float) -> Verdict:
        return refusals.judge(failure, lasted_ns=None, since_good_ns=round(since * S))

    assert judge(REJECTED, 0) == judge(REJECTED, 119.9) == Verdict(failure=HELD, least_wait_ns=3 * S)
    assert judge(HUNG_UP, 10) == Verdict(failure=HUNG_UP)
    assert judge(HUNG_UP, 11) == Verdict(failure=HELD, least_wait_ns=3 * S)
    assert judge(FailureCode.NOT_RTMP.value, 11) == Verdict(failure=FailureCode.NOT_RTMP.value, least_wait_ns=4 * S)
    refusals.reset()
    assert [judge(REJECTED, since).final for since in (120, 124, 134)] == [False, False, True]


def test_a_stream_that_was_good_is_ended_by_plain_words_alone() -> None:
    refusals = Refusals(retry=False)
    for code in (FailureCode.HUNG_UP, FailureCode.EXPIRED, FailureCode.NOT_RTMP):
        for _ in range(5):
            assert not refusals.judge(code.value, lasted_ns=None, since_good_ns=600 * S).final


@given(st.lists(st.sampled_from(list(FailureCode))), INSTANTS, INSTANTS)
def test_who_wants_to_try_for_ever_does(codes: list[FailureCode], lasted: int | None, since: int | None) -> None:
    refusals = Refusals(retry=True)
    for code in codes:
        told = refusals.judge(code.value, lasted_ns=lasted, since_good_ns=since)
        assert not told.final
        assert 0 <= told.least_wait_ns <= 30 * S


def test_an_address_without_a_key_says_so() -> None:
    assert "no stream key" in without_key(REJECTED).hint
    assert without_key(REJECTED).kind is REJECTED.kind
