"""The licence file of a frozen engine: what is inside, under which licence, and each licence's own text."""

import re
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import packed_libraries

HEADER = """Ionia engine: licences of everything in this folder
====================================================

This program's own code is under the GNU General Public License, version 2 or later. The folder as a whole, as it is
packed here, is under version 3 or later of it: x264 and x265 (GPL-2.0-or-later) are loaded by FFmpeg's libraries, which
PyAV builds under version 3 of the LGPL (`--enable-version3`), beside opencore-amr and OpenSSL (Apache-2.0), which
version 3 allows and version 2 does not. Both texts are below. Whoever passes this folder on must offer the complete
corresponding source: this program's, and that of the packages and libraries below in the versions named. PyAV's build
recipes, with the sources of FFmpeg and its libraries, are at https://github.com/PyAV-Org/pyav-ffmpeg.

A program that starts this one and speaks to it over pipes is a work of its own, and may have any licence.

H.264, H.265 and AAC are covered by patents in some countries. No licence here is one for those.
"""

INSIDE = {
    "soxr": "It contains libsoxr (LGPL-2.1-or-later)",
    "pyaudiowpatch": "It contains PortAudio (MIT), Copyright 1999-2011 Ross Bencina, Phil Burk",
    "pywebrtc-audio": "It contains WebRTC's sound processing (BSD-3-Clause), Copyright 2011 The WebRTC project authors",
    "cryptography": "It contains OpenSSL (Apache-2.0), Copyright 1998-2026 The OpenSSL Project Authors",
    "pylibsrtp": "It contains libsrtp (BSD-3-Clause), Copyright 2001-2026 Cisco Systems, and OpenSSL (Apache-2.0)",
    "simplejpeg": "It contains libjpeg-turbo (IJG AND BSD-3-Clause)",
    "isal": "It contains ISA-L (BSD-3-Clause), Copyright 2011-2024 Intel Corporation",
    "pyinstaller": "The loader of this program (GPL-2.0-or-later WITH Bootloader-exception)",
}
"""What a package has inside its own files, where no library of its own shows it."""

LOADER = "pyinstaller"
"""Its loader starts the program, and is none of the files that the analysis knows."""

LICENCE_NAMES = ("licen", "copying", "notice", "authors")
TEXTS = Path(__file__).parent / "licence_texts"
OURS = {"ionia", "ionia-engine"}


def text(analysis: Any, root: Path) -> str:
    """The whole file. `analysis` is PyInstaller's: what really went in decides, not what is installed.

    Raises LookupError for anything packed of which nothing is known.
    """
    owners = _owners()
    libraries, packages = sort_out([*analysis.binaries, *analysis.datas], (entry[0] for entry in analysis.pure), owners)
    packages.add(LOADER)
    needed = {name for library in libraries for name in library.texts if name not in packed_libraries.SHORT_TEXTS}
    sections = [HEADER, _overview(libraries), _python(), *(_package(name) for name in sorted(packages, key=str.lower))]
    sections += [f"{_rule(title)}\n\n{words}" for title, words in packed_libraries.SHORT_TEXTS.items()]
    sections.append(f"{_rule('GNU General Public License, version 2')}\n\n{(root / 'LICENSE').read_text('utf-8')}")
    sections += [f"{_rule(name)}\n\n{(TEXTS / f'{name}.txt').read_text('utf-8')}" for name in sorted(needed)]
    return "\n\n".join(section.strip() for section in sections) + "\n"


