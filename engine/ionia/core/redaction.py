"""Keeps stream keys and passwords out of everything people can read.

Pure text in, text out; knows nothing of logging or of the wire. It errs on the side of hiding too much.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

MASK = "****"

_MIN_SECRET = 6
"""Shorter secrets are not searched for in free text: hiding every "test" would make the text useless."""

_MAX_SECRETS = 1024

_SCHEMES = r"(?:rtmp[a-z]*|rtsps?|srt|rist|whips?)"
"""Where streams are sent to; all but two are refused, but may be typed."""

_URL = re.compile(rf"(?P<scheme>{_SCHEMES}):(?:\\?/){{2}}(?P<rest>[^\s\"<>]*)", re.IGNORECASE)
_AS_PATH = re.compile(rf"(?P<scheme>{_SCHEMES}):(?!(?:\\?/){{2}})[\\/]+[^\s\"<>\\/][^\s\"<>]*", re.IGNORECASE)
"""An address that somebody took for a path: one slash is left of two, or they lean the other way."""

_SCHEME = re.compile(rf"{_SCHEMES}:(?:\\?/){{2}}", re.IGNORECASE)
_AUTHORITY = re.compile(r"[/?#]")
_ARGUMENTS = re.compile(r"[?#]")
_PLAIN = re.compile(r"[.\-]*\w[\w.\-]*")
_NAME = re.compile(r"\w|\*{4}")  # what is masked already stays as it is
_ESCAPE = re.compile(r"%[0-9A-F]{2}", re.IGNORECASE)
_WORDS = re.compile(r"[\w.~+-]+")
_NAMES = re.compile(r"[?&][\w.~+-]+=")
_PAIRS = re.compile(r"(?<=[?&])[\w.~+-]+=[\w.~+=%-]*")
_TRAILING = re.compile(r"[\]'),.:;}!]*$")
_HOST = re.compile(r"(?:[\w.\-]+|\[[0-9a-f:.%\w]+\])(?::\d{1,5})?", re.IGNORECASE)


def redact_url(url: str) -> str:
    """Return `rtmp://host/app/****` for an RTMP URL; user, password, key and arguments are gone.

    A URL with a single path segment shows only its host, since that segment may be the key; so does one whose first
    segment is more than a plain name, and any of WHIP. Text that is no such URL comes back as MASK, and one that goes
    on behind a blank or a quote shows its scheme alone. The Electron side does the same by the same table of cases
    (tests/core/redaction_cases.json).
    """
    url = url.strip()
    match = _URL.match(url)
    if match is None:
        return MASK
    return _masked(match["scheme"], match["rest"]) if match.end() == len(url) else f"{match['scheme']}://{MASK}"


def shown_application(path: str) -> str:
    """The first segment of an address' path, or nothing where it may be the key or hold an argument."""
    app, *more = [segment for segment in _ARGUMENTS.split(path, maxsplit=1)[0].split("/") if segment] or [""]
    named = any(_NAME.search(_ESCAPE.sub("", segment)) for segment in more)
    return app if named and _PLAIN.fullmatch(app) else ""


def _shown_place(scheme: str, path: str) -> str:
    """As `shown_application`; nothing of WHIP, whose servers have secrets anywhere in a path."""
    return "" if scheme.lower().startswith("whip") else shown_application(path)


def redact_text(text: str) -> str:
    """Return `text` with every RTMP URL in it redacted."""
    return _AS_PATH.sub(rf"\g<scheme>://{MASK}", _URL.sub(_replacement, text))


def secrets_in_url(url: str) -> frozenset[str]:
    """Return the parts of an address that must never be shown: user info, arguments, and all that follows the app.

    Used to find them where they turn up without their URL around them. Of an address that is none, or could be read
    in two ways, every part counts.
    """
    scheme = _SCHEME.match(url.strip())
    rest = url.strip()[scheme.end() if scheme else 0 :].replace("\\/", "/")
    authority, path = _AUTHORITY.split(rest, maxsplit=1) if _AUTHORITY.search(rest) else (rest, "")
    login, _, host = authority.rpartition("@")
    if scheme is None or not _HOST.fullmatch(host) or "@" in path:
        return secret_parts(rest)
    path = path.strip("/")
    logins = secret_parts(login) | secret_parts(login.partition(":")[2])
    return logins | secret_parts(path.partition("/")[2] if _shown_place(scheme.group(), path) else path)


