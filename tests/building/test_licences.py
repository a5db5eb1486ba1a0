"""What is packed into a frozen engine is named in its licence file, and nothing is packed that nobody knows."""

import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKED = ("av", "numpy", "soxr", "pywebrtc-audio", "msgspec", "psutil", "jsonrpcserver", "jsonschema")
MODULES = tuple(name.replace("-", "_") for name in PACKED)


@pytest.fixture(scope="module")
def licences() -> Iterator[Any]:
    """The module that the frozen engine's recipe uses, which looks through all packages once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "build" / "freeze"))
        import licences as module  # noqa: PLC0415 - only PyInstaller has its folder on the path

    yield module
    for name in ("licences", "packed_libraries"):
        sys.modules.pop(name, None)


@cache
def binaries_of(package: str) -> list[tuple[str, str, str]]:
    files = metadata.distribution(package).files or []
    return [
        (str(file), "", "BINARY") for file in files if ".so" in PurePosixPath(file).suffixes or file.suffix == ".dll"
    ]


def analysis(*more: tuple[str, str, str], pure: tuple[str, ...] = MODULES) -> SimpleNamespace:
    binaries = [entry for package in PACKED for entry in binaries_of(package)]
    return SimpleNamespace(binaries=[*binaries, *more], datas=[], pure=[(name, "", "PYMODULE") for name in pure])


def test_every_library_of_the_wheels_is_named_with_its_files_and_texts(
    licences: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # PyInstaller is installed where something is frozen; there, tests/e2e/test_frozen_engine.py finds it in the file.
    monkeypatch.setattr(licences, "LOADER", "av")
    said = licences.text(analysis(), ROOT)
    for package in PACKED:
        assert f"\n{package} {metadata.version(package)}: " in said
        for place, _, _ in binaries_of(package):
            assert place in said or place.startswith(f"{package.replace(chr(45), chr(95))}/")
    for words in (
        "version 3 or later of it", "x264: GPL-2.0-or-later", "GNU LESSER GENERAL PUBLIC", "Version 2, June 1991",
        "Version 3, 29 June 2007", "Apache License", "PYTHON SOFTWARE FOUNDATION", "libsoxr",
    ):  # fmt: skip
        assert words in said


def test_ffmpeg_is_what_the_licence_file_says(licences: Any) -> None:
    """The sentence on version 3 is true of this PyAV, and only as long as it says so itself."""
    from av._core import library_meta  # noqa: PLC0415

    assert {meta["license"] for meta in library_meta.values()} == {"LGPL version 3 or later"}
    assert "--enable-libx264" in library_meta["libavcodec"]["configuration"]


@pytest.mark.parametrize(
    "name",
    [
        "av.libs/avcodec-62-984de33114b7fa384296817dec999c9d.dll", "av.libs/libwinpthread-1-0233.dll",
        "av.libs/libiconv-2-6ce5.dll", "av.libs/zlib1-79e0c4f9.dll", "numpy.libs/msvcp140-a4c2229b.dll",
        "VCRUNTIME140_1.dll", "winrt/MSVCP140.dll", "libcrypto-3.dll", "libffi-8.dll", "python311.dll",
        "api-ms-win-crt-runtime-l1-1-0.dll", "ucrtbase.dll", "libpython3.11.so.1.0", "libz.so.1", "libbz2.so.1.0",
        "liblzma.so.5", "libexpat.so.1", "libuuid.so.1",
    ],
)  # fmt: skip
def test_what_windows_and_python_bring_is_known(name: str, licences: Any) -> None:
    libraries, packages = licences.sort_out([(name, "", "BINARY")], [], {})
    assert list(libraries.values()) == [[name]]
    assert packages == set()


@pytest.mark.parametrize("entry", [("av.libs/libnew-1.dll", "", "BINARY"), ("newthing/data.bin", "", "DATA")])
def test_what_nobody_knows_is_not_packed(entry: tuple[str, str, str], licences: Any) -> None:
    with pytest.raises(LookupError, match=entry[0].rpartition("/")[0].split(".")[0]):
        licences.sort_out([entry], [], {"numpy": {"numpy"}})
    with pytest.raises(LookupError, match="stranger"):
        licences.text(analysis(pure=("stranger",)), ROOT)
