"""Where the user's settings and logs belong. None where the user has no home: what is kept there is optional.

Services and containers run without HOME and under ids that no passwd entry names; on Windows a client may start us with
an environment that lacks everything.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath


def config_folder(environment: Mapping[str, str], *, platform: str = sys.platform) -> Path | None:
    """For settings: %APPDATA%\\Ionia, $XDG_CONFIG_HOME/ionia or ~/.config/ionia."""
    if platform == "win32":
        return _inside(environment.get("APPDATA"), "Ionia") or _inside(
            _windows_profile(environment), "AppData", "Roaming", "Ionia"
        )
    return _inside(environment.get("XDG_CONFIG_HOME"), "ionia") or _inside(_home(environment), ".config", "ionia")


def log_folder(environment: Mapping[str, str], *, platform: str = sys.platform) -> Path | None:
    """For logs: %LOCALAPPDATA%\\Ionia\\logs, $XDG_STATE_HOME/ionia or ~/.local/state/ionia."""
    if platform == "win32":
        return _inside(environment.get("LOCALAPPDATA"), "Ionia", "logs") or _inside(
            _windows_profile(environment), "AppData", "Local", "Ionia", "logs"
        )
    return _inside(environment.get("XDG_STATE_HOME"), "ionia") or _inside(
        _home(environment), ".local", "state", "ionia"
    )


def _inside(base: str | None, *parts: str) -> Path | None:
    """The XDG base directory specification: a path that is not absolute is to be ignored. So it is on Windows."""
    return Path(base, *parts) if base and _is_absolute(base) else None


def _is_absolute(path: str) -> bool:
    return PurePath(path).is_absolute() or (path[1:3] in (":\\", ":/") and path[0].isalpha())


def _windows_profile(environment: Mapping[str, str]) -> str | None:
    drive, path = environment.get("HOMEDRIVE"), environment.get("HOMEPATH")
    return environment.get("USERPROFILE") or (drive + path if drive and path else None)


if sys.platform == "win32":

    def _home(environment: Mapping[str, str]) -> str | None:
        return environment.get("HOME")

else:
    import pwd

    def _home(environment: Mapping[str, str]) -> str | None:
        """HOME, else what the user database says. Not `Path.home`, which raises where neither knows."""
        if environment.get("HOME"):
            return environment["HOME"]
        try:
            return pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            return None
