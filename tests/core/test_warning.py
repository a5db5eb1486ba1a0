"""The table of warnings: stable codes, each with a meaning and the type of its details."""

import re
from pathlib import Path

import ionia
from ionia.core.warning import DiskLow, NoFacts, WarningCode

ENGINE = Path(ionia.__file__).parent


def test_every_code_is_a_stable_word_with_a_meaning() -> None:
    for code in WarningCode:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code.value)
        assert code.value == code.name.lower()
        assert code.meaning
        assert WarningCode(code.value) is code


def test_details_belong_to_a_code() -> None:
    assert WarningCode.DISK_LOW.facts is DiskLow
    assert WarningCode.STALLED.facts is NoFacts


def test_every_code_is_given_somewhere() -> None:
    sources = [path for path in ENGINE.rglob("*.py") if path.name != "warning.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert [code.name for code in WarningCode if f"WarningCode.{code.name}" not in text] == []
