"""Chromium plays what we write, closed, killed or begun in the middle: the right picture and sound at each time."""

import functools
import http.server
import json
import queue
import shutil
import subprocess
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ionia.core.codec.h264 import nal_units
from ionia.core.media import AUDIO, EncodedPacket, MediaHeader
from ionia.core.media_request import ClipRequest
from ionia.core.settings import EncoderChoice
from ionia.media.encoder_probe import open_video_encoder
from ionia.media.guarded_encoder import GuardedVideoEncoder
from ionia.sinks.media_files.table import carry_out
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import HEIGHT, WIDTH, EncodedClip, encoded_clip, grey_of, grey_picture
from tests.fakes.failing_encoder import SETTINGS, FailingEncoder
from tests.fakes.pictures import yuv

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

PAGE = """<!doctype html><script>
const names = %s, out = {};
async function look(name) {
  const video = document.createElement("video");
  const blob = await (await fetch(name)).blob();  // our little server can't seek, a blob can
  video.muted = true; video.preload = "auto"; video.src = URL.createObjectURL(blob);
  await new Promise((yes, no) => { video.oncanplaythrough = yes; video.onerror = () => no(video.error.message); });
  const canvas = document.createElement("canvas"); canvas.width = canvas.height = 1;
  const pixels = [];
  for (const index of [0, 1, 20, 45, 61]) {
    await new Promise(yes => { video.onseeked = yes; video.currentTime = (index + 0.5) / 30; });
    // "seeked" may come a moment before the picture: look until it has stayed the same for a while.
    const context = canvas.getContext("2d");
    let red = -1;
    for (let same = 0; same < 10; await new Promise(yes => setTimeout(yes, 40))) {
      context.drawImage(video, 0, 0, 1, 1);
      const now = context.getImageData(0, 0, 1, 1).data[0];
      same = now === red ? same + 1 : 0; red = now;
    }
    pixels.push([index, red]);
  }
  const sound = await new OfflineAudioContext(2, 48000, 48000).decodeAudioData(await blob.arrayBuffer());
  const left = sound.getChannelData(0);
  const onsets = []; let quiet = 9999;
  for (let i = 0; i < left.length; i++)
    if (Math.abs(left[i]) > 0.1) { if (quiet > 2000) onsets.push(i); quiet = 0; } else quiet++;
  await new Promise((yes, no) => {
    video.onended = yes; video.onerror = () => no(video.error.message);
    video.currentTime = video.duration - 0.3; video.play();
  });
  return { duration: video.duration, width: video.videoWidth, height: video.videoHeight, pixels, onsets,
           soundBytes: video.webkitAudioDecodedByteCount };
}
(async () => {
  const each = async name => { out[name] = await look(name).catch(e => ({ error: String(e) })); };
  await Promise.all(names.map(each));
  await fetch("/result", { method: "POST", body: JSON.stringify(out) });
})();
</script>"""


class Site(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and takes the page's findings."""

    results: "queue.Queue[dict[str, Any]]"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        self.results.put(json.loads(body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


def visit(folder: Path, names: list[str], profile: Path) -> dict[str, Any]:
    """What Chromium finds in the files."""
    (folder / "index.html").write_text(PAGE % json.dumps(names))
    results: queue.Queue[dict[str, Any]] = queue.Queue()
    site = type("SiteHere", (Site,), {"results": results})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(site, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    command = [
        str(CHROMIUM),
        *("--headless", "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"),
        f"--user-data-dir={profile}",
        f"http://127.0.0.1:{server.server_port}/",
    ]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return results.get(timeout=60)
    finally:
        browser.terminate()
        browser.wait()
        server.shutdown()
        thread.join()
        server.server_close()


def encoder_lost(clip: EncodedClip, index: int) -> tuple[MediaHeader, list[EncodedPacket]]:
    """The same pictures and sound, with a graphics card's encoder that fails at picture `index`."""
    first = FailingEncoder(lost=index)
    guarded = GuardedVideoEncoder(first, SETTINGS)
    packets = []
    for packet in clip.packets:
        if packet.track == AUDIO:
            packets.append(packet)
        else:
            packets += guarded.encode(yuv(guarded, grey_picture(packet.pts)), packet.pts)
    guarded.close()
    return clip.header.with_track(first.info), packets


def encoder_resting(clip: EncodedClip) -> tuple[MediaHeader, list[EncodedPacket]]:
    """Every eighth picture and the same sound, with repeats in between that libx264 never sees."""
    encoder, info, _ = open_video_encoder(replace(SETTINGS, encoder=EncoderChoice.X264), WIDTH, HEIGHT)
    packets = []
    for packet in clip.packets:
        if packet.track == AUDIO:
            packets.append(packet)
        elif packet.pts % 8:
            (held,) = encoder.hold(packet.pts)
            assert held.keyframe or len(next(nal_units(held.data))) < 24  # else libx264 made it
            packets.append(held)
        else:
            packets += encoder.encode(yuv(encoder, grey_picture(packet.pts)), packet.pts)
    encoder.close()
    return clip.header.with_track(info), packets


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_chromium_plays_closed_killed_and_cut_recordings(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    clip = encoded_clip(100, keyframes=(31,))
    lost_header, lost = encoder_lost(clip, 40)
    resting_header, resting = encoder_resting(clip)
    reordered = encoded_clip(100, b_frames=2)
    recordings = (
        ("whole", clip.header, clip.packets),
        ("cut", clip.header, clip.since(31)),
        ("lost", lost_header, lost),
        ("resting", resting_header, resting),
        ("reordered", reordered.header, reordered.packets),
    )
    for name, header, packets in recordings:
        sink = Mp4File(str(folder / f"{name}-closed.mp4"))
        sink.open(header)
        sink.write(packets)
        shutil.copy(sink.path, folder / f"{name}-killed.mp4")
        sink.close()
    names = [f"{name}-{end}.mp4" for name, _, _ in recordings for end in ("closed", "killed")]
    joint = ClipRequest(
        path=str(folder / "whole-closed.mp4"), output=str(folder / "joint.mp4"), start_seconds=0.5, mode="exact"
    )
    carry_out(joint)  # its first 16 pictures are another encoder's
    found = visit(folder, [*names, "joint.mp4"], tmp_path / "profile")
    assert found["joint.mp4"]["duration"] == pytest.approx(85 / 30, abs=0.05)
    assert found["joint.mp4"]["onsets"] == pytest.approx([24_000, 72_000, 120_000], abs=8)
    for index, red in found["joint.mp4"]["pixels"]:
        assert red == pytest.approx(grey_of(15 + index), abs=3), index
    for name in names:
        facts = found[name]
        assert "error" not in facts, (name, facts)
        cut, killed = name.startswith("cut"), name.endswith("killed.mp4")
        frames = (60 if cut else 90) if killed else (69 if cut else 100)
        first = 31 if name.startswith("cut") else 0
        # Killed among B-frames, a file has the picture that these would refer to.
        assert facts["duration"] == pytest.approx(frames / 30, abs=0.1 if name == "reordered-killed.mp4" else 0.05)
        assert (facts["width"], facts["height"]) == (clip.header.video.width, clip.header.video.height)
        assert facts["soundBytes"] > 0
        expected = [beep - first * 1600 for beep in range(0, 144_001, 48_000)]
        heard = [max(0, beep) for beep in expected if -4800 < beep < frames * 1600]
        assert facts["onsets"] == pytest.approx(heard, abs=8)
        for index, red in facts["pixels"]:
            if index < frames:
                shown = index - index % 8 if name.startswith("resting") else first + index
                assert red == pytest.approx(grey_of(shown), abs=4), (name, index)
