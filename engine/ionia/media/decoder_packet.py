"""Encoded bytes as decoders get them."""

from fractions import Fraction
from typing import Any

import av


def decoder_packet(data: bytes, *, pts: int, dts: int, time_base: Fraction) -> "av.Packet[Any]":
    """A packet whose memory is libav's own, with the padding that decoders read beyond the end.

    Not `av.Packet(data)`, which lends Python's memory: a decoder's own threads then need Python's lock to give it back.
    PyAV holds that lock while it frees a decoder, which waits for its threads, so that the process stands still for
    good (libdav1d, freed before it was drained; decision 0435).
    """
    packet = av.Packet(len(data))
    if data:
        packet.update(data)
    packet.pts, packet.dts, packet.time_base = pts, dts, time_base
    return packet
