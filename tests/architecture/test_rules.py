"""Rules of the tree that no other tool holds: lengths, one clock, one test file for each module of core."""

import ast
import posixpath
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "engine" / "ionia"
SOURCES = sorted(ENGINE.rglob("*.py"))
CORE = sorted(path for path in (ENGINE / "core").rglob("*.py") if path.stem != "__init__")

LONGEST = 400
"""A file of more lines is two files."""

FROZEN = "_internal/LICENCES.txt"
"""In the folder that is built, so that no other can be named that isn't there."""

CLOCK_READERS = {
    "threads/clock.py": "it is the clock",
}
"""Modules that may import `time`, each with its reason."""

CORE_WITHOUT_OWN_TEST = {
    "errors": "values without logic",
    "events": "values without logic",
    "facts": "names of marks; what is done with them is tested in tests/rpc/test_wire.py",
    "live/connection_events": "values without logic",
    "live/sender_events": "values without logic",
    "mp4/fragment": "values without logic",
    "ports": "protocols only",
    "preview/request": "values without logic",
    "screenshot": "values without logic",
    "service": "values and a protocol",
    "rtmp/client_events": "values without logic",
}
"""Modules of core without a test file of the same name, each with its reason."""


RUNTIME_WITHOUT_OWN_TEST = {
    "preview/pictures": "what the other two promise, each tested for itself",
    "backends": "values and protocols",
    "capture/sound": "tests/runtime/test_levels.py shares, moves and loses sounds through it",
    "encode/audio_encodes": "tests/runtime/test_levels.py: who shares what is seen by sessions",
    "encode/feed": "tests/runtime/encode/test_join.py: a feed is what joins take",
    "encode/session_feeds": "tests/runtime/test_levels.py and encode/test_studio.py see it whole",
    "encode/session_picture": "session/test_session_counters.py counts; tests/e2e/test_recorder_screens.py goes over",
    "encode/all_sounds": "tests/runtime/session/test_stream_encode.py: sounds of several encodes",
    "encode/showing": "tests/runtime/test_set_screen.py: what waits for another screen",
    "capture/still": "tests/runtime/test_screenshots.py: of a capture that runs and of a source of its own",
    "preview/late_previews": "tests/runtime/preview/test_previews.py opens and ends all of its previews through it",
    "preview/view": "tests/runtime/preview/test_previews.py: what is looked at, and when that changes",
    "engine_streams": "tests/runtime/session/test_stream_destination.py calls an engine through it",
    "session_outputs": "tests/runtime/test_engine.py and each output's own tests: what sessions of each kind do",
    "session_watch": "tests/runtime/test_engine.py: stats, levels, and one look that fails or hangs",
    "session/beginning": "tests/runtime/session/test_session.py; test_origin.py: in the past",
    "session/disk_eye": "tests/runtime/session/test_file_output.py: a disk that is full, slow or gone",
    "session/file_wishes": "values; test_file_output.py, test_splits.py",
    "session/first_connection": "tests/runtime/session/test_stream_output.py is the whole of a stream's life",
    "session/life": "tests/runtime/session/test_session.py: what comes late",
    "session/moment": "values; test_replay_output.py",
    "session/output": "protocols",
    "session/replay_save": "tests/runtime/session/test_replay_output.py: saves that fail, wait or go on behind a stop",
    "session/stream_events": "tests/runtime/session/test_stream_output.py, likewise",
    "session/stream_inlet": "tests/runtime/session/test_stream_encode.py has all that comes through it",
    "session/stream_roster": "tests/runtime/session/test_stream_destination.py has all that comes and goes",
    "session/stream_warnings": "tests/runtime/session/test_stream_output.py, likewise",
    "session/stream_work": "tests/runtime/session/test_stream_output.py, likewise",
}
"""Modules of the runtime without a test file of the same name, each with where they are tested."""


def tracked_code() -> list[Path]:
    """Python files outside the engine: the build and the tests."""
    return sorted(path for folder in ("build", "tests") for path in (ROOT / folder).rglob("*.py"))


