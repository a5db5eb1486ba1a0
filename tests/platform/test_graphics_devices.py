"""Devices are found by what the system keeps of them."""

import os
import sys
from pathlib import Path

import pytest

from ionia.platform.graphics_devices import AMD, INTEL, NVIDIA, GraphicsDevice, graphics_devices, vendor_in


@pytest.mark.parametrize(
    ("device_id", "vendor"),
    [
        (r"pci\ven_10de&dev_2684", NVIDIA),
        (r"PCI\VEN_8086&DEV_46A6&SUBSYS_0B191028", INTEL),
        (r"PCI\VEN_1002", AMD),
        (r"ROOT\BasicDisplay", None),
        (r"PCI\VEN_", None),
    ],
)
def test_a_vendor_is_in_windows_name_of_a_device(device_id: str, vendor: int | None) -> None:
    assert vendor_in(device_id) == vendor


@pytest.mark.skipif(sys.platform == "win32", reason="as Linux keeps them")
def test_what_linux_has_of_each_device(tmp_path: Path) -> None:
    def file(path: str, text: str = "") -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    assert graphics_devices(tmp_path) == ()
    file("dev/dri/renderD128")
    file("sys/class/drm/renderD128/device/vendor", "0x8086\n")
    file("dev/dri/renderD129")  # one without a vendor: a virtual machine's
    assert graphics_devices(tmp_path) == (GraphicsDevice(vendor=INTEL, driver=os.uname().release),)
    file("dev/nvidiactl")
    file("sys/module/nvidia/version", "580.65.06\n")
    assert graphics_devices(tmp_path)[0] == GraphicsDevice(vendor=NVIDIA, driver="580.65.06")
