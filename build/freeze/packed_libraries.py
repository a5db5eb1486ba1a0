"""What is known of the libraries that wheels and Python bring as files of their own: name, licence, copyright.

A file that no row names stops the freeze: a package that is passed on must say what is in it.
"""

import re
from dataclasses import dataclass

LGPL_2_1, LGPL_3, GPL_3, APACHE = "LGPL-2.1", "LGPL-3.0", "GPL-3.0", "Apache-2.0"
"""Licences whose text is a file of licence_texts/. The GPL's version 2 is the repository's own LICENSE."""

MIT, BSD_2, BSD_3, BSD_3_CLEAR = "MIT", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """One library. `pattern` is of its file's name, in small letters and without the folder."""

    pattern: str
    name: str
    licence: str
    texts: tuple[str, ...] = ()
    copyright: str = ""


def _library(pattern: str, name: str, licence: str, *texts: str, copyright: str = "") -> Library:  # noqa: A002
    return Library(pattern=pattern, name=name, licence=licence, texts=texts, copyright=copyright)


LIBRARIES = (
    _library(
        r"(lib)?(avcodec|avdevice|avfilter|avformat|avutil|swresample|swscale)\b",
        "FFmpeg", "LGPL-3.0-or-later as PyAV builds it, with x264 and x265 inside: GPL-3.0-or-later", LGPL_3, GPL_3,
        copyright="2000-2026 the FFmpeg developers",
    ),
    _library(r"libx264", "x264", "GPL-2.0-or-later", copyright="2003-2026 x264 project"),
    _library(r"libx265", "x265", "GPL-2.0-or-later", copyright="2013-2026 MulticoreWare, Inc"),
    _library(r"libmp3lame", "LAME", "LGPL-2.0-or-later", LGPL_2_1, copyright="1999-2017 The L.A.M.E. Team"),
    _library(
        r"libsvtav1enc", "SVT-AV1", "BSD-3-Clause-Clear", BSD_3_CLEAR,
        copyright="2016-2026 Alliance for Open Media, Intel Corporation, Tencent Corporation, Netflix, Inc.",
    ),
    _library(r"libdav1d", "dav1d", BSD_2, BSD_2, copyright="2018-2026 VideoLAN and dav1d authors, Two Orioles, LLC"),
    _library(r"libvpx", "libvpx", BSD_3, BSD_3, copyright="2010-2026 The WebM Project authors"),
    _library(r"lib(webp|sharpyuv)", "libwebp", BSD_3, BSD_3, copyright="2010-2026 Google Inc."),
    _library(
        r"libopus", "Opus", BSD_3, BSD_3,
        copyright="2001-2026 Xiph.Org, Skype Limited, Octasic, Jean-Marc Valin, Timothy B. Terriberry, CSIRO, "
        "Gregory Maxwell, Mark Borgerding, Erik de Castro Lopo, Mozilla, Amazon",
    ),
    _library(r"libopencore-amr", "opencore-amr", APACHE, APACHE, copyright="1998-2009 PacketVideo"),
    _library(r"libvpl", "Intel Video Processing Library", MIT, MIT, copyright="Intel Corporation"),
    _library(r"libgnutls", "GnuTLS", "LGPL-2.1-or-later", LGPL_2_1, copyright="2000-2026 Free Software Foundation"),
    _library(
        r"lib(nettle|hogweed)", "nettle", "LGPL-3.0-or-later OR GPL-2.0-or-later", LGPL_3,
        copyright="2001-2026 Niels Möller and the authors of nettle",
    ),
    _library(
        r"libgmp", "GMP", "LGPL-3.0-or-later OR GPL-2.0-or-later", LGPL_3,
        copyright="1991-2026 Free Software Foundation, Inc.",
    ),
    _library(
        r"libunistring", "libunistring", "LGPL-3.0-or-later OR GPL-2.0-or-later", LGPL_3,
        copyright="2001-2026 Free Software Foundation, Inc.",
    ),
    _library(r"libiconv", "libiconv", "LGPL-2.1-or-later", LGPL_2_1, copyright="1999-2026 Free Software Foundation"),
    _library(r"libasound", "ALSA library", "LGPL-2.1-or-later", LGPL_2_1, copyright="1998-2026 the ALSA project"),
    _library(
        r"libxcb", "XCB", MIT, MIT, copyright="2001-2006 Bart Massey, Jamey Sharp, and Josh Triplett"
    ),
    _library(r"libxau", "libXau", "MIT-open-group", MIT, copyright="1988, 1998 The Open Group"),
    _library(
        r"libdrm", "libdrm", MIT, MIT,
        copyright="2000 Precision Insight, VA Linux Systems; 2002-2009 Tungsten Graphics; 2005 Adam Jackson; "
        "2007-2009 Dave Airlie, Jakob Bornecrantz, Red Hat Inc., Intel Corporation",
    ),
    _library(
        r"lib(scipy_)?openblas", "OpenBLAS", BSD_3, BSD_3, copyright="2011-2026 The OpenBLAS Project"
    ),
    _library(
        r"lib(gcc_s|stdc\+\+|gfortran|gomp)", "GCC runtime", "GPL-3.0-or-later WITH GCC-exception-3.1", GPL_3,
        copyright="Free Software Foundation, Inc.",
    ),
    _library(r"libquadmath", "libquadmath", "LGPL-2.1-or-later", LGPL_2_1, copyright="Free Software Foundation, Inc."),
    _library(
        r"libwinpthread", "winpthreads of mingw-w64", "MIT AND BSD-3-Clause", MIT, BSD_3,
        copyright="2011 mingw-w64 project; 2015 Intel Corporation",
    ),
    _library(r"(libz\.|zlib1)", "zlib", "Zlib", copyright="1995-2026 Jean-loup Gailly and Mark Adler"),
    _library(r"(libbz2|bz2)", "bzip2", "bzip2-1.0.6", BSD_2, copyright="1996-2019 Julian R Seward"),
    _library(r"(lib)?lzma", "liblzma", "0BSD"),
    _library(r"libffi", "libffi", MIT, MIT, copyright="1996-2026 Anthony Green, Red Hat, Inc and others"),
    _library(r"lib(ssl|crypto)", "OpenSSL", APACHE, APACHE, copyright="1998-2026 The OpenSSL Project Authors"),
    _library(r"(lib)?crc32c", "CRC32C", BSD_3, BSD_3, copyright="2017-2026 The CRC32C Authors"),
    _library(r"libexpat", "Expat", MIT, MIT,
             copyright="1998-2000 Thai Open Source Software Center Ltd, Clark Cooper; 2001-2026 Expat maintainers"),
    _library(r"libuuid", "libuuid", BSD_3, BSD_3, copyright="1996-2007 Theodore Ts'o"),
    _library(r"(lib)?python3", "Python", "PSF-2.0", copyright="2001-2026 Python Software Foundation"),
    _library(
        r"(vcruntime|msvcp|concrt|ucrtbase|api-ms-win-)", "Microsoft's C and C++ runtime",
        "Microsoft Visual C++ redistributable: passed on unchanged, a system library in the GPL's sense",
        copyright="Microsoft Corporation",
    ),
)  # fmt: skip
"""The first that fits counts."""

