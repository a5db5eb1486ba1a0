"""answers: what servers say, and what is made of it."""

import pytest

from ionia.core.live.failure_code import FailureCode
from ionia.core.rtmp.answers import Status, failure_of, status_of


def test_the_information_object() -> None:
    said = {"level": "error", "code": "C", "description": "D", "ex": {"code": 302.0, "redirect": "rtmp://h/app"}}
    assert status_of([None, said]) == Status(level="error", code="C", description="D", redirect="rtmp://h/app")
    assert status_of([said, None, "words"]).words == "C: D"
    assert status_of([None]) == status_of([{"level": 3.0, "ex": "no object"}]) == Status()


@pytest.mark.parametrize(
    ("code", "description", "before", "after"),
    [
        ("NetStream.Publish.BadName", "", FailureCode.REJECTED, FailureCode.REJECTED),
        ("NetStream.Publish.BadName", "Already publishing", FailureCode.IN_USE, FailureCode.IN_USE),
        ("NetStream.Publish.Denied", "", FailureCode.REJECTED, FailureCode.REJECTED),
        ("NetConnection.Connect.Rejected", "code=302", FailureCode.REDIRECTED, FailureCode.REDIRECTED),
        ("NetConnection.Connect.Rejected", "[ code=403 need auth ]", FailureCode.LOGIN, FailureCode.LOGIN),
        ("NetConnection.Connect.InvalidApp", "", FailureCode.REJECTED, FailureCode.REJECTED),
        ("NetStream.Failed", "internal", FailureCode.REJECTED, FailureCode.RESET),
        ("", "", FailureCode.REJECTED, FailureCode.RESET),
    ],
)
def test_why_it_refuses(code: str, description: str, before: FailureCode, after: FailureCode) -> None:
    status = Status(level="error", code=code, description=description)
    assert failure_of(status, published=False) is before
    assert failure_of(status, published=True) is after


def test_a_redirection_needs_no_words() -> None:
    assert failure_of(Status(redirect="rtmp://h/app"), published=False) is FailureCode.REDIRECTED


def test_a_status_does_not_show_what_a_server_says() -> None:
    assert "SeCrEt" not in repr(Status(level="SeCrEt", code="SeCrEt", description="SeCrEt", redirect="SeCrEt"))
