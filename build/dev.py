#!/usr/bin/env python3
"""Everything a developer needs, by one plain-Python command: set up, record, check, test, bench.

Runs with the system's Python and nothing else. It makes `.venv`, installs the pinned packages there and hands over to
it; the second run only compares a stamp. `python3 build/dev.py --help` lists the commands.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")

SYSTEM_PACKAGES = {
    # program or file that shows the package is there: Debian package
    "Xvfb": "xvfb",
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "ffprobe": "ffmpeg",
    "xrandr": "x11-xserver-utils",
    "nginx": "nginx-light",
    "/usr/lib/nginx/modules/ngx_rtmp_module.so": "libnginx-mod-rtmp",
    "/usr/lib/x86_64-linux-gnu/libopenh264.so.7": "libopenh264-7",
    "ip": "iproute2",
    "ethtool": "ethtool",
    "openssl": "openssl",
    "chromium": "chromium",
}
"""What the tests need from the system; each missing one skips the tests that need it, with a reason.

Node.js 20.19 or newer is needed too, by the Electron side's tests; Debian's is older, so it is not installed here.
"""

SIDE_BY_SIDE = ("--numprocesses=logical", "--maxprocesses=4")
"""For tests that wait for nothing but the processor: on as many cores as are worth their start."""

BUILDS = (
    "tests/e2e/test_freeze.py",
    "tests/e2e/test_electron.py::test_builds_and_type_checks",
    "tests/e2e/test_electron.py::test_in_the_browser[scenes.test.ts]",
    "tests/e2e/test_electron.py::test_packaging",
    "tests/e2e/test_electron.py::test_units[renderer]",
)
"""What keeps all cores busy and has limits of its own, or is waited for: before the rest, the longest first."""

COMPUTES = (
    "tests/simulation",
    "tests/core",
    "tests/architecture",
    "tests/building",
)
"""What waits for nothing but the processor, and for that as long as it takes: it gets what `PATIENT` leaves of it."""

LEFTOVERS = ("chrt", "--idle", "0")
"""Linux' class of what runs while nobody else wants to, and gives way at once (util-linux)."""

STARVED = ("-p", "no:cacheprovider", "--timeout=1800")
"""Beside others: a test that hangs is told from one that gets no turn, and the list of what failed is the others'."""

PATIENT = (
    "tests/e2e/test_frozen_engine.py", "tests/e2e/test_frozen_stream.py", "tests/e2e/test_windows_parent.py",
    "tests/rpc", "tests/e2e/test_streamer_faults.py", "tests/e2e/test_streamer_cli.py",
    "tests/e2e/test_streamer_servers.py", "tests/e2e/test_streamer_secrets.py", "tests/e2e/test_recorder_files.py",
    "tests/e2e/test_recorder_window.py", "tests/e2e/test_random_sessions.py", "tests/e2e/test_bare_surroundings.py",
    "tests/e2e/test_recorder_sound_alone.py", "tests/e2e/test_electron_types.py", "tests/e2e/test_preview.py",
    "tests/e2e/test_recorder_framing.py", "tests/e2e/test_recorder_screens.py", "tests/e2e/test_replay.py",
    "tests/e2e/test_recorder_tracks.py", "tests/e2e/test_recorder_rates.py", "tests/e2e/test_streamer_whip.py",
    "tests/e2e/test_program_sound.py", "tests/e2e/test_audio_set.py", "tests/e2e/test_recorder_rpc.py",
    "tests/e2e/test_recorder_desktop.py::test_pictures_and_sound_of_the_desktop",
    "tests/e2e/test_recorder_desktop.py::test_the_sound_server_dies_and_comes_back",
    "tests/e2e/test_recorder_desktop.py::test_the_default_device_changes",
    "tests/e2e/test_recorder_desktop.py::test_the_display_disappears_and_returns",
    "tests/e2e/test_recorder_desktop.py::test_no_sound_server_at_all_is_a_warning_and_silence",
    "tests/e2e/test_recorder_desktop.py::test_a_display_of_odd_size",
    "tests/e2e/test_selftest.py::test_it_is_cancelled",
    "tests/e2e/test_selftest.py::test_nobody_answers_at_the_address",
    "tests/e2e/test_streamer_sharing.py::test_a_recording_and_two_streams_come_from_one_encode",
    "tests/e2e/test_streamer_sharing.py::test_two_rates_of_one_screen_show_the_same_pictures_at_the_same_frames",
    "tests/sources/linux", "tests/sources/test_audio_capture.py", "tests/sources/test_audio_capture_channels.py",
    "tests/sources/test_audio_capture_choice.py", "tests/sources/test_audio_capture_mixer.py",
    "tests/sources/test_audio_capture_timeline.py", "tests/sources/test_card_and_tone_survive_encoding.py",
    "tests/sources/test_card_source.py", "tests/sources/test_no_screen.py",
    "tests/sources/test_picture_comparison.py", "tests/sources/test_pushed.py",
    "tests/sources/test_screens_choice.py", "tests/sources/test_spare_pictures.py",
    "tests/sources/test_tone_source.py",
    "tests/runtime", "tests/sinks", "tests/selftest", "tests/media", "tests/cli", "tests/bench", "tests/platform",
    "tests/threads", "tests/test_app.py",
)  # fmt: skip
"""What runs in real time and mostly waits, for servers, devices and disks, with bounds far from what a neighbour costs:
side by side, but apart from what keeps all cores busy. The first four want the Windows rig, which is lent to one at a
time, and are run by one worker, which begins here. Everything else measures, and runs alone."""

