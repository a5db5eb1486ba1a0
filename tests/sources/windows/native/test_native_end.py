"""A console that is closed and a session that ends: the recording is an ordinary file before the engine is gone."""

import ctypes
import json
import subprocess
import sys
import time
from ctypes import wintypes
from pathlib import Path

import pytest

from ionia.platform.windows_session import WINDOW_CLASS
from tests.fakes.media_check import top_level_boxes

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
user32 = ctypes.WinDLL("user32", use_last_error=True)
kernel32.GetModuleHandleW.restype = kernel32.GetProcAddress.restype = ctypes.c_void_p
kernel32.GetModuleHandleW.argtypes = (wintypes.LPCWSTR,)
kernel32.GetProcAddress.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
kernel32.CreateRemoteThread.restype = wintypes.HANDLE
kernel32.CreateRemoteThread.argtypes = (
    wintypes.HANDLE, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p
)  # fmt: skip
user32.FindWindowExW.restype = wintypes.HWND
user32.FindWindowExW.argtypes = (wintypes.HWND, wintypes.HWND, wintypes.LPCWSTR, wintypes.LPCWSTR)
user32.GetWindowThreadProcessId.argtypes = (wintypes.HWND, ctypes.POINTER(wintypes.DWORD))
user32.PostMessageW.argtypes = (wintypes.HWND, wintypes.UINT, ctypes.c_size_t, ctypes.c_ssize_t)
CLOSE, END_SESSION = 2, 0x16
CARD = {"screen": "test", "desktopAudio": "test", "audioMode": "desktop", "encoder": "x264", "fps": 30}


def close_console(engine: "subprocess.Popen[bytes]") -> None:
    """As Windows does it: by a thread of its own in the process."""
    routine = kernel32.GetProcAddress(kernel32.GetModuleHandleW("kernelbase.dll"), b"CtrlRoutine")
    assert routine
    assert kernel32.CreateRemoteThread(int(engine._handle), None, 0, routine, CLOSE, 0, None)  # type: ignore[attr-defined]


def end_session(engine: "subprocess.Popen[bytes]") -> None:
    """As the session's end is told to a program with windows."""
    window, owner = None, wintypes.DWORD()
    while window := user32.FindWindowExW(None, window, WINDOW_CLASS, None):
        user32.GetWindowThreadProcessId(window, ctypes.byref(owner))
        if owner.value == engine.pid:
            assert user32.PostMessageW(window, END_SESSION, 1, 0)
            return
    pytest.fail("the engine has no window to be told by")


def serving(path: Path) -> "subprocess.Popen[bytes]":
    engine = subprocess.Popen(
        [sys.executable, "-m", "ionia"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    calls = (("initialize", {"outputPath": str(path), **CARD}), ("start", {}))
    assert engine.stdin is not None
    for number, (method, params) in enumerate(calls):
        call = {"jsonrpc": "2.0", "id": number, "method": f"recorder.{method}", "params": params}
        engine.stdin.write(json.dumps(call).encode() + b"\n")
    engine.stdin.flush()
    return engine


def commanded(path: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "ionia", "record", str(path), "--screen", "test", "--encoder", "x264"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_the_file_is_finished_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4] / "engine"))
    ways = ((serving, end_session, tmp_path / "served.mp4"), (commanded, close_console, tmp_path / "commanded.mp4"))
    engines = [begin(path) for begin, _, path in ways]
    try:
        for engine, (_, end, path) in zip(engines, ways, strict=True):
            until = time.monotonic() + 60
            while not path.exists():  # the first half second is there
                assert time.monotonic() < until
                assert engine.poll() is None
                time.sleep(0.05)
            end(engine)
        for engine, (_, _, path) in zip(engines, ways, strict=True):
            assert engine.wait(30) == 0
            assert {kind for kind, _ in top_level_boxes(path.read_bytes())} >= {"ftyp", "moov", "mdat"}
            assert "moof" not in {kind for kind, _ in top_level_boxes(path.read_bytes())}
    finally:
        for engine in engines:
            engine.kill()
            engine.communicate()
