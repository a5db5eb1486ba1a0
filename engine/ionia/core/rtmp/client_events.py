"""What a publishing client has to tell. None of it shows a secret in its repr."""

from dataclasses import dataclass, field

from ionia.core.live.failure_code import FailureCode
from ionia.core.rtmp.authentication import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The server takes the stream. `promised`: it says that it takes the codec of the pictures, too.
    `several_sounds`: likewise."""

    promised: bool = True
    several_sounds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """The server says that it has read so many bytes, modulo 2^32, of what was sent."""

    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAsked:
    """Connect anew with a client that is given this login. The last event."""

    login: Login


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It is over. The last event. `detail`: one line for the log, scrubbed of the address' secrets.

    `redirect`: where the server wants the stream instead, empty if it doesn't say; it may hold a key.
    """

    code: FailureCode
    detail: str = ""
    redirect: str = field(default="", repr=False)


ClientEvent = Published | Acknowledged | LoginAsked | Failed
