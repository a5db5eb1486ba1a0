"""Folders of the user, also of one who has none."""

import os
import sys
from pathlib import Path

import pytest

from ionia.platform.user_folders import config_folder, log_folder

posix = pytest.mark.skipif(sys.platform == "win32", reason="the user database of POSIX")


@posix
@pytest.mark.parametrize(
    ("environment", "config", "logs"),
    [
        ({"XDG_CONFIG_HOME": "/cfg", "XDG_STATE_HOME": "/state", "HOME": "/h"}, "/cfg/ionia", "/state/ionia"),
        ({"HOME": "/h"}, "/h/.config/ionia", "/h/.local/state/ionia"),
        ({"XDG_CONFIG_HOME": "cfg", "XDG_STATE_HOME": "", "HOME": "/h"}, "/h/.config/ionia", "/h/.local/state/ionia"),
    ],
)
def test_linux(environment: dict[str, str], config: str, logs: str) -> None:
    assert config_folder(environment, platform="linux") == Path(config)
    assert log_folder(environment, platform="linux") == Path(logs)


@posix
@pytest.mark.parametrize("environment", [{}, {"HOME": ""}])
def test_without_home_the_user_database_is_asked(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_folder(environment, platform="linux") is not None
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert config_folder(environment, platform="linux") is None
    assert log_folder(environment, platform="linux") is None


@posix
def test_a_home_that_is_no_absolute_path_is_none() -> None:
    assert config_folder({"HOME": "nowhere"}, platform="linux") is None


@pytest.mark.parametrize(
    ("environment", "config", "logs"),
    [
        ({"APPDATA": "C:\\r", "LOCALAPPDATA": "C:\\l"}, ("C:\\r", "Ionia"), ("C:\\l", "Ionia", "logs")),
        (
            {"USERPROFILE": "C:\\u"},
            ("C:\\u", "AppData", "Roaming", "Ionia"),
            ("C:\\u", "AppData", "Local", "Ionia", "logs"),
        ),
        (
            {"HOMEDRIVE": "C:", "HOMEPATH": "\\u"},
            ("C:\\u", "AppData", "Roaming", "Ionia"),
            ("C:\\u", "AppData", "Local", "Ionia", "logs"),
        ),
    ],
)
def test_windows(environment: dict[str, str], config: tuple[str, ...], logs: tuple[str, ...]) -> None:
    assert config_folder(environment, platform="win32") == Path(*config)
    assert log_folder(environment, platform="win32") == Path(*logs)


@pytest.mark.parametrize("environment", [{}, {"APPDATA": "", "HOMEPATH": "\\u"}, {"APPDATA": "r", "LOCALAPPDATA": "l"}])
def test_windows_without_anything(environment: dict[str, str]) -> None:
    assert config_folder(environment, platform="win32") is None
    assert log_folder(environment, platform="win32") is None