def secret_parts(secret: str) -> frozenset[str]:
    """A secret, its decoded form, what libraries make of that, and the words of the former two, as far as they are long
    enough to be looked for in a text.

    The name of an argument is a secret only with its "=", which may be a token's padding: hiding every "stream" would
    make the text useless.
    """
    wholes = {secret, unquote(secret, errors="replace")}
    words = {word for whole in wholes for word in _WORDS.findall(_NAMES.sub("?", whole))}
    pairs = {pair for whole in wholes for pair in _PAIRS.findall(whole)}
    forms = wholes | words | pairs | _encoded_forms(secret)
    return frozenset(part for part in forms if len(part) >= _MIN_SECRET)


def _encoded_forms(secret: str) -> set[str]:
    """How it may come back percent-encoded: a slash is not always escaped."""
    plain = unquote(secret, errors="replace")
    return {quote(plain, safe=safe, errors="replace") for safe in ("", "/")}


def secrets_of(url: str, stream_key: str) -> frozenset[str]:
    """The parts that must never be shown of an address and of the key that was given beside it."""
    return secrets_in_url(url) | secret_parts(stream_key)


class Redactor:
    """`redact_text` plus a set of secrets learnt at run time.

    Any thread may call any method: the set is replaced, never changed.
    """

    def __init__(self) -> None:
        self._newest: tuple[str, ...] = ()
        self._secrets: tuple[_Sought, ...] = ()

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these from now on, wherever they appear. Very short ones are ignored; the newest 1024 are kept."""
        fresh = [secret for secret in secrets if len(secret) >= _MIN_SECRET]
        old = [secret for secret in self._newest if secret not in fresh]
        self._newest = tuple(dict.fromkeys([*old, *fresh]))[-_MAX_SECRETS:]
        self._secrets = _sought(self._newest)

    def redact(self, text: str) -> str:
        """Return `text` without URLs' secrets and without any secret learnt."""
        return redact_text(_masked_words(text, self._secrets))


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` without these, which may be short, and without URLs' secrets."""
    return redact_text(_masked_words(text, _sought(secrets)))


_Sought = tuple[str, str]
"""A secret without its case, and itself."""


def _sought(secrets: Iterable[str]) -> tuple[_Sought, ...]:
    """The longest first: a key that contains another, or begins in one, must not leave its tail behind."""
    return tuple((secret.casefold(), secret) for secret in sorted(secrets, key=len, reverse=True) if secret)


def _masked_words(text: str, secrets: Iterable[_Sought]) -> str:
    """In capitals or not: servers repeat keys in their own way, and escapes have two cases.

    Most texts hold none of a thousand, which one pattern of them all would take ten times as long to find out, and
    `re` would keep each such pattern.
    """
    folded = text.casefold()
    for secret in [secret for sought, secret in secrets if sought in folded]:
        text = re.sub(re.escape(secret), MASK, text, flags=re.IGNORECASE)
    return text


def one_line(text: str) -> str:
    """Return `text` with line breaks and other control characters escaped, so that it can't forge a second line."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char if char == "\t" else char.encode("unicode_escape").decode("ascii")


def _replacement(match: re.Match[str]) -> str:
    rest = match["rest"]
    tail = _TRAILING.search(rest)
    kept = tail.group() if tail else ""
    return _masked(match["scheme"], rest[: len(rest) - len(kept)]) + kept


def _masked(scheme: str, rest: str) -> str:
    authority, slash, path = rest.replace("\\/", "/").partition("/")
    host = authority.rpartition("@")[2]
    if not rest:
        return f"{scheme}://"
    if not _HOST.fullmatch(host) or "@" in path:
        # Perhaps a password with a slash in it. Nothing of it can be trusted to be harmless.
        return f"{scheme}://{MASK}"
    if not path:
        return f"{scheme}://{host}{slash}"
    app = _shown_place(scheme, path)
    return f"{scheme}://{host}/{app}/{MASK}" if app else f"{scheme}://{host}/{MASK}"
