"""output_encoding: UTF-8 where a program reads, never an exception where a person does."""

import io
from typing import Any

from ionia.cli.output_encoding import set_encoding


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def written(kind: Any, text: str) -> bytes:
    raw = io.BytesIO()
    with kind(raw, encoding="cp1252") as stream:
        set_encoding(stream)
        stream.write(text)
        stream.flush()
        return raw.getvalue()


def test_a_pipe_gets_utf8() -> None:
    assert written(io.TextIOWrapper, "±17 字") == "±17 字".encode()


def test_half_a_character_is_no_reason_to_fail() -> None:
    assert written(io.TextIOWrapper, "a\udc80") == b"a\\udc80"


def test_a_terminal_keeps_its_encoding_and_shows_what_it_can() -> None:
    assert written(Terminal, "±17 字") == b"\xb117 \\u5b57"


def test_what_is_no_stream_of_pythons_is_left_alone() -> None:
    set_encoding(None)
    set_encoding(io.StringIO())