CONDITIONS = """\
Redistribution and use in source and binary forms, with or without modification, are permitted{clear} provided that the
following conditions are met: 1. Redistributions of source code must retain the above copyright notice, this list of
conditions and the following disclaimer. 2. Redistributions in binary form must reproduce the above copyright notice,
this list of conditions and the following disclaimer in the documentation and/or other materials provided with the
distribution.{third}
{patents}THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED
WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR
PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT,
INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE
GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF
LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF
THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""

THIRD = """ 3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or
promote products derived from this software without specific prior written permission."""

SHORT_TEXTS = {
    MIT: """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software.
THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.""",
    BSD_2: CONDITIONS.format(clear="", third="", patents=""),
    BSD_3: CONDITIONS.format(clear="", third=THIRD, patents=""),
    BSD_3_CLEAR: CONDITIONS.format(
        clear=" (subject to the limitations in the disclaimer below)",
        third=THIRD,
        patents="NO EXPRESS OR IMPLIED LICENSES TO ANY PARTY'S PATENT RIGHTS ARE GRANTED BY THIS LICENSE.\n",
    ),
}


def library_of(file: str) -> Library | None:
    """The library that the file with this name or path is of, if it is known."""
    name = file.replace("\\", "/").rpartition("/")[2].lower()
    return next((library for library in LIBRARIES if re.match(library.pattern, name)), None)
