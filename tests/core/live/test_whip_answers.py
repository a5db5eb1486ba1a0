"""whip_answers: what a status means."""

import pytest

from ionia.core.failure import LiveKind
from ionia.core.live.whip_answers import failure_of


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, LiveKind.UNSUPPORTED),
        (204, LiveKind.UNSUPPORTED),
        (302, LiveKind.REDIRECTED),
        (307, LiveKind.REDIRECTED),
        (400, LiveKind.SERVER_CLOSED),
        (401, LiveKind.KEY_REJECTED),
        (403, LiveKind.KEY_REJECTED),
        (404, LiveKind.UNSUPPORTED),
        (409, LiveKind.IN_USE),
        (422, LiveKind.UNSUPPORTED),
        (429, LiveKind.SERVER_CLOSED),
        (500, LiveKind.SERVER_CLOSED),
        (503, LiveKind.SERVER_CLOSED),
    ],
)
def test_refusals(status: int, kind: LiveKind) -> None:
    code = failure_of(status)
    assert code is not None
    assert code.value.kind is kind


def test_created_is_the_one_that_takes_it() -> None:
    assert failure_of(201) is None
