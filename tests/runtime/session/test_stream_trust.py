"""stream_trust: what decided is named."""

from pathlib import Path

import pytest

from ionia.core.live.failure_code import FailureCode
from ionia.runtime.session.stream_trust import StreamTrust
from tests.fakes.certificates import make_certificate

EXPIRED, REFUSED = FailureCode.EXPIRED.value, FailureCode.REFUSED.value


def test_a_variable_that_decides_is_named_in_the_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(make_certificate(tmp_path)))
    trust = StreamTrust("", secure=True)
    assert trust.warning == ""
    assert trust.hint(EXPIRED) == f"{EXPIRED.hint} Only what the file in SSL_CERT_FILE holds is trusted."
    assert trust.hint(REFUSED) == REFUSED.hint
    assert StreamTrust("", secure=False).hint(EXPIRED) == EXPIRED.hint


def test_an_option_comes_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/bundle.pem")
    trust = StreamTrust(str(make_certificate(tmp_path)), secure=True)
    assert (trust.warning, trust.hint(EXPIRED)) == ("", EXPIRED.hint)
    assert StreamTrust("", secure=False).warning == ""
    bad = StreamTrust("", secure=True)
    assert bad.warning.startswith("SSL_CERT_FILE is not used")
    assert bad.hint(EXPIRED) == EXPIRED.hint
