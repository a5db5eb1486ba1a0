"""The peers' own parts that need no minute: how they share a column, how one that fails is told, OBS's protocol."""

import json
import socket
import threading
from pathlib import Path

import pytest

pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")

from tests.bench import peers
from tests.bench.bare_pyav import BarePyAV
from tests.bench.media import timing
from tests.bench.obs import Obs, obs_missing
from tests.bench.obs_remote import ObsRemote
from tests.bench.parts import Form
from tests.bench.recorders import Recorder, stage
from tests.fakes.pulse import pulse_missing
from tests.fakes.x11_painter import painter
from tests.fakes.xvfb import xvfb_missing


def test_several_peers_share_a_column() -> None:
    assert peers.side_by_side({"ffmpeg": "0.59", "bare PyAV": "0.71"}, "cores") == "ffmpeg 0.59, bare PyAV 0.71 cores"
    assert peers.side_by_side({"ffmpeg": "0.59"}, "cores") == "0.59 cores"
    assert peers.side_by_side({"OBS": "0.59"}, "cores") == "OBS 0.59 cores"
    assert peers.side_by_side({}) == "–"


def test_a_peer_that_fails_is_a_note(tmp_path: Path) -> None:
    notes: list[str] = []
    (peer,) = peers.peers(Form(full=False, folder=tmp_path))

    def fail() -> int:
        raise RuntimeError("no luck")

    assert peers.tried(peer, notes, lambda: 3) == 3
    assert peers.tried(peer, notes, fail) is None
    assert notes == ["ffmpeg failed: no luck"]


@pytest.mark.parametrize(
    ("missing", "names"), [(True, ["ffmpeg", "bare PyAV"]), (False, ["ffmpeg", "bare PyAV", "OBS"])]
)
def test_obs_is_a_peer_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: bool, names: list[str]
) -> None:
    monkeypatch.setattr(peers, "obs_missing", lambda: missing)
    form = Form(full=True, folder=tmp_path)
    assert [each.name for each in peers.peers(form)] == names
    assert bool(peers.missing_peers(form)) == missing


def frame(message: object) -> bytes:
    """A server's text message, as short as it can be written."""
    data = json.dumps(message).encode()
    length = bytes([len(data)]) if len(data) < 126 else b"\x7e" + len(data).to_bytes(2, "big")
    return b"\x81" + length + data


def received(link: socket.socket) -> dict[str, object]:
    """A client's short text message."""
    kind, length = link.recv(2, socket.MSG_WAITALL)
    assert kind == 0x81
    assert length & 0x80
    size = length & 0x7F
    if size == 126:
        size = int.from_bytes(link.recv(2, socket.MSG_WAITALL), "big")
        assert size >= 126
    mask = link.recv(4, socket.MSG_WAITALL)
    data = link.recv(size, socket.MSG_WAITALL)
    message: dict[str, object] = json.loads(bytes(byte ^ mask[at % 4] for at, byte in enumerate(data)))
    return message


def test_a_question_to_obs_gets_its_answer() -> None:
    ours, theirs = socket.socketpair()
    asked = []

    def serve() -> None:
        while b"\r\n\r\n" not in theirs.recv(65536):
            pass
        # The greeting comes in one piece with the end of the headers.
        theirs.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frame({"op": 0, "d": {}}))
        asked.append(received(theirs))
        theirs.sendall(frame({"op": 2, "d": {}}))
        for result in ({"result": True}, {"result": False, "code": 207}):
            asked.append(received(theirs))
            data = {"requestStatus": result, "responseData": {"outputPath": "/x" * 80}}
            theirs.sendall(frame({"op": 5, "d": {}}) + frame({"op": 7, "d": data}))

    server = threading.Thread(target=serve)
    server.start()
    with ours, theirs:
        remote = ObsRemote(ours)
        assert remote.ask("StopRecord") == {"outputPath": "/x" * 80}
        with pytest.raises(RuntimeError, match="OBS refused StopRecord"):
            remote.ask("StopRecord")
        server.join()
    assert [message["op"] for message in asked] == [1, 6, 6]


@pytest.mark.x11
@pytest.mark.pulse
@pytest.mark.skipif(xvfb_missing() or pulse_missing(), reason="needs Xvfb and PulseAudio")
@pytest.mark.parametrize(
    "recorder",
    [BarePyAV(), pytest.param(Obs(), marks=pytest.mark.skipif(obs_missing(), reason="OBS is not installed"))],
    ids=lambda recorder: recorder.name,
)
def test_a_peer_records_picture_and_sound(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "peer.mp4"
    with (
        stage(640, 480) as where,
        painter(where.display.display) as paint,
        recorder.record(where, path, 30) as recording,
    ):
        paint.do("move 30 1")
        recording.stop()
        assert recording.pictures_lost() >= 0
    file = timing(path, 30)
    assert file.frames > 0
    assert file.audio_seconds > 0
