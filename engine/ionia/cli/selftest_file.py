"""The self-test's figures as a file that can be sent to somebody: what they were measured on, and not whose it is."""

import os
import platform
import socket
from pathlib import Path

import msgspec

from ionia.core.private_words import PrivateWords
from ionia.core.redaction import redact_text, secret_parts, secrets_in_url
from ionia.core.selftest_report import SelftestReport, SelftestSettings
from ionia.core.service import EngineInfo
from ionia.core.utc_text import utc_text
from ionia.rpc.results import SelftestResult
from ionia.threads.clock import MonotonicClock, pair_with_utc

_USER_VARIABLES = ("USER", "USERNAME", "LOGNAME")
_MACHINE_VARIABLES = ("COMPUTERNAME", "HOSTNAME", "USERDOMAIN")


def refuse_taken(path: str) -> None:
    """Raise OSError now rather than after half a minute: for a file that is there, or a folder that is not."""
    if Path(path).exists():
        raise FileExistsError(f"{path} is there already; a report is written to a new file.")
    if not Path(path).absolute().parent.is_dir():
        raise FileNotFoundError(f"The folder of {path} doesn't exist.")


def write_report(path: str, report: SelftestReport, settings: SelftestSettings, engine: EngineInfo) -> None:
    """Write the file. Raises OSError."""
    system = {"name": platform.system(), "release": platform.release(), "version": platform.version()}
    clock = MonotonicClock()
    told = {
        "writtenUtc": utc_text(pair_with_utc(clock).at(clock.now_ns())),
        "engine": {name: getattr(engine, name) for name in ("version", "platform", "python", "ffmpeg")},
        "system": {**system, "cores": os.cpu_count()},
        **msgspec.to_builtins(SelftestResult.of(report, redact_text)),
    }
    shown = private_words(settings, report).all_without(told)
    with Path(path).open("xb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n")


def private_words(settings: SelftestSettings, report: SelftestReport) -> PrivateWords:
    """What is known here of the person and the machine."""
    homes = {folder for folder in (os.environ.get("USERPROFILE"), os.environ.get("HOME")) if folder}
    users = {os.environ.get(name, "") for name in _USER_VARIABLES}
    users |= {home.replace("\\", "/").rstrip("/").rpartition("/")[2] for home in homes}
    machines = {os.environ.get(name, "") for name in _MACHINE_VARIABLES} | {platform.node(), socket.gethostname()}
    secrets = secret_parts(settings.stream_key) | (
        secrets_in_url(settings.rtmp_url) if settings.rtmp_url else frozenset()
    )
    # As the report has them: the folder that was tried may be the current one, which nobody named.
    folders, devices = (_figures(report, name) for name in ("folder", "device"))
    if report.correction is not None:
        devices.add(report.correction.device)
    return PrivateWords(
        users=frozenset(users - {""}),
        machines=frozenset({part for name in machines for part in (name, name.partition(".")[0])} - {""}),
        homes=frozenset(homes | folders),
        devices=frozenset(devices),
        secrets=secrets,
    )


def _figures(report: SelftestReport, name: str) -> set[str]:
    return {found for finding in report.findings if isinstance(found := finding.figures.get(name), str) and found}
