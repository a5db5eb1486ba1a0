"""Errors that people and programs read. The kind is stable, the message is one line and never carries a secret."""

from enum import Enum

from ionia.core.failure import LiveKind
from ionia.core.warning import WarningCode


class ErrorKind(Enum):
    """The stable names of the contract, each with its JSON-RPC code."""

    NOT_INITIALIZED = ("not_initialized", 1001)
    ALREADY_RUNNING = ("already_running", 1002)
    NO_SUCH_SESSION = ("no_such_session", 1003)
    SETTINGS_DIFFER = ("settings_differ", 1004)
    SHARED = ("shared", 1005)
    CAPTURE_UNAVAILABLE = ("capture_unavailable", 1101)
    AUDIO_UNAVAILABLE = ("audio_unavailable", 1102)
    ENCODER_UNAVAILABLE = ("encoder_unavailable", 1201)
    OUTPUT_FAILED = ("output_failed", 1301)
    BAD_URL = ("bad_url", 1302)
    CONNECT_FAILED = ("connect_failed", 1303)
    BAD_DESTINATION = ("bad_destination", 1304)
    BAD_DELAY = ("bad_delay", 1305)
    MEDIA_FAILED = ("media_failed", 1401)
    INTERNAL = ("internal", -32603)

    def __init__(self, kind: str, code: int) -> None:
        self.kind = kind
        self.code = code


class IoniaError(Exception):
    """A failure that is told to the user.

    `message` is one clear line; `hint` says what to do about it, or is empty. `live_kind` says why a connection to a
    server failed, where that is what failed. Raise it `from` its cause.
    """

    def __init__(self, kind: ErrorKind, message: str, hint: str = "", *, live_kind: LiveKind | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.live_kind = live_kind


class SourceLost(Exception):  # noqa: N818 - an event in the life of a device, not a mistake
    """A source that was open can give nothing more until it is opened again.

    `code` names the cause for `session.warning`; `message` is one line for people. `retry_at_once` is
    set when opening again is expected to succeed (the default device changed), so that no time is lost.
    """

    def __init__(self, code: WarningCode, message: str, *, retry_at_once: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_at_once = retry_at_once
