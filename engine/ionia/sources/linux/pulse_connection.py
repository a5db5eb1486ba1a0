"""One connection to the pulse server (PulseAudio, or PipeWire's), turned by the thread that owns it.

libpulse's plain main loop instead of its threaded one: no second thread, no lock, no callback from a foreign thread,
and every wait is one poll with a limit, so that a server which is stopped or gone can't hold anybody.
This module knows devices; it knows nothing of recording.
"""

import threading
from collections.abc import Callable
from typing import Any

from ionia.core.errors import ErrorKind, IoniaError
from ionia.sources.linux.pulse_devices import (
    PulseDefaults,
    PulsePlayback,
    PulseSink,
    PulseSource,
    read_defaults,
    read_playback,
    read_sink,
    read_source,
)
from ionia.sources.linux.pulse_library import pulse_library

ANSWER_TIMEOUT_S = 2.0
"""A healthy server answers in 5 ms. One that doesn't answer within this is treated as not there."""

MOST_MESSAGES = 64
"""Of one turn: after a stall there may be thousands, and whoever turns has something else to do as well."""

CLIENT_NAME = b"Ionia"


class PulseServerLostError(Exception):
    """The connection that was there is gone."""


class PulseConnection:
    """Connected from `connect` to `close`. One thread owns it; `wake` may be called from any.

    Every call after `connect` raises PulseServerLostError when the server is gone.
    """

    def __init__(self, *, server: str = "", timeout: float = ANSWER_TIMEOUT_S) -> None:
        """`server` is an address as in PULSE_SERVER; empty for the one that the environment or user's files name."""
        self.library = pulse_library()
        self.ffi = self.library.ffi
        self.lib = self.library.lib
        self.turn_us = 0
        """How long the last turn dealt with what came: how far an instant that is taken after it can be off."""
        self._server = server
        self._timeout_us = round(timeout * 1e6)
        self._wake_lock = threading.Lock()
        self._woken = False
        self._loop: Any = self.lib.pa_mainloop_new()
        self.context: Any = self.lib.pa_context_new(self.lib.pa_mainloop_get_api(self._loop), CLIENT_NAME)

    def connect(self) -> None:
        """Connect. Raises IoniaError(AUDIO_UNAVAILABLE); then close it."""
        lib = self.lib
        server = self._server.encode() or self.ffi.NULL
        if lib.pa_context_connect(self.context, server, lib.PA_CONTEXT_NOAUTOSPAWN, self.ffi.NULL) < 0:
            # Not autospawned: recording must not be what starts a sound server.
            raise self._unavailable(self._error_text())
        deadline_us = self.now_us() + self._timeout_us
        while (state := lib.pa_context_get_state(self.context)) != lib.PA_CONTEXT_READY:
            left_us = deadline_us - self.now_us()
            if state in (lib.PA_CONTEXT_FAILED, lib.PA_CONTEXT_TERMINATED):
                raise self._unavailable(self._error_text())
            if left_us <= 0 or self._woken:
                raise self._unavailable("it does not answer")
            self._turn(left_us)

    def now_us(self) -> int:
        """libpulse's clock, for deadlines alone: they must pass even where the engine's clock is a stopped one."""
        return int(self.lib.pa_rtclock_now())

    def turn(self, timeout_us: int) -> bool:
        """Wait up to `timeout_us` microseconds for the server or `wake`, and deal with what came: whether anything did.

        After a stall more may be there. Raises PulseServerLostError. Blocks in poll(2); woken by the server's data, its
        death, or `wake`.
        """
        came = self._turn(timeout_us)
        if self.lib.pa_context_get_state(self.context) != self.lib.PA_CONTEXT_READY:
            raise PulseServerLostError(self._error_text())
        return came

    def wake(self) -> None:
        """Any thread: the turn under way and all later ones don't wait."""
        with self._wake_lock:
            self._woken = True
            if self._loop is not None:
                self.lib.pa_mainloop_wakeup(self._loop)

    @property
    def woken(self) -> bool:
        """Whether `wake` was called."""
        return self._woken

    def finish(self, operation: Any) -> bool:
        """Wait for the server's answer to an operation; False if it failed, took too long or `wake` was called."""
        if operation == self.ffi.NULL:
            return False
        deadline_us = self.now_us() + self._timeout_us
        try:
            while self.lib.pa_operation_get_state(operation) == self.lib.PA_OPERATION_RUNNING:
                left_us = deadline_us - self.now_us()
                if left_us <= 0 or self._woken:
                    self.lib.pa_operation_cancel(operation)
                    return False
                self.turn(left_us)
            return bool(self.lib.pa_operation_get_state(operation) == self.lib.PA_OPERATION_DONE)
        finally:
            self.lib.pa_operation_unref(operation)

    def wait_for(self, condition: Callable[[], bool]) -> bool:
        """Turn until `condition`; False if that took too long or `wake` was called."""
        deadline_us = self.now_us() + self._timeout_us
        while not condition():
            left_us = deadline_us - self.now_us()
            if left_us <= 0 or self._woken:
                return False
            self.turn(left_us)
        return True

    def sources(self) -> list[PulseSource]:
        """All sources, monitors included."""
        found: list[PulseSource] = []

        def take(_context: Any, info: Any, end: int, _data: Any) -> None:
            if not end:
                found.append(read_source(self.library, info))

        callback = self.ffi.callback("pa_source_info_cb_t", take)
        self.ask(self.lib.pa_context_get_source_info_list(self.context, callback, self.ffi.NULL))
        return found

    def sinks(self) -> list[PulseSink]:
        """All sinks."""
        found: list[PulseSink] = []

        def take(_context: Any, info: Any, end: int, _data: Any) -> None:
            if not end:
                found.append(read_sink(self.library, info))

        callback = self.ffi.callback("pa_sink_info_cb_t", take)
        self.ask(self.lib.pa_context_get_sink_info_list(self.context, callback, self.ffi.NULL))
        return found

    def playbacks(self) -> list[PulsePlayback]:
        """What programs play, or would."""
        found: list[PulsePlayback] = []

        def take(_context: Any, info: Any, end: int, _data: Any) -> None:
            if not end:
                found.append(read_playback(self.library, info))

        callback = self.ffi.callback("pa_sink_input_info_cb_t", take)
        self.ask(self.lib.pa_context_get_sink_input_info_list(self.context, callback, self.ffi.NULL))
        return found

    def defaults(self) -> PulseDefaults:
        """The defaults of now."""
        found = [PulseDefaults()]

        def take(_context: Any, info: Any, _data: Any) -> None:
            if info != self.ffi.NULL:
                found.append(read_defaults(self.library, info))

        callback = self.ffi.callback("pa_server_info_cb_t", take)
        self.ask(self.lib.pa_context_get_server_info(self.context, callback, self.ffi.NULL))
        return found[-1]

    def ask(self, operation: Any) -> None:
        """Wait for the server's answer. Raises PulseServerLostError when there is none."""
        if not self.finish(operation):
            raise PulseServerLostError("the sound server does not answer")

    def close(self) -> None:
        """Disconnect without waiting for the server. Idempotent."""
        with self._wake_lock:
            if self._loop is None:
                return
            self.lib.pa_context_disconnect(self.context)
            self.lib.pa_context_unref(self.context)
            self.lib.pa_mainloop_free(self._loop)
            self._loop = None

    def _turn(self, timeout_us: int) -> bool:
        lib = self.lib
        lib.pa_mainloop_prepare(self._loop, max(0, timeout_us))
        if self._woken:
            # `prepare` has thrown away a wake-up that came before it.
            lib.pa_mainloop_wakeup(self._loop)
        lib.pa_mainloop_poll(self._loop)
        began_us = self.now_us()
        came = bool(lib.pa_mainloop_dispatch(self._loop) > 0)
        # libpulse reads one message at a time, and puts off some of what follows from it.
        for _ in range(MOST_MESSAGES if came else 0):
            if lib.pa_mainloop_iterate(self._loop, 0, self.ffi.NULL) <= 0:
                break
        self.turn_us = self.now_us() - began_us
        return came

    def _error_text(self) -> str:
        return self.library.text(self.lib.pa_strerror(self.lib.pa_context_errno(self.context)))

    @staticmethod
    def _unavailable(reason: str) -> IoniaError:
        return IoniaError(
            ErrorKind.AUDIO_UNAVAILABLE,
            f"No sound server is available: {reason}.",
            "Start PulseAudio or PipeWire (pipewire-pulse), or set PULSE_SERVER.",
        )
