"""Packets for decoders, whose threads must never need Python's lock."""

import sys
from fractions import Fraction

import pytest

from ionia.media.decoder_packet import decoder_packet


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_it_has_memory_of_its_own_and_the_times(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    holders = sys.getrefcount(data)
    packet = decoder_packet(data, pts=5, dts=4, time_base=Fraction(1, 30))
    assert bytes(packet) == data
    assert sys.getrefcount(data) == holders
    assert (packet.pts, packet.dts, packet.time_base) == (5, 4, Fraction(1, 30))
