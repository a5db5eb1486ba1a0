"""Which graphics devices are there, by what the system keeps: no driver's library is loaded for it. Any thread."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

NVIDIA, INTEL, AMD = 0x10DE, 0x8086, 0x1002
"""PCI's numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphicsDevice:
    """`driver`: its version, or what changes with it."""

    vendor: int
    driver: str


if sys.platform == "win32":
    import winreg

    _DISPLAY_CLASS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"

    def graphics_devices() -> tuple[GraphicsDevice, ...]:
        """Those that a driver is installed for, remote and basic ones left out."""
        return tuple(_devices())

    def _devices() -> Iterator[GraphicsDevice]:
        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _DISPLAY_CLASS) as display:
            for index in range(winreg.QueryInfoKey(display)[0]):
                with suppress(OSError), winreg.OpenKey(display, winreg.EnumKey(display, index)) as device:
                    vendor = vendor_in(str(winreg.QueryValueEx(device, "MatchingDeviceId")[0]))
                    if vendor is not None:
                        yield GraphicsDevice(vendor=vendor, driver=str(winreg.QueryValueEx(device, "DriverVersion")[0]))

else:

    def graphics_devices(root: Path = Path("/")) -> tuple[GraphicsDevice, ...]:
        """Those that a process can open, those that a container wasn't given left out."""
        return tuple(_devices(root))

    def _devices(root: Path) -> Iterator[GraphicsDevice]:
        if (root / "dev/nvidiactl").exists() or (root / "dev/dxg").exists():  # the second is WSL's
            yield GraphicsDevice(vendor=NVIDIA, driver=_text(root / "sys/module/nvidia/version") or os.uname().release)
        for node in sorted((root / "dev/dri").glob("renderD*")):
            vendor = _text(root / "sys/class/drm" / node.name / "device/vendor")
            with suppress(ValueError):
                yield GraphicsDevice(vendor=int(vendor, 16), driver=os.uname().release)

    def _text(path: Path) -> str:
        try:
            return path.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""


def vendor_in(device_id: str) -> int | None:
    """Of Windows' name of a device, as `PCI\\VEN_10DE&DEV_2684`. None: one that is no hardware of a vendor's."""
    _, found, rest = device_id.upper().partition("VEN_")
    try:
        return int(rest[:4], 16) if found else None
    except ValueError:
        return None