MIXED = ("tests/e2e", "tests/sources")
"""The only folders of which not everything is named: what isn't runs alone."""

WAITING = (f"--numprocesses={min(4, (os.cpu_count() or 1) + 1)}", "--dist=worksteal")
"""What waits leaves more than half of a core to its neighbours: three at a time keep two cores busy (decision 0424)."""

TESTS_FAILED = 1  # pytest.ExitCode
SECOND_CHANCES = 3
"""So many failures in real time may be a machine that stood still for a moment, which is measured again and told; more
are a defect, and so is a test that is told so in another run, too."""

CRASHED = "worker 'gw"
"""How pytest-xdist's line about a test begins with which a whole worker ended: that is no slow machine."""

THOROUGH = "--hypothesis-profile=thorough"
"""More examples of each property than a plain pytest tries (tests/conftest.py)."""

BRIEF = ("--hypothesis-profile=brief", "-m", "not long")
"""For `check`, so that nobody waits: fewer examples of each property than the suite, and no minutes of a take."""

PLAIN = "--assert=plain"
"""Else each worker rewrites each test in a new checkout, for pytest's own words: what fails is run again with them."""

USAGE = """usage: python3 build/dev.py COMMAND [ARGUMENTS]

  record OUT [--seconds N ...]   record the screen and its sound (the test card where there is none)
  run [ARGUMENTS]                run ionia-engine with these arguments
  setup [EXTRA ...]              make .venv with the pinned packages (extras: dev, bench, freeze)
  test [PYTEST ARGUMENTS]        install what the tests need and run the whole suite
  check                          format, lint, types, import rules, generated files, fast tests
  format                         put the code into its canonical form
  bench [ARGUMENTS]              measure, side by side with the FFmpeg command line
  freeze [--windows]             make the folder that runs without Python
  packages                       name the Debian packages that the tests need, for who installs them
"""


