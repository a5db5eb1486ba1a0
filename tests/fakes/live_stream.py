"""Going live in tests: the settings of the built-in sources, waiting for connections, and looking at what arrived."""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import psutil

from ionia.core.test_card.pattern import FLASH_NS, find_beeps, read_flash, read_index
from tests.fakes.engine_process import EngineProcess
from tests.fakes.rtmp_server import MediaMessage

CARD = {"screen": "test", "desktopAudio": "test", "audioMode": "desktop", "encoder": "x264"}
PATIENCE = 60.0
KEY = "SeCrEtStReAmKeY"


def go_live(engine: EngineProcess, url: str, session: str = "default", **options: Any) -> None:
    """Initialize and start a streamer of the test card and tone."""
    engine.call("streamer.initialize", {"rtmpUrl": url, "id": session, **CARD, **options})
    assert engine.call("streamer.start", [session]) is True


def connections(engine: EngineProcess, session: str = "default") -> list[dict[str, Any]]:
    """All `streamer.connection` of a session so far."""
    return [
        note["params"]
        for note in engine.notifications
        if note["method"] == "streamer.connection" and note["params"]["id"] == session
    ]


def wait_connected(engine: EngineProcess, session: str = "default", *, times: int = 1) -> None:
    """Wait until it has been connected so many times."""

    def enough(_: object) -> bool:
        return sum(one["state"] == "connected" for one in connections(engine, session)) >= times

    engine.wait_for("streamer.connection", enough)


def wait_state(engine: EngineProcess, state: str, session: str = "default") -> dict[str, Any]:
    """The first connection event of this state."""
    return engine.wait_for("streamer.connection", lambda one: one["id"] == session and one["state"] == state)


def stream_stats(engine: EngineProcess, session: str = "default") -> dict[str, Any]:
    """Its `getStats`."""
    stats: dict[str, Any] = engine.call("streamer.getStats", [session])
    return stats


def eventually(condition: Callable[[], bool], what: str, timeout: float = PATIENCE) -> float:
    """Look again and again until it holds; the seconds it took. For things that announce nothing."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < timeout, what
        time.sleep(0.01)
    return time.monotonic() - begun


def sockets(pid: int) -> int:
    """How many TCP sockets an engine has."""
    return len(psutil.Process(pid).net_connections("tcp"))


def check_stamps(stamps: Sequence[int]) -> None:
    """Strictly increasing, beginning at 0."""
    assert stamps[0] == 0
    assert all(after > before for before, after in pairwise(stamps)), stamps


def check_begin(media: Sequence[MediaMessage]) -> None:
    """What a player needs comes first: both configurations, then a keyframe; stamps as they must be.

    nginx writes the configurations twice into its files, and at the end comes the word that no more pictures come.
    """
    assert [(message.kind, message.is_sequence_header) for message in media[:2]] == [(9, True), (8, True)]
    rest = [message for message in media if not message.is_sequence_header and len(message.body) > 5]
    assert rest[0].is_keyframe
    check_stamps([message.timestamp for message in rest])


def flv_tags(path: Path) -> list[MediaMessage]:
    """Audio and video tags of a file as messages; a tag that is cut off isn't one."""
    data = path.read_bytes()
    assert data[:3] == b"FLV"
    position, tags = 13, []
    while position + 15 <= len(data):
        kind, size = data[position], int.from_bytes(data[position + 1 : position + 4], "big")
        stamp = int.from_bytes(data[position + 4 : position + 7], "big") | data[position + 7] << 24
        body = data[position + 11 : position + 11 + size]
        if kind in (8, 9) and len(body) == size:
            tags.append(MediaMessage(kind=kind, timestamp=stamp, body=body, arrived=0.0))
        position += 15 + size
    return tags


def pictures_of(media: Sequence[MediaMessage]) -> list[tuple[int, npt.NDArray[np.uint8]]]:
    """Decoded luma planes with their milliseconds."""
    codec = av.CodecContext.create("h264", "r")
    codec.extradata = next(m.body[5:] for m in media if m.kind == 9 and m.is_sequence_header)
    pictures: list[tuple[int, npt.NDArray[np.uint8]]] = []
    packets = []
    for message in media:
        if message.kind == 9 and message.body[1] == 1:
            packet = av.Packet(message.body[5:])
            packet.pts = packet.dts = message.timestamp
            packets.append(packet)
    for packet in [*packets, None]:
        for frame in codec.decode(packet):
            plane = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
            pictures.append((frame.pts or 0, plane[: frame.height, : frame.width].copy()))
    return pictures


def indexes_of(pictures: Sequence[tuple[int, npt.NDArray[np.uint8]]]) -> list[int]:
    """The test card's own count in each picture."""
    indexes = [read_index(luma) for _, luma in pictures]
    assert None not in indexes
    return [index for index in indexes if index is not None]


def offsets_ms(path: Path) -> list[float]:
    """Beep minus flash, in ms, for each flash in an FLV file. Frames last 33 ms, and a flash is seen with a frame."""
    pictures = pictures_of(flv_tags(path))
    flashes = [now for (_, a), (now, b) in pairwise(pictures) if read_flash(b) and not read_flash(a)]
    parts: list[npt.NDArray[np.float32]] = []
    start = None
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            start = frame.time * 1000 if start is None and frame.time is not None else start
            parts.append(frame.to_ndarray().T)
    assert start is not None
    samples = np.concatenate(parts)
    beeps = [start + beep / 48 for beep in find_beeps(samples)]
    whole = start + len(samples) / 48 - FLASH_NS / 1e6  # one that the end cuts off may not be found
    return [min((beep - flash for beep in beeps), key=abs) for flash in flashes if flash <= whole]
