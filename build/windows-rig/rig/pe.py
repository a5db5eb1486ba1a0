"""Reads a 64-bit PE file, and turns a DLL's stub exports into forwarders."""

import re
import struct
from pathlib import Path

from rig.base import fail


class PE:
    """Just enough of a 64-bit PE file: its sections and its exports."""

    def __init__(self, path):
        self.data = bytearray(Path(path).read_bytes())
        self.header = self.u32(0x3C)
        if self.data[self.header : self.header + 4] != b"PE\0\0" or self.u16(self.header + 24) != 0x20B:
            fail(f"{path} is not a 64-bit PE file")
        self.optional = self.header + 24
        self.section_table = self.optional + self.u16(self.header + 20)
        self.sections = [
            struct.unpack_from("<8sIIII", self.data, self.section_table + 40 * i)
            for i in range(self.u16(self.header + 6))
        ]
        self.export_rva, self.export_size = self.u32(self.optional + 112), self.u32(self.optional + 116)
        self.exports = self.offset(self.export_rva)
        functions, names = self.u32(self.exports + 20), self.u32(self.exports + 24)

        def table(at, n, kind):
            return list(struct.unpack_from(f"<{n}{kind}", self.data, self.offset(self.u32(self.exports + at))))

        self.functions, self.names, self.ordinals = (
            table(28, functions, "I"),
            table(32, names, "I"),
            table(36, names, "H"),
        )

    def u16(self, at):
        return struct.unpack_from("<H", self.data, at)[0]

    def u32(self, at):
        return struct.unpack_from("<I", self.data, at)[0]

    def offset(self, rva):
        for _, size, address, raw_size, raw in self.sections:
            if address <= rva < address + max(size, raw_size):
                return raw + rva - address
        raise ValueError(hex(rva))

    def string(self, rva):
        at = self.offset(rva)
        return bytes(self.data[at : self.data.index(0, at)])

    def export_names(self):
        return {self.string(name).decode(): ordinal for name, ordinal in zip(self.names, self.ordinals, strict=False)}

    def forwarded(self, index):
        return self.export_rva <= self.functions[index] < self.export_rva + self.export_size


def forward_stubs(path, shim):
    """Make the exports of a Wine DLL that are stubs, and that the shim has as
    rig_NAME, forwarders to the shim.  The export directory moves to a new
    section, since a forwarder's text has to lie inside it."""
    pe = PE(path)
    have = PE(shim).export_names()
    # sub rsp,28h; lea rcx,"ucrtbase.dll"; lea rdx,"crealf"; call __wine_spec_unimplemented_stub
    stub = re.compile(rb"\x48\x83\xec\x28\x48\x8d\x0d....\x48\x8d\x15....\xe8", re.S)
    texts = {i: pe.string(f) for i, f in enumerate(pe.functions) if pe.forwarded(i)}
    moved = len(texts)
    for name, index in pe.export_names().items():
        if "rig_" + name in have and index not in texts and stub.match(pe.data, pe.offset(pe.functions[index])):
            texts[index] = (f"{Path(shim).stem}.rig_{name}").encode()
    if len(texts) == moved:
        return 0

    section_align, file_align = pe.u32(pe.optional + 32), pe.u32(pe.optional + 36)

    def up(n, align):
        return -(-n // align) * align

    _, size, address, raw_size, _ = pe.sections[-1]
    rva = up(address + max(size, raw_size), section_align)
    functions_at = 40
    names_at = functions_at + 4 * len(pe.functions)
    ordinals_at = names_at + 4 * len(pe.names)
    blob = bytearray(ordinals_at + 2 * len(pe.names))
    for index, text in texts.items():
        pe.functions[index] = rva + len(blob)
        blob += text + b"\0"
    blob[0:40] = pe.data[pe.exports : pe.exports + 40]
    struct.pack_into("<III", blob, 28, rva + functions_at, rva + names_at, rva + ordinals_at)
    struct.pack_into(f"<{len(pe.functions)}I", blob, functions_at, *pe.functions)
    struct.pack_into(f"<{len(pe.names)}I", blob, names_at, *pe.names)
    struct.pack_into(f"<{len(pe.ordinals)}H", blob, ordinals_at, *pe.ordinals)

    entry = pe.section_table + 40 * len(pe.sections)
    if entry + 40 > pe.u32(pe.optional + 60) or any(pe.data[entry : entry + 40]):
        fail(f"no room for another section in {path}")
    pe.data += bytes(-len(pe.data) % file_align)
    struct.pack_into(
        "<8sIIIIIIHHI",
        pe.data,
        entry,
        b".rigfwd",
        len(blob),
        rva,
        up(len(blob), file_align),
        len(pe.data),
        0,
        0,
        0,
        0,
        0x40000040,
    )
    struct.pack_into("<H", pe.data, pe.header + 6, len(pe.sections) + 1)
    struct.pack_into("<I", pe.data, pe.optional + 56, up(rva + len(blob), section_align))
    struct.pack_into("<II", pe.data, pe.optional + 112, rva, len(blob))
    Path(path).write_bytes(pe.data + blob + bytes(-len(blob) % file_align))
    return len(texts) - moved
