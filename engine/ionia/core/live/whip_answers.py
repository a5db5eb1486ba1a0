"""What a WHIP server's answer to an offer means (RFC 9725, 4.2 to 4.5), in the words of `FailureCode`."""

from ionia.core.live.failure_code import FailureCode

_CODES = {
    401: FailureCode.TOKEN,
    403: FailureCode.TOKEN,
    404: FailureCode.NOT_WHIP,
    405: FailureCode.NOT_WHIP,
    406: FailureCode.NOT_WHIP,
    409: FailureCode.IN_USE,
    410: FailureCode.NOT_WHIP,
    415: FailureCode.NOT_WHIP,
    422: FailureCode.CODEC,
    423: FailureCode.IN_USE,
}


def failure_of(status: int) -> FailureCode | None:
    """Why the server refuses; None for one that takes the stream."""
    if status == 201:
        return None
    if 300 <= status < 400:
        return FailureCode.REDIRECTED
    if status in _CODES:
        return _CODES[status]
    return FailureCode.NOT_WHIP if status < 400 else FailureCode.UNWILLING
