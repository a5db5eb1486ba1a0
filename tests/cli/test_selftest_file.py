"""`selftest --report FILE`: figures, versions, and nobody's names."""

import json
from pathlib import Path

import pytest

from ionia.cli.main import run
from ionia.cli.selftest_file import write_report
from ionia.core.selftest_report import Correction, Finding, Outcome, Part, SelftestReport, SelftestSettings
from ionia.core.service import EngineInfo

INFO = EngineInfo(version="1.2", platform="linux-x86_64", pid=1, python="3.11", ffmpeg="8", capabilities=())


def test_it_has_the_figures_and_no_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "anna")
    monkeypatch.setenv("HOME", "/srv/anna")
    monkeypatch.setenv("COMPUTERNAME", "ANNAS-PC")
    finding = Finding(
        part=Part.DISK, outcome=Outcome.GOOD, title="Disk of Anna", found="/srv/anna/My Films on annas-pc took 90 MB/s",
        advice="live_0123456789 was refused", figures={"megabytesPerSecond": 90.5, "folder": "/mnt/takes/x"},
    )  # fmt: skip
    report = SelftestReport(findings=(finding,), seconds=1.0, cancelled=False, recommendation=None)
    settings = SelftestSettings(folder="/mnt/takes", rtmp_url="rtmp://h/app/live_0123456789", stream_key="")
    path = tmp_path / "report.json"
    write_report(str(path), report, settings, INFO)
    text = path.read_text(encoding="utf-8")
    said = json.loads(text)
    assert said["findings"][0]["figures"] == {"megabytesPerSecond": 90.5, "folder": "~/****"}
    assert said["findings"][0]["title"] == "Disk of <user>"
    assert said["engine"] == {"version": "1.2", "platform": "linux-x86_64", "python": "3.11", "ffmpeg": "8"}
    assert said["system"]["cores"] >= 1
    assert said["verdict"]
    for private in ("anna", "live_0123456789", "Films", "takes"):
        assert private not in text.lower().replace("takes/x", "takes")


def test_the_current_folder_and_a_persons_devices_are_not_told(tmp_path: Path) -> None:
    """The folder that was tried is in no setting where nobody named one."""
    disk = Finding(
        part=Part.DISK, outcome=Outcome.GOOD, title="Disk", found="90 MB/s in /mnt/Family Miller/Takes, enough",
        figures={"folder": "/mnt/Family Miller/Takes", "megabytesPerSecond": 90},
    )  # fmt: skip
    sound = Finding(
        part=Part.SOUND, outcome=Outcome.GOOD, title="Desktop sound", found="Bert\u2019s AirPods, peak -3 dBFS",
        figures={"device": "Bert\u2019s AirPods"},
    )  # fmt: skip
    usual = Finding(
        part=Part.SOUND, outcome=Outcome.GOOD, title="Microphone", found="Mic (Realtek), peak -3 dBFS",
        figures={"device": "Mic (Realtek)"},
    )  # fmt: skip
    correction = Correction(device="Bert\u2019s AirPods", offset_ms=20.0)
    report = SelftestReport(findings=(disk, sound, usual), seconds=1.0, cancelled=False, correction=correction)
    path = tmp_path / "report.json"
    write_report(str(path), report, SelftestSettings(), INFO)
    said = json.loads(path.read_text(encoding="utf-8"))
    assert "Miller" not in str(said)
    assert "Bert" not in str(said)
    assert [one["found"] for one in said["findings"]] == [
        "90 MB/s in ~/****", "<somebody's device>, peak -3 dBFS", "Mic (Realtek), peak -3 dBFS",
    ]  # fmt: skip


def test_a_file_that_is_there_and_a_folder_that_is_not_are_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken.json"
    taken.write_text("mine")
    assert run(["selftest", "--report", str(taken)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert taken.read_text() == "mine"
    assert run(["selftest", "--report", str(tmp_path / "no" / "x.json")]) == 1
    assert "doesn't exist" in capsys.readouterr().err