def main(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what tests say may be in no code page of Windows
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0 if arguments else 2
    commands = {
        "record": lambda rest: engine(["record", *rest]),
        "run": engine,
        "setup": setup,
        "test": test,
        "check": check,
        "format": format_code,
        "bench": bench,
        "freeze": freeze,
        "packages": packages,
    }
    command = commands.get(arguments[0])
    if command is None:
        print(f"dev.py: unknown command {arguments[0]!r}\n\n{USAGE}", file=sys.stderr)
        return 2
    try:
        return command(arguments[1:])
    except subprocess.CalledProcessError as error:
        print(f"dev.py: {Path(str(error.cmd[0])).name} failed ({error.returncode})", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def setup(extras: list[str]) -> int:
    """Make the virtual environment and install the project in it, with the extras asked for."""
    for extra in extras or [""]:
        ensure(extra)
    if "bench" in extras and not shutil.which("obs"):
        print("OBS is not installed: the bench goes without it as a peer (Debian: apt-get install obs-studio)")
    print(f"ready: {BIN / 'ionia-engine'}")
    return 0


def engine(arguments: list[str]) -> int:
    """Run the engine's command line in the environment."""
    ensure("")
    return hand_over([str(PYTHON), "-m", "ionia", *arguments])


def test(arguments: list[str]) -> int:
    """The whole suite in its parts, or what the arguments choose in one."""
    ensure("dev")
    ensure("freeze")  # the suite freezes the engine and tests the folder
    ensure("bench")  # and tries the bench's parts
    ensure_system_packages()
    pytest = [str(PYTHON), "-m", "pytest", THOROUGH]
    if arguments:
        return hand_over([*pytest, *arguments], cwd=ROOT)
    side_by_side = [*pytest, *SIDE_BY_SIDE, "--dist=worksteal"]
    busy, built = run_and_keep([*side_by_side, *BUILDS])
    with ThreadPoolExecutor(1) as beside:
        behind = LEFTOVERS if shutil.which(LEFTOVERS[0]) else ()
        computing = beside.submit(run_and_keep, [*behind, *side_by_side, *STARVED, *COMPUTES], aloud=False)
        if not behind:
            wait([computing])
        patient, waited = run_and_keep([*pytest, *WAITING, *PATIENT])
        computes, computed = computing.result()
    done = [part for part in (*BUILDS, *PATIENT) if part.startswith(MIXED)]
    rest = [f"--deselect={part}" if "::" in part else f"--ignore={part}" for part in done]
    alone, measured = run_and_keep([*pytest, *rest, *MIXED])
    report = ["The part that builds:", *built, "The part that computes:", *computed]
    report += ["The part that waits:", *waited, "The part that measures:", *measured]
    crashed = [code for code in (patient, alone) if code not in (0, TESTS_FAILED)]  # also by a signal, below 0
    real_time = crashed[0] if crashed else max(patient, alone)
    failed = [*waited[:-1], *measured[:-1]]
    tests = last_failed(failed)
    if real_time == TESTS_FAILED and 0 < len(tests) <= SECOND_CHANCES and len(tests) == len(failed):
        report += ["UNSTEADY: of the parts in real time, what failed was run twice more, alone:"]
        for _ in range(2):
            real_time, again = run_and_keep([*pytest, *tests])
            report += again
            if real_time:
                break
    print("\n".join(report), flush=True)
    return busy or computes or real_time


def last_failed(lines: list[str]) -> list[str]:
    """The tests that these lines of pytest's summary are about.

    From pytest's own list: an id may hold what separates it from the rest of its line.
    """
    listing = ROOT / ".pytest_cache/v/cache/lastfailed"
    known = json.loads(listing.read_text(encoding="utf-8")) if listing.exists() else {}
    named = [line.split(" ", 1)[1] for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return [test for test in known if any(name == test or name.startswith(f"{test} - ") for name in named)]


def run_and_keep(command: list[str], *, aloud: bool = True) -> tuple[int, list[str]]:
    """Run pytest and show what it says, while it runs or at its end; its exit code, and the lines that sum it up."""
    failures: list[str] = []
    said: list[str] = []
    last = ""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        for line in process.stdout:
            if aloud:
                print(line, end="", flush=True)
            else:
                said.append(line)
            if line.startswith(("FAILED ", "ERROR ", CRASHED)):
                failures.append(line.rstrip())
            elif line.startswith("="):
                last = line.rstrip()
    print("".join(said), end="", flush=True)
    return process.returncode, [*failures, last]


def check(arguments: list[str]) -> int:
    """Everything that needs no device and no minute."""
    ensure("dev")
    steps = [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["mypy"],
        ["mypy", "--platform", "win32"],
        ["lint-imports"],
        ["python", "build/generate.py", "--check"],
        ["python", "build/generate_types.py", "--check"],
        ["pytest", "-q", PLAIN, "--tb=no", *SIDE_BY_SIDE, *BRIEF, "tests/core", "tests/architecture", *arguments],
    ]
    failed = []
    for step in steps:
        began = time.monotonic()
        program = str(BIN / step[0])
        ok = subprocess.run([program, *step[1:]], cwd=ROOT, check=False).returncode == 0
        print(f"{'ok    ' if ok else 'FAILED'} {' '.join(step)} ({time.monotonic() - began:.1f} s)", flush=True)
        if not ok:
            failed.append(" ".join(step))
            if PLAIN in step:
                subprocess.run([program, "-q", "--lf", "--lfnf=none"], cwd=ROOT, check=False)
    return 1 if failed else 0


def format_code(arguments: list[str]) -> int:
    """Formatter and the lint rules that mend themselves, everywhere or where the arguments say."""
    ensure("dev")
    where = arguments or ["."]
    subprocess.run([str(BIN / "ruff"), "format", *where], cwd=ROOT, check=True)
    return subprocess.run([str(BIN / "ruff"), "check", "--fix", *where], cwd=ROOT, check=False).returncode


def bench(arguments: list[str]) -> int:
    """Measure this engine beside its peers."""
    ensure("dev")  # the servers that streams are measured against are the tests' fakes
    ensure("bench")
    ensure_system_packages()
    return hand_over([str(PYTHON), "-m", "tests.bench", *arguments], cwd=ROOT)


def freeze(arguments: list[str]) -> int:
    """Make the folder that runs without Python: for this system, or with --windows through the rig."""
    ensure("freeze")
    return hand_over([str(PYTHON), "build/freeze.py", *arguments], cwd=ROOT)


def packages(arguments: list[str]) -> int:
    """Name what the tests need from Debian, a package a line."""
    del arguments
    print("\n".join(sorted(set(SYSTEM_PACKAGES.values()))))
    return 0


def ensure(extra: str) -> None:
    """Make `.venv` hold the project and `extra`, doing nothing when it already does."""
    stamp = VENV / f".ionia-{extra or 'base'}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and PYTHON.exists():
        return
    make_venv()
    print(f"dev.py: installing {'the project' if not extra else f'the project with [{extra}]'} into .venv", flush=True)
    target = f".[{extra}]" if extra else "."
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--editable", target]
    for attempt in range(1, 4):
        done = subprocess.run(pip, cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode == 0:
            break
        print(done.stderr.strip(), file=sys.stderr, flush=True)
        if attempt == 3:
            sys.exit("dev.py: the packages could not be installed.")
        print("dev.py: trying again", flush=True)
    stamp.write_text(wanted, encoding="utf-8")


def make_venv() -> None:
    """An environment of a Python that the pinned packages have wheels for."""
    if PYTHON.exists():
        return
    base = find_python()
    print(f"dev.py: making .venv with {base}", flush=True)
    made = subprocess.run([base, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True)
    if made.returncode != 0 and is_root_on_debian():
        # Debian's python3 comes without the venv module's wheels.
        shutil.rmtree(VENV, ignore_errors=True)
        apt_install(["python3.11-venv"])
        made = subprocess.run([base, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(f"dev.py: could not make .venv: {made.stderr.strip() or made.stdout.strip()}")


def find_python() -> str:
    """This Python, or another of the version that the project is pinned to."""
    if sys.version_info[:2] == (3, 11):
        return sys.executable
    for name in ("python3.11", "python3.11.exe"):
        if found := shutil.which(name):
            return found
    sys.exit("dev.py: Python 3.11 is needed (the media wheels are pinned to it) and python3.11 was not found.")


def ensure_system_packages() -> None:
    """Install what the tests need where that is allowed; otherwise say the one command to run."""
    shows = SYSTEM_PACKAGES.items()
    missing = sorted(package for sign, package in shows if not (shutil.which(sign) or Path(sign).exists()))
    if WINDOWS or not missing:
        return
    if is_root_on_debian():
        apt_install(missing)
    else:
        print(f"dev.py: some tests will be skipped; to run them: sudo apt-get install {' '.join(missing)}", flush=True)


def is_root_on_debian() -> bool:
    """Whether apt-get may be called."""
    return not WINDOWS and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> None:
    """Install Debian packages; what could not be installed shows as skipped tests."""
    print(f"dev.py: installing {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"dev.py: {' '.join(command[:2])} failed: {done.stderr.strip()[-400:]}", flush=True)


def hand_over(command: list[str], cwd: Path | None = None) -> int:
    """Become `command` where the system can, so that signals and exit codes are its own."""
    sys.stdout.flush()
    if cwd is not None:
        os.chdir(cwd)
    if not WINDOWS:
        os.execv(command[0], command)  # noqa: S606 - no shell on purpose
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
