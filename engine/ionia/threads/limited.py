"""Asks what may never answer, on a thread of its own, and waits for so long only."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from ionia.threads.worker import Worker

T = TypeVar("T")

_STEP_S = 0.5
"""The wait is cut into such steps: in one, a machine that slept or a process that was stopped loses this much of it."""


class NoAnswerError(Exception):
    """Nothing came in time."""


def within(limit_s: float, name: str, ask: Callable[[], T], *, too_late: Callable[[T], None] = lambda _: None) -> T:
    """What `ask` returns or raises, on a thread of this name. Raises NoAnswerError after `limit_s` seconds.

    What it returns later goes to `too_late`, on that thread; the end of the process does not wait for it.
    """
    future: Future[T] = Future()

    def body() -> None:
        try:
            answer = ask()
        except BaseException as error:
            if not future.set_running_or_notify_cancel():
                raise
            future.set_exception(error)
        else:
            if future.set_running_or_notify_cancel():
                future.set_result(answer)
            else:
                too_late(answer)

    Worker(name, body, lambda _: None, may_be_held=True).start()
    for _ in range(max(1, round(limit_s / _STEP_S))):
        try:
            return future.result(min(limit_s, _STEP_S))
        except TimeoutError:
            if future.done():  # its own, or it came just now
                break
    if future.cancel():
        raise NoAnswerError
    return future.result()
