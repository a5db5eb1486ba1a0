"""What a server's refusal means, and when asking again is of no use.

Servers refuse a wrong key in three ways: by an error status, by hanging up without a word, and by accepting the stream
and hanging up a moment later. The same three are heard of a server that still holds the stream of a connection that
broke, and the last two of one that is about to restart. What was before tells them apart: a key that worked is no
wrong key. So any refusal, three in a row, ends a stream that never was good; one that was good is ended only by a
server that says it rejects the key, HELD_NS after the stream was last good at the earliest.
"""

from dataclasses import dataclass, replace

from ionia.core.failure import LiveFailure, LiveKind
from ionia.core.live.failure_code import KEY_HINT

TRIES = 3
"""Refusals in a row that end a stream."""

DELAYS_NS = (4_000_000_000, 10_000_000_000)
"""Least waits after the first and the second refusal: services lock out whoever asks too often."""

LATER_NS = 30_000_000_000
"""The same after all further ones, where asking goes on."""

AT_ONCE_NS = 2_000_000_000
"""A server that hangs up within this time of accepting the stream has looked at the key only then."""

HELD_NS = 120_000_000_000
"""How long a server may hold the stream of a connection that broke. Known services let it go after 30 to 90 s."""

HELD_WAIT_NS = 3_000_000_000
"""Least wait between attempts meanwhile: the first one that succeeds ends the outage."""

_BY_THE_USER = (LiveKind.KEY_REJECTED, LiveKind.REDIRECTED, LiveKind.UNSUPPORTED, LiveKind.CERTIFICATE)
"""What time alone doesn't mend."""

HELD = LiveFailure(
    kind=LiveKind.IN_USE,
    reason="the server still holds the stream from before",
    hint="It lets go after a while; the stream comes back by itself.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to tell of a failure, how long to wait at least, and whether to try no more."""

    failure: LiveFailure
    least_wait_ns: int = 0
    final: bool = False


class Refusals:
    """Counts refusals in a row. One owner. `retry`: never final."""

    def __init__(self, *, retry: bool) -> None:
        self._retry = retry
        self._count = 0

    def reset(self) -> None:
        """A connection was good."""
        self._count = 0

    def judge(self, failure: LiveFailure, *, lasted_ns: int | None, since_good_ns: int | None) -> Verdict:
        """Judge a failure.

        `lasted_ns`: how long the connection stood that broke, None when none was made. `since_good_ns`: the time since
        a connection ended that had stood for AT_ONCE_NS, None when there never was one.
        """
        if failure.kind is LiveKind.IN_USE:
            return Verdict(failure=failure, least_wait_ns=HELD_WAIT_NS)
        hung_up = failure.kind is LiveKind.SERVER_CLOSED and (lasted_ns is None or lasted_ns < AT_ONCE_NS)
        if not hung_up and failure.kind not in _BY_THE_USER:
            self._count = 0
            return Verdict(failure=failure)
        self._count += 1
        if since_good_ns is not None and since_good_ns < HELD_NS:
            return self._held(failure, hung_up=hung_up)
        if since_good_ns is not None and failure.kind is not LiveKind.KEY_REJECTED:
            return Verdict(failure=failure, least_wait_ns=0 if hung_up else DELAYS_NS[-1])
        return self._refused(failure, hung_up=hung_up)

    def _held(self, failure: LiveFailure, *, hung_up: bool) -> Verdict:
        """A key that was good a moment ago."""
        if failure.kind is LiveKind.KEY_REJECTED:
            self._count = 0  # it begins to count when the server has had its time
            return Verdict(failure=HELD, least_wait_ns=HELD_WAIT_NS)
        if not hung_up:
            return Verdict(failure=failure, least_wait_ns=DELAYS_NS[0])
        return Verdict(failure=HELD, least_wait_ns=HELD_WAIT_NS) if self._count > 1 else Verdict(failure=failure)

    def _refused(self, failure: LiveFailure, *, hung_up: bool) -> Verdict:
        if self._count < TRIES:
            # The first time somebody hangs up is most likely an accident of the network.
            waits = (0, *DELAYS_NS) if hung_up else DELAYS_NS
            return Verdict(failure=failure, least_wait_ns=waits[self._count - 1])
        if self._retry:
            return Verdict(failure=failure, least_wait_ns=LATER_NS)
        if hung_up:
            reason = "the server hangs up at once, each time; the stream key or the application may be wrong"
            failure = LiveFailure(kind=LiveKind.KEY_REJECTED, reason=reason, hint=KEY_HINT)
        return Verdict(failure=failure, final=True)


def without_key(failure: LiveFailure) -> LiveFailure:
    """The same for an address that has no stream key: most likely that is what is missing."""
    return replace(failure, hint="The address has no stream key after the application; it may be missing.")
