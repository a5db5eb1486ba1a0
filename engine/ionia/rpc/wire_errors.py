"""The errors that a call can answer with: JSON-RPC's own, this front end's, and when each of the engine's comes."""

from dataclasses import dataclass

from ionia.core.errors import ErrorKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WireError:
    """An error of JSON-RPC itself or of this front end, beside the engine's own `ErrorKind`."""

    kind: str
    code: int
    when: str


PARSE_ERROR = WireError(kind="parse_error", code=-32700, when="the message is not JSON")
INVALID_REQUEST = WireError(kind="invalid_request", code=-32600, when="the message is no JSON-RPC 2.0 request")
METHOD_NOT_FOUND = WireError(kind="method_not_found", code=-32601, when="there is no such method")
INVALID_PARAMS = WireError(kind="invalid_params", code=-32602, when="a param is missing, unknown or not allowed")
BUSY = WireError(kind="busy", code=-32000, when="too many calls are waiting to be answered")
SHUTTING_DOWN = WireError(kind="shutting_down", code=-32001, when="the engine ends before the call could be made")
INTERNAL = WireError(kind=ErrorKind.INTERNAL.kind, code=ErrorKind.INTERNAL.code, when="a mistake in the engine")
WIRE_ERRORS = (PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, BUSY, SHUTTING_DOWN)

ERROR_WHEN: dict[ErrorKind, str] = {
    ErrorKind.NOT_INITIALIZED: "start before initialize, whether or not the id was seen before",
    ErrorKind.ALREADY_RUNNING: "initialize while running",
    ErrorKind.SHARED: "another session has the same picture, and this one could not get one of its own",
    ErrorKind.SETTINGS_DIFFER: "a recording is to begin with a replay of other settings",
    ErrorKind.NO_SUCH_SESSION: "a method of a session whose id was never initialised",
    ErrorKind.CAPTURE_UNAVAILABLE: "no screen source opens",
    ErrorKind.AUDIO_UNAVAILABLE: "a sound device asked for by id does not exist, or a session has no such sound",
    ErrorKind.ENCODER_UNAVAILABLE: "no encoder of the codec opens",
    ErrorKind.OUTPUT_FAILED: "path not writable, folder missing, disk full",
    ErrorKind.BAD_URL: "not rtmp:// or rtmps://, or no app and key",
    ErrorKind.CONNECT_FAILED: "refused, DNS, handshake or publish rejected",
    ErrorKind.BAD_DESTINATION: "a stream has no destination of this name, or has it already, or has too many",
    ErrorKind.BAD_DELAY: "a stream's delay would take too much memory at its bit rate",
    ErrorKind.MEDIA_FAILED: "a job on a file: it is missing, damaged or unsuited, or another is in the way",
    ErrorKind.INTERNAL: "a mistake in the engine",
}
