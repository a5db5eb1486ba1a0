"""OBS Studio as a peer, where it is installed: headless, with a profile and scenes of our own in a home of its own.

Its window opens on a display of its own and its scene grabs the stage's: a window on the stage would stand in the
picture. Without a graphics card its scene is rendered by llvmpipe, on the processor: its CPU figure is that of such a
machine and of no other. It is driven by obs-websocket, which is part of it since version 28. Its muxer is a process of
its own, which finishes the file when OBS alone is killed.
"""

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.bench.obs_remote import ObsRemote, connected, free_port
from tests.bench.recorders import AUDIO_BITRATE, BITRATE, END_TIMEOUT, Stage
from tests.fakes.xvfb import Xvfb

POLL_SECONDS = 0.1

HINT = "OBS is not installed: its column is missing (Debian: apt-get install obs-studio)."


def obs_missing() -> bool:
    """Whether there is no OBS to run."""
    return shutil.which("obs") is None


@dataclass(slots=True)
class ObsRecording:
    """OBS as a process, and its muxer as another."""

    process: "subprocess.Popen[bytes]"
    pid: int
    remote: ObsRemote
    path: Path
    lost_before: int
    lost: int = 0
    stopped: bool = False

    @property
    def seconds(self) -> float:
        """How long the recording is by now, as OBS itself says."""
        return float(self.remote.ask("GetRecordStatus")["outputDuration"]) / 1000

    def stop(self) -> None:
        """Stop recording, and wait until the file is finished and at `path`."""
        if self.stopped:
            return
        self.stopped = True
        self.lost = lost_so_far(self.remote) - self.lost_before
        written = Path(self.remote.ask("StopRecord")["outputPath"])
        _until(lambda: not self.remote.ask("GetRecordStatus")["outputActive"], "OBS did not stop")
        if written != self.path:
            written.replace(self.path)

    def pictures_lost(self) -> int:
        """Its two words for it: missed while rendering, skipped while encoding."""
        return self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Obs:
    """OBS as a Recorder. The file is of the kind that `path` ends in: .mkv (OBS's own choice) or .mp4.

    `filters` of what the speaker plays: kinds as OBS calls them, and their settings beside OBS's own.
    """

    name: ClassVar[str] = "OBS"
    tracks: int = 1
    filters: Sequence[tuple[str, Mapping[str, object]]] = ()

    @contextlib.contextmanager
    def record(self, where: Stage, path: Path, fps: int) -> Iterator[ObsRecording]:
        """As Recorder.record."""
        with tempfile.TemporaryDirectory(prefix="obs-", ignore_cleanup_errors=True) as home, Xvfb(1024, 768) as window:
            port = free_port()
            write_settings(Path(home), self, where, path, fps, port=port)
            environment = {**where.environment, "DISPLAY": window.display, "HOME": home, "LIBGL_ALWAYS_SOFTWARE": "1"}
            environment |= {"XDG_CONFIG_HOME": f"{home}/.config", "QT_QPA_PLATFORM": "xcb"}
            with (Path(home) / "log").open("wb") as log:
                process = subprocess.Popen(
                    ["obs", "--multi", "--minimize-to-tray"], env=environment, cwd=home, stdout=log, stderr=log
                )
            try:
                with connected(port, process) as remote:
                    remote.ask("StartRecord")
                    _until(lambda: remote.ask("GetRecordStatus")["outputBytes"] > 0, "OBS did not record")
                    before = lost_so_far(remote)  # loading everything made it late, which is no part of the recording
                    recording = ObsRecording(
                        process=process, pid=process.pid, remote=remote, path=path, lost_before=before
                    )
                    yield recording
                    if process.poll() is None:
                        recording.stop()
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()


def lost_so_far(remote: ObsRemote) -> int:
    """Since OBS began."""
    stats = remote.ask("GetStats")
    return int(stats["renderSkippedFrames"] + stats["outputSkippedFrames"])