def sort_out(
    files: Iterable[tuple[str, str, str]], modules: Iterable[str], owners: dict[str, set[str]]
) -> tuple[dict[packed_libraries.Library, list[str]], set[str]]:
    """Which libraries these files are, with the files of each, and of which packages the rest is.

    `files` as PyInstaller lists them: where to, where from, what kind. `owners`: top-level module to packages.
    Raises LookupError for what belongs to nobody.
    """
    libraries: dict[packed_libraries.Library, list[str]] = {}
    packages: set[str] = set()
    unknown = []
    for place, _source, kind in files:
        parts = place.replace("\\", "/").split("/")
        library = packed_libraries.library_of(place)
        module = re.split(r"[.-]", parts[0])[0]
        if kind == "SYMLINK" and library is not None:
            continue  # to a file that is in the list, too
        if kind == "BINARY" and library is not None:
            libraries.setdefault(library, []).append("/".join(parts))
        elif module in owners:
            packages |= owners[module]
        elif not _is_pythons(parts):
            unknown.append("/".join(parts))
    for module in {name.split(".")[0] for name in modules}:
        if module in owners:
            packages |= owners[module]
        elif module not in sys.stdlib_module_names and module not in OURS and not module.startswith("_sysconfigdata"):
            unknown.append(module)
    if unknown:
        raise LookupError(
            f"the licence is not known of: {', '.join(sorted(unknown))} (build/freeze/packed_libraries.py)"
        )
    return libraries, packages - OURS


@cache
def _owners() -> dict[str, set[str]]:
    """Of each top-level module, and of each folder that a wheel installs, the packages."""
    owners = {module: set(names) for module, names in metadata.packages_distributions().items()}
    for found in metadata.distributions():
        name = found.metadata["Name"]
        for folder in {file.parts[0].split("-")[0].split(".")[0] for file in found.files or () if len(file.parts) > 1}:
            owners.setdefault(folder, set()).add(name)
    return owners


def _is_pythons(parts: list[str]) -> bool:
    """Whether it is a module or file of Python's own."""
    module = parts[-1].split(".")[0]
    return parts[-1] in ("base_library.zip", "LICENCES.txt") or module in sys.stdlib_module_names


def _overview(libraries: dict[packed_libraries.Library, list[str]]) -> str:
    lines = ["Libraries", "---------"]
    for library in sorted(libraries, key=lambda one: one.name.lower()):
        lines += ["", f"{library.name}: {library.licence}"]
        if library.copyright:
            lines.append(f"  Copyright {library.copyright}")
        lines += [f"  {file}" for file in sorted(libraries[library])]
        if library.texts:
            lines.append(f"  Text below: {', '.join(library.texts)}")
    return "\n".join(lines)


def _package(name: str) -> str:
    found = metadata.distribution(name)
    licence = found.metadata.get("License-Expression") or found.metadata.get("License") or _classified(found)
    lines = [_rule(f"{found.metadata['Name']} {found.version}: {licence.splitlines()[0] if licence else 'see below'}")]
    if name.lower() in INSIDE:
        lines.append(f"{INSIDE[name.lower()]}.")
    texts = [
        Path(str(found.locate_file(file))).read_text(encoding="utf-8", errors="replace").strip()
        for file in found.files or ()
        if ".dist-info" in str(file) and file.suffix not in (".py", ".pyc") and _names_a_licence(str(file))
    ]
    if not texts and licence not in packed_libraries.SHORT_TEXTS:
        raise LookupError(f"{name} {found.version} brings no licence text, and {licence!r} is none that we have")
    if not texts:
        author = found.metadata.get("Author") or found.metadata.get("Author-email") or f"the authors of {name}"
        texts = [f"Copyright {author}", packed_libraries.SHORT_TEXTS[licence]]
    return "\n\n".join([*lines, *texts])


def _names_a_licence(file: str) -> bool:
    low = file.lower()
    return "licenses" in low or any(part in low.rpartition("/")[2] for part in LICENCE_NAMES)


def _classified(found: metadata.Distribution) -> str:
    classifiers = found.metadata.get_all("Classifier") or []
    return ", ".join(line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::"))


def _python() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    lines = [_rule(f"Python {version}: PSF-2.0")]
    for candidate in (Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt"):
        if candidate.exists():
            lines.append(candidate.read_text(encoding="utf-8", errors="replace").strip())
            break
    else:
        lines.append("https://docs.python.org/3/license.html")
    return "\n\n".join(lines)


def _rule(title: str) -> str:
    return f"{'-' * 80}\n{title}\n{'-' * 80}"
