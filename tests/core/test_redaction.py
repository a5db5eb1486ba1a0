"""Stream keys and passwords never survive."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ionia.core.redaction import MASK, Redactor, one_line, redact_text, redact_url, secrets_in_url
from tests.fakes.examples import CHARACTERS

CASES = json.loads((Path(__file__).parent / "redaction_cases.json").read_text(encoding="utf-8"))
"""Addresses and how they may be shown; the Electron side's tests read the same file."""


@pytest.mark.parametrize(("url", "shown"), CASES)
def test_urls(url: str, shown: str) -> None:
    assert redact_url(url) == shown
    assert "KEY" not in shown


def test_within_text() -> None:
    text = "Error opening 'rtmp://h/live/KEY': refused; [f=flv]rtmps://u:p@h/live/KEY?x=y, done (see \"rtmp://h/a/K\")."
    assert redact_text(text) == (
        "Error opening 'rtmp://h/live/****': refused; [f=flv]rtmps://h/live/****, done (see \"rtmp://h/a/****\")."
    )


@given(
    before=st.text(CHARACTERS),
    key=st.text("abcXYZ019-_'=&?/@:.", min_size=1).map(lambda k: f"7{k}7"),
    after=st.text(CHARACTERS),
)
def test_no_key_survives(before: str, key: str, after: str) -> None:
    secret = f"{key}SECRET"
    assert "SECRET" not in redact_text(f"{before}rtmp://host/app/{secret}").replace(before, "")
    assert "SECRET" not in redact_url(f"rtmp://u:{secret}@host/app/key{after}")
    assert "SECRET" not in redact_url(f"rtmp://host/{secret}")


_SCHEMES = st.sampled_from(
    ["rtmp://", "RTMPS://", "rtmpt://", "srt://", "rtmp:\\/\\/", "rtmp:/", "whip://", "", " rtmp://"]
)
_LOGINS = st.sampled_from(["", "user@", "u:SECRET@", "SECRET@", "u:SECRET/x@", "u:12/SECRET@", "u:12 SECRET@"]) | (
    st.text('12/?#@ :;%2F\\"<>\t', max_size=6).map(lambda text: f"u:{text}SECRET@")
)
_HOSTS = st.sampled_from(["host", "h.example:1935", "[::1]", "[fe80::1%25eth0]:1935", "bücher.example", ""])
_MARKS = st.lists(
    st.sampled_from(["?", "#", "&", ";", "=", ":", " ", "/", "%3F", "\\", '"', "@"]), min_size=1, max_size=4
)
_PATHS = st.sampled_from(
    ["/SECRET", "//SECRET/", "/app/SECRET", "/SECRET/?a=1", "/app?streamKey=SECRET", "?SECRET", "#SECRET"]
) | _MARKS.map(lambda marks: f"/app{''.join(marks)}SECRET/x")


@given(scheme=_SCHEMES, login=_LOGINS, host=_HOSTS, path=_PATHS)
def test_no_shape_of_an_address_lets_a_secret_through(scheme: str, login: str, host: str, path: str) -> None:
    address = f"{scheme}{login}{host}{path}"
    shown = redact_url(address)
    # With nothing before it, it stands where a server's name is.
    assume(not address.strip().replace("\\/", "/").partition("://")[2].startswith("SECRET"))
    assert "SECRET" not in shown
    assert redact_url(shown) in (shown, MASK)
    redactor = Redactor()
    redactor.learn(secrets_in_url(address))
    assert "SECRET" not in redactor.redact(f"It says {address}.")


def test_parts_of_an_url_that_are_secret() -> None:
    encoded = secrets_in_url("rtmp://user:password@host/app/inst/streamkey?token=abcdef&x=1")
    found = {part for part in encoded if "%" not in part}
    whole = "inst/streamkey?token=abcdef&x=1"
    assert found == {"password", "user:password", "streamkey", "abcdef", "token=abcdef", whole}
    assert {"thekey", "me:pa%2fs", "me:pa/s", "pa%2fs"} <= secrets_in_url("rtmp://me:pa%2fs@host/thekey")
    assert {"streamkey", "token-value"} <= secrets_in_url("rtmp://host/live2?backup=token-value/streamkey")
    assert secrets_in_url("rtmp://host/app/key") == frozenset()
    assert secrets_in_url("") == frozenset()


@pytest.mark.parametrize(
    "address", ["rtmp://me:12/password@host/a/key", "host/app/streamkey", "rtmp:/h/password", "rtmp://h:password/a/b"]
)
def test_of_what_is_no_address_every_part_is_secret(address: str) -> None:
    assert {"password", "streamkey"} & secrets_in_url(address)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/cwd/rtmp:/u:KEY@host/app/KEY is no folder", "/cwd/rtmp://**** is no folder"),
        (r"C:\cwd\rtmp:\u:KEY@host\app\KEY", r"C:\cwd\rtmp://****"),
        (r'"C:\\rtmps:\\\\host\\app\\KEY"', r'"C:\\rtmps://****"'),
        ("rtmp:/ or rtmp://", "rtmp:/ or rtmp://"),
    ],
)
def test_an_address_that_was_taken_for_a_path(text: str, shown: str) -> None:
    assert redact_text(text) == shown


@pytest.mark.parametrize("said", ["p%40s%2Fw%21", "p%40s%2fw%21", "p@s/w!", "p%40s/w%21", "P@S/W!"])
def test_a_secret_is_hidden_in_whatever_way_it_is_encoded(said: str) -> None:
    redactor = Redactor()
    redactor.learn(secrets_in_url("rtmp://me:p%40s%2Fw!@host/app/key"))
    assert redactor.redact(f"refused: {said}") == "refused: ****"


def test_learnt_secrets_are_hidden_everywhere() -> None:
    redactor = Redactor()
    redactor.learn(["streamkey", "streamkey-longer", "abc"])
    redactor.learn(["streamkey"])
    assert redactor.redact("playpath=streamkey-longer abc streamkey!") == "playpath=**** abc ****!"


def test_a_secret_leaves_nothing_where_a_shorter_one_runs_into_it() -> None:
    redactor = Redactor()
    redactor.learn(["name-live", "LIVE_4711_KEY"])
    assert redactor.redact("name-live_4711_key") == f"name-{MASK}"


def test_only_the_newest_secrets_are_kept() -> None:
    redactor = Redactor()
    redactor.learn(f"secret-{n:04}" for n in range(1100))
    assert redactor.redact("secret-0000 secret-1099") == "secret-0000 ****"
    redactor.learn(["a-very-long-secret-of-another-kind"])
    redactor.learn(f"secret-{n:04}" for n in range(500))
    assert redactor.redact("a-very-long-secret-of-another-kind") == "****"


@given(st.text(CHARACTERS))
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(f"a{text}b").splitlines()) == 1


def test_one_line_keeps_what_can_be_read() -> None:
    assert one_line("a\tb\nc\x1b[0m é\u2028\ud800") == "a\tb\\nc\\x1b[0m é\\u2028\\ud800"


def test_every_part_of_a_whip_path_is_a_secret() -> None:
    assert "SeCrEtPlAcE" in secrets_in_url("whips://host/SeCrEtPlAcE/webRTC/publish")
