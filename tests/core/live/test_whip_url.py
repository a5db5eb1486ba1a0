"""whip_url: forms of addresses, what is shown of them, and where a session may be ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.whip_url import is_whip, parse_whip_url
from tests.fakes.examples import CHARACTERS

TOKEN = "SeCrEtToKeN"


@pytest.mark.parametrize(
    ("text", "form", "target", "origin"),
    [
        ("whip://h/whip/room", (False, "h", 80), "/whip/room", "h"),
        ("WHIPS://H.example:8443/a?b=c/d", (True, "H.example", 8443), "/a?b=c/d", "H.example:8443"),
        ("whips://h", (True, "h", 443), "/", "h"),
        ("whips://h?a=b", (True, "h", 443), "/?a=b", "h"),
        ("whip://[::1]:8889/x#y", (False, "::1", 8889), "/x", "[::1]:8889"),
        (" whips://h:443/\u00e9 ", (True, "h", 443), "/%C3%A9", "h"),
    ],
)
def test_forms(text: str, form: tuple[bool, str, int], target: str, origin: str) -> None:
    url = parse_whip_url(text, TOKEN)
    assert ((url.secure, url.host, url.port), url.target, url.origin) == (form, target, origin)
    assert (url.token, url.key, url.trimmed) == (TOKEN, TOKEN, False)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("rtmp://h/a", ""),
        ("whip:/h/a", ""),
        ("whip://", ""),
        ("whip://u:SeCrEt@h/a", ""),
        ("whip://h:0/a", ""),
        ("whip://h/a b", ""),
        ("whip://h/a\r\nX: y", ""),
        ("whip://h/" + "a" * 4096, ""),
        ("whip://h/a", "SeCrEt token"),
        ("whip://h/a", "SeCrEt\r\nX: y"),
        ("whip://h/a", "SeCrEt\u00e9"),
    ],
)
def test_what_is_refused_is_not_repeated(text: str, token: str) -> None:
    with pytest.raises(IoniaError) as refused:
        parse_whip_url(text, token)
    assert refused.value.kind is ErrorKind.BAD_URL
    assert "SeCrEt" not in repr(refused.value)


def test_nothing_of_path_and_token_is_shown() -> None:
    url = parse_whip_url("whips://h:8443/pubSeCrEt/whip?sig=SeCrEtArgument\u200b", TOKEN)
    assert str(url) == url.redacted == "whips://h:8443/****"
    assert "SeCrEt" not in repr(url)
    assert url.trimmed
    said = url.scrub(f"GET {url.target} with {TOKEN} at whips://h:8443{url.target}")
    assert "SeCrEt" not in said


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/session/1?a=b", "/session/1?a=b"),
        ("session/1", "/whip/session/1"),
        ("https://h:8443/s", "/s"),
        ("https://H:8443", "/"),
        ("http://h:8443/s", None),
        ("https://other:8443/s", None),
        ("https://h/s", None),
        ("//other/s", None),
        ("https://h:port/s", None),
        ("/a b", None),
    ],
)
def test_a_session_is_ended_at_the_server_that_knows_the_token(location: str, target: str | None) -> None:
    resource = parse_whip_url("whips://h:8443/whip/room", TOKEN).resource(location)
    assert (resource and resource.target) == target
    assert resource is None or (resource.token, resource.origin, resource.secure) == (TOKEN, "h:8443", True)


@given(st.text(CHARACTERS, max_size=40))
def test_a_location_never_leads_a_token_elsewhere(location: str) -> None:
    resource = parse_whip_url("whip://h:8889/whip", TOKEN).resource(location)
    assert resource is None or (resource.host, resource.port) == ("h", 8889)
    assert resource is None or resource.target.isprintable()


def test_which_addresses_are_meant() -> None:
    assert is_whip(" WhIpS://x")
    assert not is_whip("rtmp://whip://")
