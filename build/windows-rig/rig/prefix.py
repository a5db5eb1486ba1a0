"""Our shims, and the Windows disk that they are put on."""

import os
import shutil
import subprocess

from rig.base import PYDLL, SHIMS, call
from rig.pe import PE
from rig.servers import end_wine, run_environment


def mingw(output, *arguments):
    call("x86_64-w64-mingw32-gcc", "-Wall", "-s", "-static-libgcc", "-o", output, *arguments)


def build_shims(rig):
    rig.shims.mkdir(parents=True, exist_ok=True)
    mingw(rig.shims / "rig_ucrt.dll", "-O2", "-shared", "-Wl,--export-all-symbols", SHIMS / "ucrt.c")
    mingw(
        rig.shims / "dxgi.dll", "-O3", "-shared", SHIMS / "dxgi.c", SHIMS / "dxgi.def", "-lgdi32", "-luser32", "-luuid"
    )
    mingw(
        rig.shims / "rig_wgc.dll", "-O2", "-shared", SHIMS / "wgc.c", SHIMS / "wgc.def", "-lgdi32", "-luser32", "-luuid"
    )
    mingw(
        rig.shims / "mmdevapi.dll", "-O2", "-shared", SHIMS / "mmdevapi.c", SHIMS / "mmdevapi.def",
        "-lole32", "-luuid", "-lws2_32",
    )  # fmt: skip
    manifest = rig.shims / "python.o"
    call("x86_64-w64-mingw32-windres", SHIMS / "python.rc", manifest)
    mingw(rig.shims / "python.exe", "-O2", "-municode", f'-DPYTHON_DLL=L"{PYDLL}.dll"', SHIMS / "python.c", manifest)


WGC_CLASSES = (
    "Windows.Graphics.Capture.GraphicsCaptureItem",
    "Windows.Graphics.Capture.GraphicsCaptureSession",
    "Windows.Graphics.Capture.Direct3D11CaptureFramePool",
    "Windows.Foundation.Metadata.ApiInformation",
)
WGC_FUNCTIONS = ("CreateDirect3D11DeviceFromDXGIDevice", "CreateDirect3D11SurfaceFromDXGISurface")

REGISTRY = r"""REGEDIT4

[HKEY_CURRENT_USER\Software\Wine\DllOverrides]
"dxgi"="native,builtin"
"d3d11"="native,builtin"
"rig_wgc"="native"

[HKEY_CURRENT_USER\Software\Wine\Drivers]
"Audio"="pulse"

[HKEY_CURRENT_USER\Software\Wine\WineDbg]
"ShowCrashDialog"=dword:00000000

""" + "".join(
    rf"""[HKEY_LOCAL_MACHINE\Software\Microsoft\WindowsRuntime\ActivatableClassId\{name}]
"DllPath"="C:\\windows\\system32\\rig_wgc.dll"

"""
    for name in WGC_CLASSES
)


def build_prefix(rig):
    end_wine(rig)
    shutil.rmtree(rig.prefix, ignore_errors=True)
    env = run_environment(rig, with_sound=False)
    call(rig.wine, "wineboot", "-i", env=env, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    registry = rig.prefix / "drive_c/windows-rig/rig.reg"
    registry.parent.mkdir()
    registry.write_text(REGISTRY)
    call(rig.wine, "regedit", "/S", r"C:\windows-rig\rig.reg", env=env, stdin=subprocess.DEVNULL)
    call(rig.wine_root / "usr/lib/wine/wineserver", "-w", env=env)
    # wineboot copies Wine's DLLs, which are only read: share them.
    for copy in rig.system32.rglob("*"):
        original = rig.dlls / copy.name
        if copy.is_file() and original.is_file() and copy.read_bytes() == original.read_bytes():
            copy.unlink()
            os.link(original, copy)


def install_shims(rig):
    build_d3d11(rig)
    install_mmdevapi(rig)
    for name in ("rig_ucrt.dll", "dxgi.dll", "rig_wgc.dll", "d3d11.dll", "mmdevapi.dll"):
        (rig.system32 / name).unlink(missing_ok=True)
        shutil.copy2(rig.shims / name, rig.system32)


def install_mmdevapi(rig):
    """Wine's mmdevapi beside ours, and the program that ours starts."""
    wines = bytearray((rig.dlls / "mmdevapi.dll").read_bytes())
    wines[64:96] = bytes(32)  # "Wine builtin DLL": a new prefix would make it the server of Wine's classes
    (rig.system32 / "mmdevapi_wine.dll").write_bytes(wines)
    (rig.prefix / "drive_c/windows-rig/processes").mkdir(exist_ok=True)
    helper = rig.prefix / "drive_c/windows-rig/process-loopback"
    shutil.copyfile(SHIMS / "loopback.py", helper)
    helper.chmod(0o755)


def build_d3d11(rig):
    """Wine's d3d11, kept beside it as d3d11_wine, with the functions that it lacks forwarded to the shim."""
    ours = rig.dlls / "d3d11_wine.dll"
    if not ours.exists():
        shutil.copy2(rig.dlls / "d3d11.dll", ours)
    (rig.system32 / ours.name).unlink(missing_ok=True)  # a new prefix has it, linked
    shutil.copy2(ours, rig.system32)
    forwards = [f"{name} = d3d11_wine.{name}" for name in sorted(PE(ours).export_names())]
    forwards += [f"{name} = rig_wgc.{name}" for name in WGC_FUNCTIONS]
    definition, code = rig.shims / "d3d11.def", rig.shims / "d3d11.c"
    definition.write_text("LIBRARY d3d11.dll\nEXPORTS\n" + "".join(f"  {line}\n" for line in forwards))
    code.write_text("int DllMain(void *module, unsigned reason, void *more) { return 1; }\n")
    mingw(rig.shims / "d3d11.dll", "-shared", "-nostdlib", "-Wl,-e,DllMain", code, definition)
