"""The decoder configuration of an H.264 track in MP4 (`avcC`, ISO/IEC 14496-15 section 5.3.3.1), taken apart.

A second encoder's pictures can join the first one's in one track if their parameter sets have other ids: then one
header has both, and a player that jumps to any keyframe knows the set that it refers to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ionia.core.codec.h264 import NAL_DELIMITER, NAL_PPS, NAL_SPS, nal_type, nal_units, parameter_set_id, parameter_sets

_MOST_ID = 31
"""Of an SPS (H.264 section 7.4.2.1.1); a PPS may have up to 255."""

_IDR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AvcConfiguration:
    """The record. `length_bytes`: of the length before each unit in a sample; `tail`: what follows the sets."""

    profile: int
    constraints: int
    level: int
    length_bytes: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    tail: bytes = b""

    @classmethod
    def parsed(cls, record: bytes) -> "AvcConfiguration":
        """Raises ValueError for what is no such record."""
        if len(record) < 7 or record[0] != 1:
            raise ValueError("no AVC decoder configuration")
        sps, position = _sets(record, 6, record[5] & 0x1F)
        if position >= len(record):
            raise ValueError("AVC decoder configuration without PPS")
        pps, position = _sets(record, position + 1, record[position])
        return cls(
            profile=record[1],
            constraints=record[2],
            level=record[3],
            length_bytes=(record[4] & 3) + 1,
            sps=sps,
            pps=pps,
            tail=record[position:],
        )

    def record(self) -> bytes:
        """The same as bytes."""
        parts = bytearray((1, self.profile, self.constraints, self.level, 0xFC | (self.length_bytes - 1)))
        parts.append(0xE0 | len(self.sps))
        for nal in self.sps:
            parts += len(nal).to_bytes(2, "big") + nal
        parts.append(len(self.pps))
        for nal in self.pps:
            parts += len(nal).to_bytes(2, "big") + nal
        return bytes(parts) + self.tail

    def free_id(self) -> int:
        """The highest id that no set has; low ones may be in the samples, too. Raises LookupError if all are taken."""
        taken = {parameter_set_id(nal) for nal in (*self.sps, *self.pps)}
        free = next((number for number in range(_MOST_ID, -1, -1) if number not in taken), None)
        if free is None:
            raise LookupError("no parameter set id is free")
        return free

    def joined(self, extradata: bytes) -> "AvcConfiguration":
        """With the sets of another encoder (its Annex B extradata) behind the own ones."""
        sps, pps = parameter_sets(extradata)
        return replace(
            self, level=max(self.level, *(nal[3] for nal in sps)), sps=(*self.sps, *sps), pps=(*self.pps, *pps)
        )

    def sample(self, access_unit: bytes, *, with_sets: bool) -> bytes:
        """An access unit in Annex B as a sample of this track. `with_sets`: its parameter sets stay in it, too."""
        parts = []
        for nal in nal_units(access_unit):
            kind = nal_type(nal)
            if kind == NAL_DELIMITER or (kind in {NAL_SPS, NAL_PPS} and not with_sets):
                continue
            parts.append(len(nal).to_bytes(self.length_bytes, "big") + nal)
        return b"".join(parts)

    def begins_anew(self, sample: bytes) -> bool:
        """Whether nothing from before this sample is needed from here on: it is an IDR picture."""
        return any(nal_type(nal) == _IDR for nal in self.units(sample))

    def units(self, sample: bytes) -> Sequence[bytes]:
        """The NAL units of a sample; those of a damaged one as far as they can be told."""
        found, position = [], 0
        while position + self.length_bytes < len(sample):
            size = int.from_bytes(sample[position : position + self.length_bytes], "big")
            position += self.length_bytes
            if size:
                found.append(sample[position : position + size])
            position += size
        return found


def _sets(record: bytes, position: int, count: int) -> tuple[tuple[bytes, ...], int]:
    found = []
    for _ in range(count):
        size = int.from_bytes(record[position : position + 2], "big")
        position += 2
        if not size or position + size > len(record):
            raise ValueError("AVC decoder configuration is cut off")
        found.append(record[position : position + size])
        position += size
    return tuple(found), position
