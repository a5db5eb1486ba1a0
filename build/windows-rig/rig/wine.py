"""The host's packages, and Wine of a newer Debian unpacked below the rig with its own C library."""

import os
import shutil
import subprocess
from pathlib import Path

from rig.base import call, fail, say
from rig.pe import forward_stubs

HOST_PACKAGES = [
    "gcc-mingw-w64-x86-64-win32",
    "binutils-mingw-w64-x86-64",
    "patchelf",
    "xvfb",
    "pulseaudio",
    "pulseaudio-utils",
]

WINE_SUITE = "trixie"  # Debian 13: Wine 10, the first with WASAPI loopback
WINE_PACKAGES = [
    "wine64",
    "libgl1",
    "libgl1-mesa-dri",
    "libgnutls30t64",
    "libxcomposite1",
    "libxcursor1",
    "libxfixes3",
    "libxi6",
    "libxinerama1",
    "libxrandr2",
]
# Dependencies of libwine that nothing here uses: films, scanners, cameras, smart cards.
WINE_WITHOUT = [
    "debconf",
    "fontconfig",
    "libavcodec61",
    "libavformat61",
    "libavutil59",
    "libcapi20-3t64",
    "libgphoto2-6t64",
    "libgphoto2-port12t64",
    "libgstreamer-plugins-base1.0-0",
    "libgstreamer1.0-0",
    "libpcap0.8t64",
    "libpcsclite1",
    "libusb-1.0-0",
    "ocl-icd-libopencl1",
]


def host_packages():
    def missing():
        out = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *HOST_PACKAGES],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ).stdout
        return [p for p in HOST_PACKAGES if p + " installed" not in out.splitlines()]

    if not missing():
        return
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
    say("installing " + " ".join(missing()))
    call("apt-get", "update", "-q")
    call(*install, *missing(), env=env, stdin=subprocess.DEVNULL)


def apt_environment(work):
    """An apt of its own below `work`, which reads WINE_SUITE and has nothing installed."""
    out = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT) $(CODENAME)", "Created-By: Packages"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    archives = [line.split()[0] for line in out.splitlines() if line.split()[1] == "main"]
    debian = [u for u in archives if u.rstrip("/").endswith("/debian")] or archives
    if not debian:
        fail("apt has no Debian archive among its sources")
    for d in ("lists/partial", "archives/partial", "etc"):
        (work / d).mkdir(parents=True, exist_ok=True)
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    signed = f"[arch=amd64 signed-by={keyring}] " if Path(keyring).exists() else "[arch=amd64] "
    (work / "sources.list").write_text(f"deb {signed}{debian[0]} {WINE_SUITE} main\n")
    (work / "status").write_text(
        "".join(
            f"Package: {p}\nStatus: install ok installed\nMaintainer: none\nArchitecture: amd64\n"
            "Multi-Arch: same\nVersion: 9999:1\nDescription: left out\n\n"
            for p in WINE_WITHOUT
        )
    )
    (work / "apt.conf").write_text(
        "\n".join(
            [
                'APT::Architecture "amd64";',
                'APT::Architectures { "amd64"; };',
                'APT::Sandbox::User "root";',
                'Acquire::Languages "none";',
                f'Dir::Etc::SourceList "{work}/sources.list";',
                'Dir::Etc::SourceParts "/dev/null";',
                'Dir::Etc::Preferences "/dev/null";',
                'Dir::Etc::PreferencesParts "/dev/null";',
                f'Dir::State::Lists "{work}/lists";',
                f'Dir::State::status "{work}/status";',
                f'Dir::State::extended_states "{work}/extended_states";',
                f'Dir::Cache::archives "{work}/archives";',
                'Dir::Cache::pkgcache "";',
                'Dir::Cache::srcpkgcache "";',
                "",
            ]
        )
    )
    return dict(os.environ, APT_CONFIG=str(work / "apt.conf"), DEBIAN_FRONTEND="noninteractive")


