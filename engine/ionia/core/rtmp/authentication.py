"""Proving a user and password to servers that ask for them in Adobe's or Limelight's way.

Neither is specified in public; both are as librtmp and FFmpeg do them. The server refuses the connection and says in
its description what it wants; the publisher connects again with the proof added to the application's name.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from urllib.parse import quote

from ionia.core.live.rtmp_url import RtmpUrl

_ADOBE, _LIMELIGHT = "adobe", "llnw"
_REALM, _METHOD, _QUALITY, _COUNT = "live", "publish", "auth", "00000001"
_MOST_TRIES = 2
"""The first says who, the second proves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """`arguments` are added to the application's name and to tcUrl; `tries` counts the connections that had some."""

    arguments: str = field(default="", repr=False)
    tries: int = 0


class LoginError(Exception):
    """The server asks for a user and won't take this one, or none is known."""


def next_login(url: RtmpUrl, last: Login, description: str, nonce: str) -> Login | None:
    """What to connect with after a refusal with this description; None if it isn't about a user. Raises LoginError.

    `nonce`: eight random hexadecimal digits.
    """
    scheme = next((one for one in (_ADOBE, _LIMELIGHT) if f"authmod={one}" in description), None)
    if scheme is None:
        return None
    if not (url.user and url.password):
        raise LoginError("no user and password in the address")
    if "?reason=authfailed" in description or "?reason=nosuchuser" in description or last.tries == _MOST_TRIES:
        raise LoginError("user or password refused")
    user = quote(url.user, safe="")
    if "code=403 need auth" in description:
        return Login(arguments=f"?authmod={scheme}&user={user}", tries=last.tries + 1)
    _, asked, rest = description.partition("?reason=needauth")
    if not asked:
        raise LoginError("the server asks in an unknown way")
    told = dict(part.partition("=")[::2] for part in rest.split()[0].split("&")) if rest.split() else {}
    prove = _adobe if scheme == _ADOBE else _limelight
    return Login(arguments=f"?authmod={scheme}&user={user}{prove(url, told, nonce)}", tries=_MOST_TRIES)


def _adobe(url: RtmpUrl, told: dict[str, str], nonce: str) -> str:
    opaque = told.get("opaque", "")
    known = _base64_md5(url.user + told.get("salt", "") + url.password)
    response = _base64_md5(known + (opaque or told.get("challenge", "")) + nonce)
    return f"&challenge={nonce}&response={response}" + (f"&opaque={opaque}" if opaque else "")


def _limelight(url: RtmpUrl, told: dict[str, str], nonce: str) -> str:
    """HTTP's digest (RFC 2617) over the application."""
    place = url.app if "/" in url.app else f"{url.app}/_definst_"
    asked = told.get("nonce", "")
    who = _hex_md5(f"{url.user}:{_REALM}:{url.password}")
    what = _hex_md5(f"{_METHOD}:/{place}")
    response = _hex_md5(f"{who}:{asked}:{_COUNT}:{nonce}:{_QUALITY}:{what}")
    return f"&nonce={asked}&cnonce={nonce}&nc={_COUNT}&response={response}"


def _md5(text: str) -> "hashlib._Hash":
    return hashlib.md5(text.encode(), usedforsecurity=False)  # the servers' choice


def _base64_md5(text: str) -> str:
    return base64.b64encode(_md5(text).digest()).decode()


def _hex_md5(text: str) -> str:
    return _md5(text).hexdigest()
