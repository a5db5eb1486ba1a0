"""A report that is sent to somebody names neither its sender nor the machine, no folder of theirs and no key."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.private_words import DEVICE, HOME, MACHINE, USER, PrivateWords, Value

ANNA = PrivateWords(
    users=frozenset({"anna"}),
    machines=frozenset({"ANNAS-PC"}),
    homes=frozenset({r"D:\Profiles\anna", "/srv/people/anna"}),
    secrets=frozenset({"live_0123456789"}),
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Recordings go to /srv/people/anna/My Films", f"Recordings go to {HOME}"),
        (r"d:\profiles\ANNA\Videos is slow", HOME),
        ("D:\\\\Profiles\\\\anna\\\\Videos", HOME),
        (r"C:\Users\Somebody Else\x.mp4", HOME),
        ("/home/bert/x and /home/carl/y\nfine", f"{HOME}\nfine"),
        ("/root/take.mp4", HOME),
        ("Anna's headset on annas-pc", f"{USER}'s headset on {MACHINE}"),
        ("Hannah is no anna", f"Hannah is no {USER}"),
        ("rtmp://live.example.org/app/live_0123456789", "rtmp://live.example.org/app/****"),
        ("the key live_0123456789 was refused", "the key **** was refused"),
        ("1920x1080 at 30 frames a second", "1920x1080 at 30 frames a second"),
    ],
)
def test_what_is_hidden(text: str, shown: str) -> None:
    assert ANNA.without(text) == shown


@pytest.mark.parametrize(
    ("device", "hidden"),
    [
        ("Headset (Bert's AirPods)", True),
        ("James' AirPods", True),
        ("AirPods von Carl", True),
        ("AirPods d\u2019Élise", True),
        ("AirPods de Élise", True),
        ("Monitor of Built-in Audio", False),
        ("Réseau de microphones (Realtek(R) Audio)", False),
    ],
)
def test_a_device_that_is_named_after_somebody_is_nobodys(device: str, hidden: bool) -> None:
    private = PrivateWords(devices=frozenset({device}))
    assert private.without(f"{device}, peak -3 dBFS") == f"{DEVICE if hidden else device}, peak -3 dBFS"


def test_keys_and_figures_stay() -> None:
    value: Value = {"anna": [1, 2.5, True, None, "anna"], "more": {"path": "/srv/people/anna/x"}}
    assert ANNA.all_without(value) == {"anna": [1, 2.5, True, None, USER], "more": {"path": HOME}}


names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.é(+", min_size=2, max_size=12)
words = st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=20)


@given(
    user=names,
    machine=names,
    secret=st.text("qwertzuiop0123456789_-", min_size=6, max_size=20),
    around=words,
    file=words,
)
def test_nothing_private_is_left_wherever_it_stands(
    user: str, machine: str, secret: str, around: str, file: str
) -> None:
    home = rf"E:\Data\{user}"
    private = PrivateWords(
        users=frozenset({user}), machines=frozenset({machine}), homes=frozenset({home}), secrets=frozenset({secret})
    )
    texts = [
        f"{around} {user} {around}", f"on {machine}: {around}", f"{around} {home}\\{file}",
        f"{around} {home.replace(chr(92), '/')}/{file}", f"{around}{secret}{around}", f"/home/{user}/{file}",
    ]  # fmt: skip
    said = json.dumps(private.all_without({"a": texts, "b": [{"c": texts}]}), ensure_ascii=False)
    shown = json.loads(said)
    for left in [*shown["a"], *shown["b"][0]["c"]]:
        rest = left.replace(USER, "*").replace(MACHINE, "*").replace(HOME, "*").replace("****", "*")
        assert secret not in rest
        for name in (user, machine):
            assert not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", rest, re.IGNORECASE) or name in around
    for left in (shown["a"][2], shown["a"][3], shown["a"][5]):
        assert left.endswith(HOME)