def build_wine(rig):
    work = rig.root / "apt"
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(rig.wine_root, ignore_errors=True)
    env = apt_environment(work)
    call("apt-get", "update", "-q", env=env)
    call(
        "apt-get",
        "install",
        "-y",
        "-q",
        "--download-only",
        "--no-install-recommends",
        *WINE_PACKAGES,
        env=env,
        stdin=subprocess.DEVNULL,
    )
    rig.wine_root.mkdir(parents=True)
    for deb in sorted((work / "archives").glob("*.deb")):
        call("dpkg-deb", "-x", deb, rig.wine_root)
    versions = sorted(d.name for d in (work / "archives").glob("*.deb"))
    (rig.state / "wine-packages.txt").write_text("\n".join(versions) + "\n")
    shutil.rmtree(work)

    # What only takes room.
    for pattern in (
        "usr/share/doc",
        "usr/share/man",
        "usr/share/locale",
        "usr/share/lintian",
        "usr/share/bug",
        "usr/share/icons",
        "usr/lib/x86_64-linux-gnu/gconv",
        "usr/i686-w64-mingw32",
        "usr/x86_64-w64-mingw32ucrt",
        "var",
    ):
        shutil.rmtree(rig.wine_root / pattern, ignore_errors=True)
    # Wine's DLLs carry their debugging symbols: two thirds of 700 MB.
    pe = [str(f) for f in rig.dlls.iterdir() if f.read_bytes()[:2] == b"MZ"]
    call("x86_64-w64-mingw32-strip", "--strip-debug", *pe)
    # libwine's own postinst does this: zlib, marked as one of Wine's DLLs.
    zlib = bytearray((rig.wine_root / "usr/x86_64-w64-mingw32/lib/zlib1.dll").read_bytes())
    zlib[64:96] = b"Wine builtin DLL".ljust(32, b"\0")
    (rig.dlls / "zlib1.dll").write_bytes(zlib)

    # Absolute symlinks point into the host: turn them into the tree.
    for path in rig.wine_root.rglob("*"):
        if path.is_symlink() and str(path.readlink()).startswith("/"):
            target = rig.wine_root / str(path.readlink())[1:]
            if target.exists():
                path.unlink()
                path.symlink_to(os.path.relpath(target, path.parent))

    # The programs use this tree's C library and loader, and look for every
    # library in the tree first; so do those libraries that name directories.
    rpath = f"{rig.lib}:{rig.lib}/pulseaudio"
    for name in ("wine64", "wineserver64"):
        call(
            "patchelf",
            "--set-interpreter",
            rig.lib / "ld-linux-x86-64.so.2",
            "--force-rpath",
            "--set-rpath",
            rpath,
            rig.wine_root / "usr/lib/wine" / name,
        )
    for library in [*rig.lib.glob("*.so*"), *rig.lib.glob("pulseaudio/*.so")]:
        if (
            not library.is_symlink()
            and subprocess.run(
                ["patchelf", "--print-rpath", str(library)],
                check=False,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            ).stdout.strip()
        ):
            call("patchelf", "--force-rpath", "--set-rpath", rpath, library)
    # Two paths that Debian's build has wrong or absolute.
    (rig.wine_root / "usr/lib/wine/wineserver").write_text('#!/bin/sh\nexec "${0%/*}/wineserver64" -p0 "$@"\n')
    (rig.wine_root / "usr/share/wine/wine").symlink_to(".")
    rig.fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{rig.wine_root}/usr/share/fonts</dir><cachedir>{rig.state}/fontconfig</cachedir></fontconfig>\n"
    )

    # Our shims come in front of two of Wine's DLLs.
    shutil.copy2(rig.dlls / "dxgi.dll", rig.dlls / "dxgi_wine.dll")
    n = forward_stubs(rig.dlls / "ucrtbase.dll", rig.shims / "rig_ucrt.dll")
    say(f"ucrtbase: {n} stubs now go to rig_ucrt")