def write_settings(home: Path, obs: Obs, where: Stage, path: Path, fps: int, *, port: int) -> None:
    """What a user would have clicked: profile, scene, and that the first run is over."""
    config = home / ".config" / "obs-studio"
    profile, scenes = config / "basic" / "profiles" / "bench", config / "basic" / "scenes"
    profile.mkdir(parents=True)
    scenes.mkdir(parents=True)
    width, height = where.size
    general = {
        "General": {"FirstRun": "true", "ConfirmOnExit": "false", "LastVersion": 0x1D000000},
        "OBSWebSocket": {"FirstLoad": "false", "ServerEnabled": "true", "ServerPort": port, "AuthRequired": "false"},
        "BasicWindow": {"PreviewEnabled": "false"},
        "Basic": {
            "Profile": "bench",
            "ProfileDir": "bench",
            "SceneCollection": "bench",
            "SceneCollectionFile": "bench",
        },
    }
    basic = {
        "General": {"Name": "bench"},
        "Video": {
            "BaseCX": width,
            "BaseCY": height,
            "OutputCX": width,
            "OutputCY": height,
            "FPSType": 1,
            "FPSInt": fps,
        },
        "Output": {"Mode": "Advanced", "FilenameFormatting": path.stem, "OverwriteIfExists": "true"},
        "AdvOut": {
            "RecType": "Standard",
            "RecFilePath": path.parent,
            "RecFormat": path.suffix[1:],
            "RecEncoder": "obs_x264",
            "RecTracks": 2**obs.tracks - 1,
            **{f"Track{number}Bitrate": AUDIO_BITRATE // 1000 for number in range(1, obs.tracks + 1)},
        },
        "Audio": {"SampleRate": 48000, "ChannelSetup": "Stereo"},
    }
    encoder = {
        "rate_control": "CBR",
        "bitrate": BITRATE // 1000,
        "keyint_sec": 2,
        "preset": "veryfast",
        "tune": "zerolatency",
    }
    _write_ini(config / "global.ini", general)
    _write_ini(profile / "basic.ini", basic)
    (profile / "recordEncoder.json").write_text(json.dumps(encoder), encoding="utf-8")
    (scenes / "bench.json").write_text(json.dumps(scene(where.environment["DISPLAY"], obs.filters)), encoding="utf-8")


def scene(display: str, filters: Sequence[tuple[str, Mapping[str, object]]] = ()) -> dict[str, Any]:
    """The whole display and what its speaker plays, through these filters."""
    named = [
        {"id": kind, "versioned_id": kind, "name": kind, "enabled": True, "settings": dict(settings)}
        for kind, settings in filters
    ]
    screen = {"advanced": True, "server": display, "screen": 0, "show_cursor": True}
    item = {"name": "Screen", "id": 1, "visible": True, "pos": {"x": 0, "y": 0}, "scale": {"x": 1, "y": 1}}
    return {
        "name": "bench",
        "current_scene": "Scene",
        "current_program_scene": "Scene",
        "scene_order": [{"name": "Scene"}],
        "DesktopAudioDevice1": {
            "id": "pulse_output_capture",
            "versioned_id": "pulse_output_capture",
            "name": "Desktop Audio",
            "settings": {"device_id": "speaker.monitor"},
            "mixers": 255,
            "filters": named,
        },
        "sources": [
            {"id": "scene", "name": "Scene", "settings": {"id_counter": 1, "items": [item]}},
            {"id": "xshm_input", "versioned_id": "xshm_input", "name": "Screen", "settings": screen},
        ],
    }


def _write_ini(path: Path, sections: Mapping[str, Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for name, pairs in sections.items():
            file.write(f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in pairs.items()))


def _until(there: Callable[[], bool], failure: str) -> None:
    """Look until it is so. Raises RuntimeError when it takes too long."""
    deadline = time.monotonic() + END_TIMEOUT
    while not there():
        if time.monotonic() > deadline:
            raise RuntimeError(failure)
        time.sleep(POLL_SECONDS)
