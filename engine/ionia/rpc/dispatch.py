"""jsonrpcserver as the dispatcher, with its edges filed off.

It gets one normalised call at a time, whose params are one checked struct in an array, and methods that raise nothing
but its own error. So it decides what it is good at (which method, which error code, answer or none), and never sees
what it is bad at: null params, unknown members, batches with a bad item, results that JSON can't hold, and exception
texts, which may carry a stream key.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from importlib.util import find_spec, module_from_spec
from typing import Any

from msgspec import UNSET, Struct

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.redaction import Redactor, one_line, redact_text
from ionia.rpc.envelope import NO_ID, Call, RequestId, error_answer, result_answer
from ionia.rpc.handlers import Handler
from ionia.rpc.results import ErrorData
from ionia.rpc.wire_errors import METHOD_NOT_FOUND, WireError

if "jsonrpcserver" not in sys.modules and (_package := find_spec("jsonrpcserver")) is not None:
    # The package without its `__init__`, which imports asyncio, an HTTP server and jsonschema for what isn't used here:
    # a fifth of the engine's start (decision 0020).
    sys.modules["jsonrpcserver"] = module_from_spec(_package)

from jsonrpcserver.dispatcher import dispatch_to_response_pure
from jsonrpcserver.exceptions import JsonRpcError
from jsonrpcserver.result import Success
from jsonrpcserver.sentinels import NOCONTEXT

log = logging.getLogger(__name__)


Answer = Callable[[bytes | None], None]
"""Takes the encoded answer to one call, None for a notification's; from any thread, returns at once."""


class Dispatcher:
    """Calls handlers and encodes their answers. Immutable; any thread."""

    def __init__(self, handlers: Mapping[str, Handler], redactor: Redactor) -> None:
        self._redactor = redactor
        self._methods: dict[str, Callable[..., Any]] = {
            name: partial(self._invoke, name, handler) for name, handler in handlers.items()
        }

    def call(self, call: Call, params: Struct, answer: Answer) -> None:
        """Make a call whose params were checked, and `answer` it once, when its result is there. Never raises.

        A result that is a future is answered by whoever completes it; this returns before.
        """
        response = self._dispatched(call, params, self._methods)
        if isinstance(result := _result(response), Future):
            result.add_done_callback(lambda done: answer(self._settled(done, call, params)))
        else:
            answer(self._encoded(response, call, getattr(params, "id", None)))

    def _settled(self, done: "Future[object]", call: Call, params: Struct) -> bytes | None:
        """The answer to a call whose future is done: as if the call had been made only now, and at once."""
        methods: dict[str, Callable[..., Any]] = {
            call.method: partial(self._invoke, call.method, lambda _: done.result())
        }
        return self._encoded(self._dispatched(call, params, methods), call, getattr(params, "id", None))

    def _dispatched(self, call: Call, params: Struct, methods: dict[str, Callable[..., Any]]) -> Any:
        request: Any = {"method": call.method, "params": [params]}
        if call.id is not NO_ID:
            request["id"] = call.id
        # The one documented entry that takes a request which is parsed already; its validator is ours, long done.
        return dispatch_to_response_pure(
            deserializer=_as_is,
            validator=_as_is,
            methods=methods,
            context=NOCONTEXT,
            post_process=_as_is,
            request=request,
        )

    def refuse(
        self, request_id: RequestId, error: WireError, message: str, *, hint: str = "", session: str | None = None
    ) -> bytes:
        """Return the answer to something that is not called at all."""
        data = ErrorData(kind=error.kind, hint=hint, id=_shown(session))
        return error_answer(request_id, error.code, self._readable(message), data)

    def _invoke(self, name: str, handler: Handler, params: Struct) -> Any:
        session = getattr(params, "id", None)
        try:
            return Success(handler(params))
        except IoniaError as error:
            log.debug("%s: %s", name, error.message, exc_info=error)
            data = ErrorData(
                kind=error.kind.kind,
                hint=self._readable(error.hint),
                id=_shown(session),
                live_kind=UNSET if error.live_kind is None else error.live_kind,
            )
            raise JsonRpcError(error.kind.code, self._readable(error.message), data) from error
        except (Exception, SystemExit) as error:
            # A mistake in the engine, or a library that wants to exit, must not end it: other sessions are recording.
            log.exception("%s failed unexpectedly", name)
            raise self._internal(session) from error

    def _encoded(self, response: Any, call: Call, session: str | None) -> bytes | None:
        if response is None:
            return None
        request_id = None if call.id is NO_ID else call.id
        if hasattr(response, "_error"):
            error = response._error
            if error.code == METHOD_NOT_FOUND.code:
                return self.refuse(request_id, METHOD_NOT_FOUND, f"There is no method {call.method[:80]!r}")
            return error_answer(request_id, error.code, error.message, error.data)
        try:
            return result_answer(request_id, response._value.result)
        except Exception:
            # A result that JSON can't hold is a mistake in the engine like any other.
            log.exception("%s gave a result that can't be sent", call.method)
            error = self._internal(session)
            return error_answer(request_id, error.code, error.message, error.data)

    def _internal(self, session: str | None) -> JsonRpcError:
        kind = ErrorKind.INTERNAL
        data = ErrorData(
            kind=kind.kind,
            hint="The engine's log says more: on stderr, and in the logFile of engine.info.",
            id=_shown(session),
        )
        return JsonRpcError(kind.code, "Internal error", data)

    def _readable(self, text: str) -> str:
        return one_line(self._redactor.redact(text))


def _shown(session: str | None) -> str | None:
    """No session can be named by an address, but it can be asked for."""
    return None if session is None else redact_text(session)


def _result(response: Any) -> object:
    """What a handler gave; None for an error or a notification."""
    return None if response is None or hasattr(response, "_error") else response._value.result


def _as_is(value: Any) -> Any:
    return value
