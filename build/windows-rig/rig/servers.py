"""The X and sound servers of the rig, and the environment of a program in it."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from rig.base import fail, locked


def process_of(record, name):
    """The recorded process's id, if it is still that program."""
    try:
        pid = json.loads(record.read_text())["pid"]
        if Path(f"/proc/{pid}/comm").read_text().strip() == name:
            return pid
    except (OSError, ValueError, KeyError):
        pass
    return None


def spawn(command, log, **kwargs):
    """A server that outlives us and holds none of our streams."""
    with Path(log).open("ab") as out:
        return subprocess.Popen(
            [str(c) for c in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            **kwargs,
        )


def display(rig):
    with locked(rig, "xvfb"):
        record = rig.state / "xvfb.json"
        if process_of(record, "Xvfb"):
            return json.loads(record.read_text())["display"]
        read, write = os.pipe()
        screen = os.environ.get("WINDOWS_RIG_SCREEN", "1280x720x24")
        server = spawn(
            ["Xvfb", "-displayfd", write, "-screen", "0", screen, "-nolisten", "tcp", "-noreset"],
            rig.state / "xvfb.log",
            pass_fds=[write],
        )
        os.close(write)
        with os.fdopen(read) as f:
            number = f.readline().strip()
        if not number:
            fail("Xvfb did not start: see %s" % (rig.state / "xvfb.log"))
        record.write_text(json.dumps({"pid": server.pid, "display": ":" + number}))
        return ":" + number


PULSE = """load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name=rig_speakers rate=48000 channels=2 sink_properties=device.description=RigSpeakers
load-module module-null-sink sink_name=rig_mic_feed rate=48000 channels=2 sink_properties=device.description=RigMicFeed
load-module module-remap-source source_name=rig_mic master=rig_mic_feed.monitor {mic}
set-default-sink rig_speakers
set-default-source rig_mic
"""


def sound(rig):
    with locked(rig, "pulse"):
        record = rig.state / "pulse.json"
        if process_of(record, "pulseaudio"):
            return json.loads(record.read_text())["server"]
        socket = rig.state / "pulse.sock"
        if len(str(socket)) > 100:
            fail(f"{socket} is too long a path for a socket")
        socket.unlink(missing_ok=True)
        (rig.state / "pulse").mkdir(mode=0o700, exist_ok=True)
        script = rig.state / "pulse.pa"
        script.write_text(PULSE.format(socket=socket, mic="source_properties=device.description=RigMic"))
        env = dict(
            os.environ,
            HOME=str(rig.state / "pulse"),
            PULSE_RUNTIME_PATH=str(rig.state / "pulse"),
            DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent",
        )
        for name in ("PULSE_SERVER", "DISPLAY", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
            env.pop(name, None)
        log = rig.state / "pulse.log"
        server = spawn(
            [
                "pulseaudio",
                "-n",
                "-F",
                script,
                "--daemonize=no",
                "--use-pid-file=no",
                "--exit-idle-time=-1",
                "--system=no",
            ],
            log,
            env=env,
        )
        address = f"unix:{socket}"
        env["PULSE_SERVER"] = address
        for _ in range(100):
            if (
                socket.exists()
                and subprocess.run(
                    ["pactl", "info"], check=False, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                ).returncode
                == 0
            ):
                break
            time.sleep(0.05)
        else:
            fail(f"PulseAudio did not start: see {log}")
        # A null sink runs in steps of two seconds until someone asks for less;
        # a reader on each keeps the steps at 10 ms, as a sound card's.
        readers = [
            spawn(["sh", "-c", f"exec parec --raw --latency-msec=10 -d {source} >/dev/null"], log, env=env).pid
            for source in ("rig_speakers.monitor", "rig_mic")
        ]
        record.write_text(json.dumps({"pid": server.pid, "server": address, "readers": readers}))
        return address


def end_wine(rig):
    """End every program of the rig's Windows."""
    wineserver = rig.wine_root / "usr/lib/wine/wineserver"
    if wineserver.exists() and rig.prefix.exists():
        subprocess.run(
            [str(wineserver), "-k"],
            check=False,
            env=dict(os.environ, WINEPREFIX=str(rig.prefix)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def stop(rig):
    end_wine(rig)
    for name, program in (("pulse", "pulseaudio"), ("xvfb", "Xvfb")):
        record = rig.state / (name + ".json")
        pid = process_of(record, program)
        if pid:
            os.kill(pid, signal.SIGTERM)  # the readers of PulseAudio end with it
        record.unlink(missing_ok=True)


def run_environment(rig, with_sound=True):
    env = dict(os.environ)
    for name in (
        "PYTHONHOME",
        "PYTHONPATH",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "WINELOADER",
        "WINESERVER",
        "WINEDLLPATH",
    ):
        env.pop(name, None)
    env["WINEPREFIX"] = str(rig.prefix)
    env["WINEARCH"] = "win64"
    env.setdefault("WINEDEBUG", "-all")
    # No .NET, no browser engine, no desktop menus, and a crash just ends the program.
    off = "mscoree,mshtml,winemenubuilder.exe,winedbg.exe="
    given = env.get("WINEDLLOVERRIDES", "")
    # Our mmdevapi before Wine's; the other shims are in the registry, which is written once for a prefix.
    more = [text for name, text in ((off, off), ("mmdevapi", "mmdevapi=n,b")) if name not in given]
    env["WINEDLLOVERRIDES"] = ";".join(filter(None, [given, *more]))
    env["FONTCONFIG_FILE"] = str(rig.fonts)
    env["LIBGL_DRIVERS_PATH"] = str(rig.lib / "dri")
    env["LIBGL_ALWAYS_SOFTWARE"] = "1"
    if not env.get("DISPLAY"):
        env["DISPLAY"] = display(rig)
    if with_sound and not env.get("PULSE_SERVER"):
        env["PULSE_SERVER"] = sound(rig)
    return env
