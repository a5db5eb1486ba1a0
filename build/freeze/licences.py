"""The licence file of a frozen engine: what is inside, under which licence, and each licence's own text."""

import sys
import sysconfig
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

HEADER = """Ionia engine: licences of everything in this folder
====================================================

The program as a whole is under the GNU General Public License, version 2 or later, because it contains x264 and
x265 (GPL-2.0-or-later) inside FFmpeg's libraries as PyAV ships them. Whoever passes this folder on must offer the
complete corresponding source: this program's, and that of the packages and libraries below in the versions named.

PyAV's wheel brings FFmpeg (LGPL-2.1-or-later, here under GPL-2.0-or-later since it is built with x264 and x265) and
the libraries that FFmpeg was built with: their build recipes and source are https://github.com/PyAV-Org/pyav-ffmpeg.
  x264, x265                        GPL-2.0-or-later
  LAME (libmp3lame)                 LGPL-2.0-or-later
  SVT-AV1, dav1d                    BSD-3-Clause-Clear, BSD-2-Clause
  libvpx, libwebp, Opus             BSD-3-Clause
  opencore-amr                      Apache-2.0
  libvpl                            MIT
  GnuTLS, nettle, GMP (on Linux)    LGPL-2.1-or-later, LGPL-3.0-or-later or GPL-2.0-or-later
  libiconv                          LGPL-2.1-or-later
Python brings libffi (MIT), zlib, bzip2, liblzma (0BSD) and OpenSSL (Apache-2.0).
numpy's wheel brings OpenBLAS (BSD-3-Clause) and the GCC runtime (GPL-3.0-or-later WITH GCC-exception-3.1).
soxr's wheel contains libsoxr (LGPL-2.1-or-later), pywebrtc-audio's the sound processing of WebRTC
(BSD-3-Clause). PyAudioWPatch contains PortAudio (MIT).
The program is packed by PyInstaller (GPL-2.0-or-later WITH Bootloader-exception).
"""

LICENCE_NAMES = ("licen", "copying", "notice", "authors")


def text(analysis: Any, root: Path) -> str:
    """The whole file. `analysis` is PyInstaller's: the packages that really went in decide, not what is installed."""
    del root
    sections = [HEADER, _python()]
    sections += [_package(name) for name in _distributions(analysis)]
    return "\n\n".join(sections) + "\n"


def _distributions(analysis: Any) -> list[str]:
    modules = {entry[0].replace("\\", "/").split("/")[0].split(".")[0] for entry in _entries(analysis)}
    owners = metadata.packages_distributions()
    return sorted({name for module in modules for name in owners.get(module, ())} - {"ionia-engine"}, key=str.lower)


def _entries(analysis: Any) -> Iterable[tuple[str, str, str]]:
    yield from analysis.pure
    yield from analysis.binaries
    yield from analysis.datas


def _package(name: str) -> str:
    found = metadata.distribution(name)
    licence = found.metadata.get("License-Expression") or found.metadata.get("License") or _classified(found)
    lines = [_rule(f"{found.metadata['Name']} {found.version}: {licence.splitlines()[0] if licence else 'see below'}")]
    for file in found.files or ():
        low = file.name.lower()
        inside = ".dist-info" in str(file)
        if inside and any(part in low or "licenses" in str(file).lower() for part in LICENCE_NAMES):
            lines.append(Path(str(found.locate_file(file))).read_text(encoding="utf-8", errors="replace").strip())
    return "\n\n".join(lines)


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
