"""authentication: literal proofs, made apart from this code, and who is refused."""

import hashlib

import pytest

from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.rtmp.authentication import Login, LoginError, next_login

URL = parse_rtmp_url("rtmp://me:p%40ss@h/live/key")
NEED_AUTH = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "


def asked(scheme: str, more: str) -> str:
    return f"[ AccessManager.Reject ] : [ authmod={scheme} ] : ?reason=needauth&user=me&{more}"


def test_first_it_says_who() -> None:
    login = next_login(URL, Login(), NEED_AUTH, "0a0b0c0d")
    assert login == Login(arguments="?authmod=adobe&user=me", tries=1)


def test_adobe_with_an_opaque() -> None:
    login = next_login(URL, Login(tries=1), asked("adobe", "salt=Zx0AAA==&challenge=zzz&opaque=AbCd=="), "0a0b0c0d")
    assert login is not None
    # echo -n 'meZx0AAA==p@ss' | openssl md5 -binary | base64; then that, the opaque and the nonce likewise
    assert login.arguments == (
        "?authmod=adobe&user=me&challenge=0a0b0c0d&response=TqUScVnSszN+8Ecv0z5YUQ==&opaque=AbCd=="
    )


def test_adobe_with_a_challenge_only() -> None:
    login = next_login(URL, Login(tries=1), asked("adobe", "salt=Zx0AAA==&challenge=zzz"), "0a0b0c0d")
    assert login is not None
    assert login.arguments == "?authmod=adobe&user=me&challenge=0a0b0c0d&response=+bi9xCNKGB1Y/g5xdd1pYg=="


@pytest.mark.parametrize(("app", "place"), [("live", "live/_definst_"), ("live/more", "live/more")])
def test_limelight(app: str, place: str) -> None:
    def digest(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - as their servers do

    url = parse_rtmp_url(f"rtmp://me:p%40ss@h/{app}/key")
    login = next_login(url, Login(tries=1), asked("llnw", "nonce=n0"), "0a0b0c0d")
    assert login is not None
    response = digest(f"{digest('me:live:p@ss')}:n0:00000001:0a0b0c0d:auth:{digest('publish:/' + place)}")
    assert login.arguments == (f"?authmod=llnw&user=me&nonce=n0&cnonce=0a0b0c0d&nc=00000001&response={response}")


def test_signs_in_a_user_do_not_end_it() -> None:
    url = parse_rtmp_url("rtmp://a%3A%26b:p@h/live/key")
    login = next_login(url, Login(), NEED_AUTH, "0a0b0c0d")
    assert login is not None
    assert login.arguments == "?authmod=adobe&user=a%3A%26b"


def test_a_refusal_for_another_reason() -> None:
    assert next_login(URL, Login(), "Application not found", "0a0b0c0d") is None


@pytest.mark.parametrize(
    ("url", "last", "words"),
    [
        ("rtmp://h/live/key", Login(), NEED_AUTH),
        ("rtmp://me@h/live/key", Login(), NEED_AUTH),
        ("rtmp://me:p@h/live/key", Login(), "authmod=adobe :?reason=authfailed&opaque=x"),
        ("rtmp://me:p@h/live/key", Login(), "authmod=adobe :?reason=nosuchuser"),
        ("rtmp://me:p@h/live/key", Login(tries=2), NEED_AUTH),
        ("rtmp://me:p@h/live/key", Login(tries=1), "authmod=adobe and nothing"),
    ],
)
def test_who_is_refused(url: str, last: Login, words: str) -> None:
    with pytest.raises(LoginError):
        next_login(parse_rtmp_url(url), last, words, "0a0b0c0d")


def test_a_server_that_leaves_out_everything() -> None:
    login = next_login(URL, Login(), "authmod=adobe :?reason=needauth", "0a0b0c0d")
    assert login is not None
    assert login.tries == 2


def test_a_login_does_not_show_itself() -> None:
    assert "user" not in repr(Login(arguments="?user=me", tries=1))
