"""What Windows shows under "Details" of ionia-engine.exe."""

from typing import Any


def make(version: str) -> Any:
    """PyInstaller's version resource. Imported late: it needs pefile, which only Windows has."""
    from PyInstaller.utils.win32.versioninfo import (  # noqa: PLC0415
        FixedFileInfo,
        StringFileInfo,
        StringStruct,
        StringTable,
        VarFileInfo,
        VarStruct,
        VSVersionInfo,
    )

    numbers = tuple(int(part) for part in version.split("."))
    four = (*numbers, 0, 0, 0, 0)[:4]
    texts = {
        "CompanyName": "Ionia",
        "FileDescription": "Ionia recording and streaming engine",
        "FileVersion": version,
        "InternalName": "ionia-engine",
        "LegalCopyright": "GPL-2.0-or-later; see LICENCES.txt",
        "OriginalFilename": "ionia-engine.exe",
        "ProductName": "Ionia",
        "ProductVersion": version,
    }
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=four, prodvers=four, mask=0x3F, flags=0, OS=0x40004, fileType=1, subtype=0),
        kids=[
            StringFileInfo([StringTable("040904B0", [StringStruct(name, text) for name, text in texts.items()])]),
            VarFileInfo([VarStruct("Translation", [0x409, 1200])]),
        ],
    )
