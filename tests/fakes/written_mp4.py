"""Files of an MP4 writer, and a reader of a few lines that shares nothing with the engine's."""

import struct
from collections.abc import Iterator

from ionia.core.frame_rate import FrameRate
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader
from ionia.core.mp4.tags import FileTags
from ionia.core.mp4.writer import Mp4Writer
from ionia.core.timeline.file_timeline import FileTimeline
from tests.core.mp4.test_boxes import child

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"moof", b"traf"}


class Recording(Mp4Writer):
    """The writer behind the timeline that gives packets their times in the file, as a recording has them."""

    def __init__(self, header: MediaHeader, tags: FileTags | None = None, *, front_seconds: float = 0) -> None:
        super().__init__(header, tags, front_seconds=front_seconds)
        self.timeline = FileTimeline(fps=header.video.fps)

    def add(self, packet: EncodedPacket) -> None:
        for placed in self.timeline.place(packet):
            super().add(placed.packet)


def video(index: int, *, keyframe: bool = False, duration: int = 1) -> EncodedPacket:
    data = b"\0\0\0\1" + (b"\x65" if keyframe else b"\x41") + index.to_bytes(4, "big") + b"\x80"
    return EncodedPacket(track=VIDEO, pts=index, dts=index, duration=duration, keyframe=keyframe, data=data)


def audio(sample: int) -> EncodedPacket:
    data = b"A" + sample.to_bytes(8, "big", signed=True)
    return EncodedPacket(track=AUDIO, pts=sample, dts=sample, duration=1024, keyframe=True, data=data)


def walk(data: bytes, base: int = 0) -> Iterator[tuple[bytes, int, bytes]]:
    """(type, position, payload) of all boxes, those inside containers too."""
    position = 0
    while position < len(data):
        size, kind, header = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8], 8
        if size == 1:
            size, header = int.from_bytes(data[position + 8 : position + 16], "big"), 16
        payload = data[position + header : position + size]
        yield kind, base + position, payload
        if kind in CONTAINERS:
            yield from walk(payload, base + position + header)
        position += size


def extend(out: bytearray, writer: Mp4Writer) -> None:
    """Write the next fragment."""
    fragment = writer.fragment()
    out += fragment.data
    assert out[fragment.seal_offset :][:4] == b"free"
    out[fragment.seal_offset : fragment.seal_offset + 4] = fragment.seal
    writer.commit()


def written(writer: Mp4Writer, packets: list[EncodedPacket], before: bytes = b"") -> bytearray:
    """The file as it is when the last whole fragment was written."""
    out = bytearray(before)
    for packet in packets:
        writer.add(packet)
        if writer.due:
            extend(out, writer)
    return out


def finished(writer: Mp4Writer, packets: list[EncodedPacket]) -> bytes:
    """The file after closing."""
    out = written(writer, packets)
    if writer.pending:
        extend(out, writer)
    assert writer.size == len(out)
    finale = writer.finish()
    out += finale.tail
    out[finale.patch_offset : finale.patch_offset + len(finale.patch)] = finale.patch
    return bytes(out)


def table(track: bytes, kind: bytes) -> list[int]:
    payload = child(track, kind)[4:]
    return list(struct.unpack(f">{len(payload) // 4}I", payload))


def tracks(data: bytes) -> list[bytes]:
    moov = [payload for kind, _, payload in walk(data) if kind == b"moov"][-1]
    return [payload for kind, _, payload in walk(moov) if kind == b"trak"]


def samples(data: bytes, track: bytes) -> list[tuple[int, bytes]]:
    """(decode time, data) of each sample, by way of the sample tables alone."""
    sizes = table(track, b"stsz")[2:]
    offsets = table(track, b"stco")[1:]
    chunk_runs = table(track, b"stsc")[1:]
    rows = [tuple(chunk_runs[at : at + 3]) for at in range(0, len(chunk_runs), 3)]
    durations = [d for n, d in zip(*[iter(table(track, b"stts")[1:])] * 2, strict=True) for _ in range(n)]
    result, time, index = [], 0, 0
    for chunk, position in enumerate(offsets, start=1):
        offset = position
        count = [row[1] for row in rows if row[0] <= chunk][-1]
        for _ in range(count):
            result.append((time, data[offset : offset + sizes[index]]))
            offset += sizes[index]
            time += durations[index]
            index += 1
    assert index == len(sizes)
    return result


def edits(track: bytes) -> list[tuple[int, int]]:
    payload = child(track, b"elst")
    return [struct.unpack_from(">Ii", payload, 8 + 12 * row) for row in range(int.from_bytes(payload[4:8], "big"))]


def steady(frames: int, *, first: int = 0, fps: FrameRate = 30) -> list[EncodedPacket]:
    """Frames and the sound of the same time, from the encoders' start or a moment before `first`."""
    packets = [video(index, keyframe=index % 60 == 0 or index == first) for index in range(first, first + frames)]
    start = (first * 48_000 // fps) // 1024 - 3 if first else -1
    packets += [audio(1024 * tick) for tick in range(start, (first + frames) * 48_000 // fps // 1024)]
    return sorted(packets, key=lambda p: (p.dts / (fps if p.track == VIDEO else 48_000), p.track == VIDEO))
