"""rtmp_url: what is accepted, what is refused, and that no secret is ever shown."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.address_parts import MAX_URL_LENGTH
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.redaction import Redactor, redact_text, redact_url, secrets_in_url
from tests.fakes.examples import CHARACTERS

KEY = "SeCrEtKey"
BEGINNINGS = "The address must begin with rtmp://, rtmps://, whip:// or whips://"


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
        (f"rtmp://h/{KEY}", (False, "h", 1935, KEY, "")),
        (f"rtmp://h/{KEY}?user=a@b", (False, "h", 1935, f"{KEY}?user=a@b", "")),
        (f"rtmp://h/live2?backup=1/{KEY}", (False, "h", 1935, "live2?backup=1", KEY)),
        (f"rtmp://h/app/{KEY}@home", (False, "h", 1935, "app", f"{KEY}@home")),
        (
            f"rtmps://x.global-contribute.live-video.net/{KEY}",
            (True, "x.global-contribute.live-video.net", 443, "app", KEY),
        ),
        (f"rtmps://x.LIVE-video.net./{KEY}?a=b/c", (True, "x.LIVE-video.net.", 443, "app", f"{KEY}?a=b/c")),
        (f"rtmps://x.live-video.net/app/{KEY}", (True, "x.live-video.net", 443, "app", KEY)),
    ],
)
def test_accepted(text: str, expected: tuple[bool, str, int, str, str]) -> None:
    url = parse_rtmp_url(text)
    assert (url.secure, url.host, url.port, url.app, url.key) == expected


def test_login() -> None:
    url = parse_rtmp_url("rtmp://us%20er:p@ss:w%C3%B6rd@h/app/key")
    assert (url.user, url.password) == ("us er", "p@ss:wörd")
    assert parse_rtmp_url("rtmp://u:100%25%2F%40%3f@h/a/b").password == "100%/@?"
    assert parse_rtmp_url("rtmp://u%3Ax@h/a/b").user == "u:x"


@pytest.mark.parametrize(
    ("address", "key", "app", "name"),
    [
        ("rtmp://h/live", KEY, "live", KEY),
        ("rtmp://h/live/", f" /{KEY}\n", "live", KEY),
        ("rtmp://h/app/inst", KEY, "app/inst", KEY),
        ("rtmp://h/live?vhost=x", f"{KEY}?sign=a/b&x=1", "live?vhost=x", f"{KEY}?sign=a/b&x=1"),
        ("rtmp://h/live2?backup=1/", f"{KEY}/more", "live2?backup=1", f"{KEY}/more"),
        ("rtmps://x.live-video.net", KEY, "app", KEY),
        ("rtmps://x.live-video.net/app", KEY, "app", KEY),
        ("rtmps://x.live-video.net/app/", KEY, "app", KEY),
    ],
)
def test_a_key_beside_the_address(address: str, key: str, app: str, name: str) -> None:
    url = parse_rtmp_url(address, key)
    assert (url.app, url.key) == (app, name)


@pytest.mark.parametrize("blank", ["\u200b", "\ufeff", "\u00a0", "\u2060", "\u200e", "\u200b \u200d"])
def test_what_cannot_be_seen_at_an_end_is_taken_off_and_known(blank: str) -> None:
    for url in (
        parse_rtmp_url(f"rtmp://h/app/{KEY}{blank}"),
        parse_rtmp_url(f"{blank}rtmp://h/app/{KEY}"),
        parse_rtmp_url("rtmp://h/app", f"{blank}{KEY}{blank}"),
    ):
        assert (url.host, url.app, url.key, url.trimmed) == ("h", "app", KEY, True)
    assert not parse_rtmp_url(f" rtmp://h/app/{KEY}\r\n").trimmed


def test_what_the_server_is_told_of_its_address() -> None:
    url = parse_rtmp_url("rtmps://[::1]/a/more/key")
    assert url.application_url == "rtmps://[::1]:443/a/more"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", BEGINNINGS),
        (KEY, BEGINNINGS),
        (f"http://h/app/{KEY}", BEGINNINGS),
        (f"rtmp:/h/app/{KEY}", BEGINNINGS),
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
        (f"rtmp://h/app/\u200b{KEY}", "The address contains an invisible character"),
        (f"rtmp://h/app/\ud800{KEY}", "The address contains an invisible character"),
        (f"rtmp://u:{KEY}%FF@h/app/key", "The user or password in the address is no UTF-8 once it is decoded"),
        (f"rtmp://u:{KEY}%0A@h/app/key", "The user or password in the address contains an invisible character"),
        (f"rtmp://u:{KEY}/ss@h/app/key", "The address has an @ where none can be"),
        (f"rtmp://u:12/{KEY}@h/app/key", "The address has an @ where none can be"),
        (f"rtmp://u:12/{KEY}@h", "The address has an @ where none can be"),
        (f"rtmp://u:p@ss/{KEY}@h/app/key", "The address has an @ where none can be"),
        (f"rtmp://u:p?{KEY}@h/app/key", "The address has an @ where none can be"),
        (f"rtmp://u:p#{KEY}@h/app/key", "The address has an @ where none can be"),
        (f"rtmp://u:1/x?{KEY}@h/app/key", "The address has an @ where none can be"),
        (f"rtmp://h?{KEY}", "The address names no application and no stream key"),
        (f"rtmp://h/?{KEY}", "The address names no application and no stream key"),
        ("rtmps://x.live-video.net/", "The address names no application and no stream key"),
        ("rtmps://x.live-video.net/app", "The address has no stream key after the application"),
        ("rtmp://h", "The address names no application and no stream key"),
        ("rtmp://h/", "The address names no application and no stream key"),
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
    assert ("whips://" in caught.value.hint) == text.startswith("http")


@pytest.mark.parametrize(
    ("address", "key", "message"),
    [
        ("rtmp://h", KEY, "The address names no application and no stream key"),
        ("rtmp://h/", KEY, "The address names no application and no stream key"),
        ("rtmp://h/?x", KEY, "The address names no application and no stream key"),
        ("rtmp://h/live", f"{KEY} {KEY}", "The stream key contains a space or a control character"),
        ("rtmp://h/live", f"{KEY}\u200b{KEY}", "The stream key contains an invisible character"),
        ("rtmp://h/live", f"rtmp://h/live/{KEY}", "The stream key is empty or an address"),
        ("rtmp://h/live", "\u200b", "The stream key is empty or an address"),
        ("rtmp://h/live", "/", "The stream key is empty or an address"),
    ],
)
def test_a_key_beside_the_address_is_refused_in_one_clear_line(address: str, key: str, message: str) -> None:
    with pytest.raises(IoniaError) as caught:
        parse_rtmp_url(address, key)
    assert caught.value.message == message
    assert KEY not in caught.value.message + caught.value.hint


def test_hints_are_readable_when_they_arrive() -> None:
    for address in ("rtmp://h", "rtmp://h/app/", "no", "rtmp://u:p/w@h/a/b"):
        with pytest.raises(IoniaError) as caught:
            parse_rtmp_url(address)
        assert caught.value.hint
        assert redact_text(caught.value.hint) == caught.value.hint


def test_shown_without_secrets() -> None:
    url = parse_rtmp_url(f"rtmp://user:pass%20w%2Frd@[::1]:1936/app/more/{KEY}?token=t0k3n")
    assert str(url) == url.redacted == "rtmp://[::1]:1936/app/****"
    for secret in (KEY, "t0k3n", "pass%20w%2Frd", "pass w/rd"):
        assert secret not in repr(url)
        assert secret not in str(url)
    assert (
        url.scrub(f"no {KEY}?token=t0k3n, {KEY}, token=t0k3n, pass%20w%2Frd or pass w/rd here")
        == "no ****, ****, ****, **** or **** here"
    )
    alone = parse_rtmp_url(f"rtmp://h/{KEY}?user=u")
    assert str(alone) == "rtmp://h/****"
    assert alone.scrub(f"{KEY}?user=u and {KEY} and user=u") == "**** and **** and ****"
    assert KEY not in repr(alone)
    assert str(parse_rtmp_url(f"rtmp://h/live2?backup={KEY}/s")) == "rtmp://h/****"
    plain = parse_rtmp_url("rtmps://h/a/kkk")
    assert plain.redacted == "rtmps://h/a/****"
    assert plain.scrub("bad name kkk") == "bad name ****"


@given(st.text(CHARACTERS), st.sampled_from(["", "rtmp://", "rtmps://h/", "rtmp://u:p@h:1/a/"]))
def test_any_text_is_parsed_or_refused(text: str, prefix: str) -> None:
    try:
        url = parse_rtmp_url(prefix + text)
    except IoniaError:
        return
    assert url.app
    assert (url.host + url.app + url.key).isascii()


_TOKENS = ("QwErTy1", "ZxCvBn2", "AsDfGh3")
_secret = st.lists(
    st.one_of(
        st.sampled_from(_TOKENS), st.sampled_from([*"/@?#:&=%. \t<>\"'\\|", "%2F", "%40", "\u200b", "&k=", "?k="])
    ),
    min_size=1,
    max_size=6,
).map("".join)


@example(secret="ZxCvBn2/QwErTy1", form="rtmp://host/app/{}")
@example(secret="/QwErTy1/", form="rtmps://me:{}@host")
@example(secret="?QwErTy1=", form="rtmp://host/app/{}")
@example(secret="?QwErTy1=", form="rtmps://me:{}@host")
@example(secret="&QwErTy1=%2FZxCvBn2", form="rtmp://host/app/key?sign={}")
@given(
    secret=_secret,
    form=st.sampled_from(
        [
            "rtmp://host/app/{}",
            "rtmp://host/app/key?sign={}",
            "rtmp://host/app?token=12/{}",
            "rtmp://host/{}",
            "rtmps://me:{}@host/app/key",
            "rtmps://me:{}@host",
            "rtmp://x.live-video.net/{}",
            "host/app/{}",
            "rtmp:/host/app/{}",
            "http://me:{}@host/x",
            "{}",
        ]
    ),
)
def test_no_part_of_a_secret_survives(secret: str, form: str) -> None:
    if form in ("rtmp://host/{}", "rtmp://x.live-video.net/{}"):
        secret = secret.replace("/", "-")  # what stands before a slash there is the application
    address = form.format(secret)
    shown = [redact_url(address)]
    try:
        url = parse_rtmp_url(address)
    except IoniaError as error:
        shown += [error.message, error.hint]
    else:
        shown += [
            url.redacted,
            str(url),
            repr(url),
            url.scrub(f"{url.application_url}, {url.key} in {url.app}, {url.password}"),
        ]
    redactor = Redactor()
    redactor.learn(secrets_in_url(address))
    shown.append(redactor.redact(f"can't open '{address}': {secret}"))
    for token in _TOKENS:
        for text in shown:
            assert token not in text


_word = st.text(alphabet="abcXYZ019-._~%!$&'()*+,;=:|[]\\", min_size=1, max_size=20)


@given(st.lists(_word, min_size=1, max_size=3), _word, st.one_of(st.just(""), _word.map(lambda w: "?" + w)))
def test_app_and_key_arrive_unchanged(apps: list[str], key: str, arguments: str) -> None:
    url = parse_rtmp_url(f"rtmp://h/{'/'.join(apps)}/{key}{arguments}")
    assert (url.app, url.key) == ("/".join(apps), key + arguments)