def test_no_file_is_longer_than_a_file_should_be() -> None:
    lengths = {str(path.relative_to(ROOT)): len(text(path).splitlines()) for path in [*SOURCES, *tracked_code()]}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def imported(path: Path) -> set[str]:
    """Top-level names of everything a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def circle(uses: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Names of which each uses the next, and the last the first; none where there is no such."""
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def test_no_module_of_the_engine_imports_itself_by_way_of_others() -> None:
    """Not for its types either: what is said of one of two such modules can't be understood without the other."""
    modules = {".".join(path.relative_to(ENGINE.parent).with_suffix("").parts): path for path in SOURCES}
    uses = {}
    for name, path in modules.items():
        found = re.findall(r"^\s*from (ionia[\w.]*) import (\([^)]*\)|.*)", text(path), re.MULTILINE)
        taken = {f"{package}.{each}" for package, names in found for each in re.findall(r"\w+", names)}
        uses[name] = (taken | {package for package, _ in found}) & modules.keys()
    assert sum(map(len, uses.values())) > len(modules)
    assert circle(uses) == ()


def test_no_module_of_the_shell_imports_itself_by_way_of_others() -> None:
    source = ROOT / "electron-shell" / "src"
    modules = {path.relative_to(source).as_posix(): path for path in source.glob("*/*.ts*")}
    modules |= {path.relative_to(source).as_posix(): path for path in source.glob("renderer/*/*.ts*")}
    uses = {}
    for name, path in modules.items():
        named = re.findall(r"""^(?:import|export|}).* from ["'](\.[^"']*)["']""", text(path), re.MULTILINE)
        taken = {posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in named}
        uses[name] = taken & modules.keys()
    assert sum(map(len, uses.values())) > len(modules)
    assert circle(uses) == ()


def test_the_page_of_threads_has_every_thread_and_no_other() -> None:
    table = text(ROOT / "engine" / "docs" / "threads.md").split("Hand-offs:")[0]
    owners = " ".join(re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE))
    written = set(re.findall(r"`((?:ionia|rpc|rtmp|whip|x11|session)[\w-]*…?)`", owners))
    whole = "\n".join(text(path) for path in SOURCES)  # in which a text is found faster than a pattern
    calls = [behind for call in ("Worker(", "within(") for behind in whole.split(call)[1:]]
    workers = [re.match(r"""\s*(?:\w+,\s*)?f?["']([\w-]+)""", behind) for behind in calls]
    made = {f"ionia-{name[1]}" for name in workers if name}
    made |= {behind.split('"')[1] for behind in whole.split("thread_name_prefix=")[1:]}
    threads = [behind[:200] for behind in whole.split("threading.Thread(")[1:]]
    named = [re.search(r"""\bname=(?:f?["']([\w-]+)|name\b)""", thread) for thread in threads]
    assert None not in named  # one that has no name is found by nobody
    made |= {name for found in named if found and (name := found[1]) is not None}
    made |= {"rpc-log", "rpc-log-file"}  # whose names rpc/logs.py hands over
    made -= {"ionia-", "stdin"}  # a worker's, of whoever made it; a job's process
    begun = tuple(name[:-1] for name in written if name.endswith("…"))
    assert {name for name in made if not name.startswith(begun)} == {name for name in written if name[-1] != "…"}
    assert [name for name in begun if not any(each.startswith(name) for each in made)] == []


def test_only_the_clock_reads_the_time() -> None:
    # Parsing is slow, so only what has the word in a line with an import is.
    named = [path for path in SOURCES if re.search(r"^\s*(?:import|from) .*\btime\b", text(path), re.MULTILINE)]
    readers = {str(path.relative_to(ENGINE).as_posix()) for path in named if "time" in imported(path)}
    assert readers == set(CLOCK_READERS)


def test_what_exists_is_usable() -> None:
    """Whoever has a thing has all of it: what is there only later is handed over then, and is nothing to assert."""
    of_parts = r"^ +assert self\._\w+ is not None\b"
    assert [str(path.relative_to(ENGINE)) for path in SOURCES if re.search(of_parts, text(path), re.MULTILINE)] == []
    held = [path for path in SOURCES if path.relative_to(ENGINE).parts[0] in ("core", "runtime")]
    assert [
        str(path.relative_to(ENGINE)) for path in held if re.search(r"^\s*assert\b", text(path), re.MULTILINE)
    ] == []


