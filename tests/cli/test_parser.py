"""What a wrong command line is told: which option is wrong, and never a stream key."""

import pytest

from ionia.cli.main import run

KEY = "live_4711_abcdef"
URL = f"rtmp://127.0.0.1:1/app/{KEY}"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["stream", URL, "--delay", "10", URL], "side by side"),
        (["stream", URL, "--bogus", URL], "--bogus"),
        (["stream", URL, "--stream-key", KEY], "--stream-key"),
        (["stream", URL, f"--stream-key={KEY}"], "--stream-key"),
        (["stream", "rtmp://127.0.0.1:1/app", f"--ask-key={KEY}"], "--ask-key"),
        (["stream", "--seconds", URL], "--seconds"),
        (["selftest", "--url", URL, URL], "rtmp://127.0.0.1:1/app/****"),
        ([URL], "rtmp://127.0.0.1:1/app/****"),
    ],
)
def test_a_key_in_the_wrong_option_is_not_repeated(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    said = "".join(capsys.readouterr())
    assert ended.value.code == 2
    assert KEY not in said
    assert named in said


@pytest.mark.parametrize("command", ["record", "screenshot", "probe", "repair"])
@pytest.mark.parametrize("address", [URL, f"/nowhere/rtmp:/me:{KEY}@host/{KEY}/x"])
def test_an_address_in_the_place_of_a_file_is_not_repeated(
    command: str, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, address]) == 1
    said = "".join(capsys.readouterr())
    assert KEY not in said
    assert "rtmp://" in said
