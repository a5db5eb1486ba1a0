"""Stream keys and passwords never survive."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.redaction import Redactor, one_line, redact_text, redact_url, secrets_in_url

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


@given(before=st.text(), key=st.text("abcXYZ019-_'=&?/@:.", min_size=1).map(lambda k: f"7{k}7"), after=st.text())
def test_no_key_survives(before: str, key: str, after: str) -> None:
    secret = f"{key}SECRET"
    assert "SECRET" not in redact_text(f"{before}rtmp://host/app/{secret}").replace(before, "")
    assert "SECRET" not in redact_url(f"rtmp://u:{secret}@host/app/key{after}")
    assert "SECRET" not in redact_url(f"rtmp://host/{secret}")


def test_parts_of_an_url_that_are_secret() -> None:
    found = secrets_in_url("rtmp://user:password@host/app/inst/streamkey?token=abcdef&x=1")
    assert found == {"password", "user:password", "streamkey", "abcdef", "inst/streamkey?token=abcdef&x=1"}
    assert secrets_in_url("rtmp://me:pa%2Fssword@host/thekey") == {
        "thekey",
        "me:pa%2Fssword",
        "me:pa/ssword",
        "2Fssword",
        "ssword",
    }
    assert {"streamkey", "token-value"} <= secrets_in_url("rtmp://host/live2?backup=token-value/streamkey")
    assert secrets_in_url("rtmp://host/app/key") == frozenset()
    assert secrets_in_url("") == frozenset()


@pytest.mark.parametrize(
    "address", ["rtmp://me:12/password@host/a/key", "host/app/streamkey", "rtmp:/h/password", "rtmp://h:password/a/b"]
)
def test_of_what_is_no_address_every_part_is_secret(address: str) -> None:
    assert {"password", "streamkey"} & secrets_in_url(address)


def test_learnt_secrets_are_hidden_everywhere() -> None:
    redactor = Redactor()
    redactor.learn(["streamkey", "streamkey-longer", "abc"])
    redactor.learn(["streamkey"])
    assert redactor.redact("playpath=streamkey-longer abc streamkey!") == "playpath=**** abc ****!"


def test_only_the_newest_secrets_are_kept() -> None:
    redactor = Redactor()
    redactor.learn(f"secret-{n:04}" for n in range(1100))
    assert redactor.redact("secret-0000 secret-1099") == "secret-0000 ****"
    redactor.learn(["a-very-long-secret-of-another-kind"])
    redactor.learn(f"secret-{n:04}" for n in range(500))
    assert redactor.redact("a-very-long-secret-of-another-kind") == "****"


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(f"a{text}b").splitlines()) == 1


def test_one_line_keeps_what_can_be_read() -> None:
    assert one_line("a\tb\nc\x1b[0m é\u2028\ud800") == "a\tb\\nc\\x1b[0m é\\u2028\\ud800"
