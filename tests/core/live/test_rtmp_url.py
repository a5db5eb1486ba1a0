"""rtmp_url: what is accepted, what is refused, and that no secret is ever shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.rtmp_url import MAX_URL_LENGTH, parse_rtmp_url

KEY = "SeCrEtKey"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"rtmp://a.example/live/{KEY}", (False, "a.example", 1935, "live", KEY)),
        (f"  RTMPS://a.example/live/{KEY}\n", (True, "a.example", 443, "live", KEY)),
        (f"rtmp://a.example:19350/app/more/{KEY}", (False, "a.example", 19350, "app/more", KEY)),
        (f"rtmp://[::1]/app/{KEY}", (False, "::1", 1935, "app", KEY)),
        (f"rtmps://[2001:db8::2]:444/app/{KEY}", (True, "2001:db8::2", 444, "app", KEY)),
        (f"rtmp://h/app//{KEY}", (False, "h", 1935, "app", KEY)),
        (f"rtmp://h/app/{KEY}?sign=a/b&x=1", (False, "h", 1935, "app", f"{KEY}?sign=a/b&x=1")),
        ("rtmp://h/app/a%2Fb#c", (False, "h", 1935, "app", "a%2Fb#c")),
        ("rtmp://bücher.example/bü/ké", (False, "xn--bcher-kva.example", 1935, "b%C3%BC", "k%C3%A9")),
        ("rtmp://under_score.example:/a/b", (False, "under_score.example", 1935, "a", "b")),
    ],
)
def test_accepted(text: str, expected: tuple[bool, str, int, str, str]) -> None:
    url = parse_rtmp_url(text)
    assert (url.secure, url.host, url.port, url.app, url.key) == expected


def test_login() -> None:
    url = parse_rtmp_url("rtmp://us er:p@ss:word@h/app/key".replace("us er", "us%20er"))
    assert (url.user, url.password) == ("us%20er", "p@ss:word")
    assert url.server_url == "rtmp://us%20er:p@ss:word@h:1935/"
    assert parse_rtmp_url("rtmps://[::1]/a/b").server_url == "rtmps://[::1]:443/"
    assert url.carried_url(5000) == "rtmp://us%20er:p@ss:word@127.0.0.1:5000/"


def test_carried_over_tls_by_someone_else() -> None:
    url = parse_rtmp_url("rtmps://[::1]/a/more/key")
    assert url.carried_url(5000) == "rtmp://127.0.0.1:5000/"
    assert url.application_url == "rtmps://[::1]:443/a/more"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The address must begin with rtmp:// or rtmps://"),
        (KEY, "The address must begin with rtmp:// or rtmps://"),
        (f"http://h/app/{KEY}", "The address must begin with rtmp:// or rtmps://"),
        (f"rtmp:/h/app/{KEY}", "The address must begin with rtmp:// or rtmps://"),
        (f"rtmp:///app/{KEY}", "The address names no host"),
        (f"rtmp://u:p@/app/{KEY}", "The address names no host"),
        (f"rtmp://h ost/app/{KEY}", "The address contains a space or a control character"),
        (f"rtmp://h/app/{KEY}\tx", "The address contains a space or a control character"),
        (f"rtmp://-host/app/{KEY}", "The address contains an invalid host name"),
        (f"rtmp://h..t/app/{KEY}", "The address contains an invalid host name"),
        (f"rtmp://{'ü' * 70}/app/{KEY}", "The address contains an invalid host name"),
        (f"rtmp://[::1/app/{KEY}", "The address contains an invalid IPv6 address"),
        (f"rtmp://[::g]/app/{KEY}", "The address contains an invalid IPv6 address"),
        (f"rtmp://[::1]x/app/{KEY}", "The address contains an invalid IPv6 address"),
        (f"rtmp://h:0/app/{KEY}", "The port in the address must be a number from 1 to 65535"),
        (f"rtmp://h:65536/app/{KEY}", "The port in the address must be a number from 1 to 65535"),
        (f"rtmp://h:{KEY}/app/key", "The port in the address must be a number from 1 to 65535"),
        ("rtmp://h", "The address names no application and no stream key"),
        ("rtmp://h/", "The address names no application and no stream key"),
        (f"rtmp://h/{KEY}", "The address has no stream key after the application"),
        (f"rtmp://h/{KEY}/", "The address has no stream key after the application"),
        (f"rtmp://h/app/?{KEY}", "The address has no stream key after the application"),
        ("rtmp://h/app/" + KEY * 1000, f"The address is longer than {MAX_URL_LENGTH} characters"),
    ],
)
def test_refused_in_one_clear_line(text: str, message: str) -> None:
    with pytest.raises(IoniaError) as caught:
        parse_rtmp_url(text)
    assert caught.value.kind is ErrorKind.BAD_URL
    assert caught.value.message == message
    assert KEY not in caught.value.message + caught.value.hint


def test_shown_without_secrets() -> None:
    url = parse_rtmp_url(f"rtmp://user:pass%20word@[::1]:1936/app/more/{KEY}?token=t0k3n")
    assert str(url) == url.redacted == "rtmp://[::1]:1936/app/****"
    for secret in (KEY, "t0k3n", "pass%20word"):
        assert secret not in repr(url)
        assert secret not in str(url)
    assert (
        url.scrub(f"no {KEY}?token=t0k3n, {KEY}, token=t0k3n or pass%20word here") == "no ****, ****, **** or **** here"
    )
    plain = parse_rtmp_url("rtmps://h/a/kkk")
    assert plain.redacted == "rtmps://h/a/****"
    assert plain.scrub("bad name kkk") == "bad name ****"


@given(st.text(), st.sampled_from(["", "rtmp://", "rtmps://h/", "rtmp://u:p@h:1/a/"]))
def test_any_text_is_parsed_or_refused(text: str, prefix: str) -> None:
    try:
        url = parse_rtmp_url(prefix + text)
    except IoniaError:
        return
    assert url.key
    assert url.app
    assert (url.server_url + url.app + url.key).isascii()


_word = st.text(alphabet="abcXYZ019-._~%!$&'()*+,;=:@|[]\\", min_size=1, max_size=20)


@given(st.lists(_word, min_size=1, max_size=3), _word, st.one_of(st.just(""), _word.map(lambda w: "?" + w)))
def test_app_and_key_arrive_unchanged(apps: list[str], key: str, arguments: str) -> None:
    url = parse_rtmp_url(f"rtmp://h/{'/'.join(apps)}/{key}{arguments}")
    assert (url.app, url.key) == ("/".join(apps), key + arguments)