def test_no_constructor_starts_a_thread() -> None:
    """Whoever makes a thing has it before any of it runs, and whoever starts it hears what kept that from being."""
    begun = []
    for path in SOURCES:
        for whole in re.findall(r"^class .*\n(?:(?:[ )].*)?\n)*", text(path), re.MULTILINE):
            if re.search(r"\.(?:start|submit|soon)\(", whole) and starts_when_made(ast.parse(whole).body[0]):
                begun.append(f"{path.relative_to(ENGINE)}: {whole.splitlines()[0]}")
    assert begun == []


def starts_when_made(made: ast.AST) -> bool:
    """Whether a class's constructor starts something, or calls a method of its own that does."""
    methods = {node.name: node for node in ast.walk(made) if isinstance(node, ast.FunctionDef)}
    left, seen = {"__init__", "__post_init__"}, set[str]()
    while left:
        name = left.pop()
        seen.add(name)
        for call in ast.walk(methods.get(name, ast.Pass())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                if call.func.attr in ("start", "submit", "soon"):
                    return True
                if isinstance(call.func.value, ast.Name) and call.func.value.id == "self":
                    left |= {call.func.attr} - seen
    return False


def test_every_module_says_why_it_exists() -> None:
    silent = [path for path in SOURCES if not re.match(r'"""\S', text(path))]
    assert [str(path.relative_to(ENGINE)) for path in silent] == []


def own_test(path: Path) -> Path:
    """Where the test file of a module of the engine is: tests/ has the engine's folders."""
    module = path.relative_to(ENGINE)
    return ROOT / "tests" / module.parent / f"test_{module.stem}.py"


def test_every_module_of_core_has_a_test_file_of_its_own() -> None:
    without = {
        path.relative_to(ENGINE / "core").with_suffix("").as_posix() for path in CORE if not own_test(path).exists()
    }
    assert without == set(CORE_WITHOUT_OWN_TEST)


def test_every_module_of_the_runtime_has_a_test_file_or_says_where_it_is_tested() -> None:
    runtime = ENGINE / "runtime"
    alone = (path for path in runtime.rglob("*.py") if path.stem != "__init__" and not own_test(path).exists())
    without = {path.relative_to(runtime).with_suffix("").as_posix() for path in alone}
    assert without == set(RUNTIME_WITHOUT_OWN_TEST)


def test_the_top_level_holds_only_what_belongs_there() -> None:
    """What git ignores, such as a take that somebody recorded here, is nobody's concern."""
    allowed = {"pyproject.toml", "README.md", "LICENSE", "engine", "electron-shell", "tests", "build"}
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    there = {Path(name).parts[0] for name in files if name and not name.startswith(".")}
    assert "engine" in there
    assert there <= allowed


def test_the_pages_name_what_exists() -> None:
    """Files and folders wherever they are named, and classes, which have capitals within."""
    docs = ROOT / "engine" / "docs"
    pages = [
        ROOT / "README.md",
        *(docs / f"{name}.md" for name in ("architecture", "threads", "glossary", "how-to-add")),
    ]
    places = [ROOT, ENGINE, ROOT / "tests"]
    classes = {name for path in SOURCES for name in re.findall(r"^ *class (\w+)", text(path), re.MULTILINE)}
    decided = {path.name[:4] for path in (docs / "decisions").glob("0*.md")}
    gone = []
    for page in pages:
        said = re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)
        named = set(re.findall(r"`((?:[\w-]+/)+(?:[\w-]+\.\w+)?|\w+\.(?:py|toml))", said)) - {FROZEN}
        called = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)", said))
        linked = set(re.findall(r"\]\(([^)#:]+)\)", said))
        assert named | called
        gone += [f"{page.name}: {name}" for name in named if not any((place / name).exists() for place in places)]
        gone += [f"{page.name}: {name}" for name in called - classes]
        gone += [f"{page.name}: {number}" for number in set(re.findall(r"\b0\d{3}\b", said)) - decided]
        gone += [f"{page.name}: {name}" for name in linked if not (page.parent / name).exists()]
    assert gone == []
