"""Which streams are recorded of all that play: the program's alone, or all but its."""

from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.program_follow import GONE_NS, MOST_STREAMS, SILENT_NS, ProgramFollow
from ionia.core.audio.programs import AppWish, Process, ProgramStream, is_called
from ionia.core.warning import WarningCode

SECOND = 1_000_000_000
INIT = Process(pid=1, names=("systemd",), started=0)
SHELL = Process(pid=40, names=("shell",), started=10)
LAUNCHER = Process(pid=90, names=("steam",), started=90)
GAME = Process(pid=100, names=("game",), started=100)
HELPER = Process(pid=110, names=("sound-helper",), started=110)
OTHER = Process(pid=200, names=("game",), started=150)
LATER = Process(pid=300, names=("game",), started=300)
RADIO = Process(pid=400, names=("radio",), started=50)


def stream(index: int, *line: Process, **said: object) -> ProgramStream:
    names = line[0].names if line else ("game",)
    return ProgramStream(
        **{"index": index, "device": 0, "title": names[0].title(), "names": names, "line": line, **said}
    )  # type: ignore[arg-type]


PLAYS = stream(1, GAME, LAUNCHER, SHELL, INIT)
HELPS = stream(2, HELPER, GAME, LAUNCHER, SHELL, INIT)
BESIDE = stream(3, OTHER, SHELL, INIT)
MUSIC = stream(4, RADIO, SHELL, INIT)


def alive(*processes: Process) -> Callable[[Process], bool]:
    return lambda process: process in processes


def indexes(follow: ProgramFollow, streams: Sequence[ProgramStream], *living: Process, at: float = 1.0) -> list[int]:
    return [one.index for one in follow.look(streams, alive(*living), round(at * SECOND)).streams]


def codes(follow: ProgramFollow, streams: Sequence[ProgramStream], *living: Process, at: float) -> list[WarningCode]:
    return [told.code for told in follow.look(streams, alive(*living), round(at * SECOND)).notices]


def test_a_name_means_every_process_of_it_and_what_they_started() -> None:
    follow = ProgramFollow(AppWish(process="game"), [GAME], 0)
    assert indexes(follow, [PLAYS, HELPS, BESIDE, MUSIC], GAME) == [1, 2, 3]
    assert follow.label == "Game"


def test_a_launcher_means_what_it_launched() -> None:
    assert indexes(ProgramFollow(AppWish(process="Steam.exe"), [], 0), [PLAYS, HELPS, BESIDE, MUSIC]) == [1, 2]


def test_a_process_id_means_that_one_and_its_children() -> None:
    follow = ProgramFollow(AppWish(process="game", pid=100), [GAME, OTHER], 0)
    assert indexes(follow, [PLAYS, HELPS, BESIDE, MUSIC], GAME, OTHER) == [1, 2]
    bare = ProgramFollow(AppWish(pid=100), [GAME, OTHER], 0)
    assert indexes(bare, [PLAYS, HELPS, BESIDE, MUSIC], GAME, OTHER) == [1, 2]


def test_one_that_is_started_anew_is_followed_and_what_played_beside_it_is_not() -> None:
    for wish in (AppWish(process="game", pid=100), AppWish(pid=100)):
        follow = ProgramFollow(wish, [GAME, OTHER], 0)
        assert indexes(follow, [PLAYS, BESIDE], GAME, OTHER) == [1]
        assert indexes(follow, [BESIDE], OTHER, at=2) == []
        again = stream(7, LATER, SHELL, INIT)
        assert indexes(follow, [BESIDE, again], OTHER, LATER, at=3) == [7]
        # And now it is that one.
        more = stream(8, Process(pid=301, names=("game",), started=310), SHELL, INIT)
        assert indexes(follow, [BESIDE, again, more], OTHER, LATER, at=4) == [7]


def test_an_id_from_another_day_means_the_program_of_that_name() -> None:
    follow = ProgramFollow(AppWish(process="game", pid=77), [GAME], 0)
    assert indexes(follow, [PLAYS, MUSIC], GAME) == [1]
    # And stays with it.
    assert indexes(follow, [PLAYS, BESIDE, MUSIC], GAME, OTHER, at=2) == [1]


def test_a_process_id_that_another_program_has_by_now_is_not_it() -> None:
    follow = ProgramFollow(AppWish(process="game", pid=RADIO.pid), [RADIO], 0)
    assert indexes(follow, [MUSIC], RADIO) == []


def test_a_process_id_that_is_nobodys_is_nothing() -> None:
    assert indexes(ProgramFollow(AppWish(pid=5000), [GAME, RADIO], 0), [PLAYS, MUSIC], GAME, RADIO) == []


def test_the_first_process_is_nobodys_parent() -> None:
    assert indexes(ProgramFollow(AppWish(process="systemd"), [INIT], 0), [PLAYS, MUSIC], INIT) == []
    assert indexes(ProgramFollow(AppWish(pid=1), [INIT], 0), [PLAYS, MUSIC], INIT) == []


def test_a_program_in_a_sandbox_is_known_by_its_name() -> None:
    assert indexes(ProgramFollow(AppWish(process="game"), [], 0), [stream(9), MUSIC]) == [9]


def test_everything_but_a_program_leaves_out_what_it_started_and_what_the_server_hands_on() -> None:
    follow = ProgramFollow(AppWish(process="game", exclude=True), [GAME], 0)
    loop = stream(5, title="Loopback", names=("loopback",), of_server=True)
    assert indexes(follow, [PLAYS, HELPS, MUSIC, loop], GAME) == [4]
    assert follow.label == "everything but Game"
    # It ends and is started anew: left out from its first stream on.
    assert indexes(follow, [MUSIC], at=9) == [4]
    assert indexes(follow, [MUSIC, stream(7, LATER, SHELL)], LATER, at=10) == [4]


def test_a_program_that_does_not_run_is_told_at_once_and_when_it_plays() -> None:
    follow = ProgramFollow(AppWish(process="game"), [RADIO], 0)
    assert codes(follow, [MUSIC], RADIO, at=0) == [WarningCode.APP_NOT_RUNNING]
    assert codes(follow, [MUSIC], RADIO, at=100) == []
    assert codes(follow, [MUSIC, PLAYS], RADIO, GAME, at=101) == [WarningCode.APP_HEARD]
    assert codes(follow, [MUSIC, PLAYS], RADIO, GAME, at=102) == []


def test_a_program_that_ends_is_told_when_it_stays_away() -> None:
    follow = ProgramFollow(AppWish(process="game"), [GAME], 0)
    assert codes(follow, [PLAYS], GAME, at=0) == []
    assert codes(follow, [], at=1) == []
    assert codes(follow, [], at=GONE_NS / SECOND - 0.1) == []
    assert codes(follow, [], at=GONE_NS / SECOND) == [WarningCode.APP_NOT_RUNNING]
    assert codes(follow, [stream(7, LATER)], LATER, at=3) == [WarningCode.APP_HEARD]


def test_one_that_is_back_at_once_was_never_gone() -> None:
    follow = ProgramFollow(AppWish(process="game"), [GAME], 0)
    assert codes(follow, [PLAYS], GAME, at=0) == []
    assert codes(follow, [], at=1) == []
    assert codes(follow, [stream(7, LATER)], LATER, at=1.4) == []


def test_a_program_that_runs_and_pauses_or_closes_its_stream_is_no_news() -> None:
    follow = ProgramFollow(AppWish(process="game"), [GAME], 0)
    assert codes(follow, [PLAYS], GAME, at=0) == []
    assert codes(follow, [], GAME, at=600) == []


def test_a_program_that_never_plays_is_told_of_after_a_minute() -> None:
    follow = ProgramFollow(AppWish(process="game"), [GAME], 0)
    assert codes(follow, [], GAME, at=0) == []
    assert codes(follow, [], GAME, at=SILENT_NS / SECOND) == [WarningCode.APP_SILENT]
    assert codes(follow, [], GAME, at=70) == []
    assert codes(follow, [PLAYS], GAME, at=71) == [WarningCode.APP_HEARD]


def test_a_program_that_is_to_be_left_out_and_does_not_run_is_told_once() -> None:
    follow = ProgramFollow(AppWish(process="game", exclude=True), [], 0)
    assert codes(follow, [MUSIC], at=0) == [WarningCode.APP_NOT_RUNNING]
    assert codes(follow, [MUSIC], at=90) == []
    assert codes(follow, [MUSIC, PLAYS], GAME, at=91) == []
    assert codes(follow, [MUSIC], at=190) == []


def test_more_streams_than_there_is_room_for_are_told_of_once() -> None:
    follow = ProgramFollow(AppWish(process="game"), [GAME], 0)
    many = [stream(index, GAME) for index in range(MOST_STREAMS + 3)]
    assert codes(follow, many, GAME, at=0) == [WarningCode.APP_CROWDED]
    assert codes(follow, many, GAME, at=1) == []
    assert indexes(follow, many, GAME, at=2) == list(range(MOST_STREAMS))
    assert codes(follow, many[:5], GAME, at=3) == []
    assert codes(follow, many, GAME, at=4) == [WarningCode.APP_CROWDED]


NAMES = st.sampled_from(["game", "Game.exe", "radio", "steam", "shell"])
PROCESSES = st.builds(
    lambda pid, name: Process(pid=pid, names=(name,), started=pid), st.integers(min_value=1, max_value=6), NAMES
)
STREAMS = st.lists(
    st.builds(
        lambda index, line, said: ProgramStream(
            index=index, device=0, title=said, names=(said, *(line[0].names if line else ())), line=tuple(line)
        ),
        st.integers(min_value=0, max_value=9),
        st.lists(PROCESSES, max_size=3, unique_by=lambda process: process.pid),
        NAMES,
    ),
    max_size=6,
    unique_by=lambda one: one.index,
)


@given(
    process=st.sampled_from(["", "game", "nobody"]),
    pid=st.none() | st.integers(min_value=2, max_value=6),
    looks=st.lists(st.tuples(STREAMS, st.sets(PROCESSES)), min_size=1, max_size=4),
)
def test_never_anything_that_has_not_to_do_with_the_program(
    process: str, pid: int | None, looks: list[tuple[list[ProgramStream], set[Process]]]
) -> None:
    """Whatever comes and goes: what is recorded of it has its name or its id in its line, and the rest is all else."""
    if not process and pid is None:
        return
    running = sorted(looks[0][1], key=lambda one: one.pid)
    only = ProgramFollow(AppWish(process=process, pid=pid), running, 0)
    without = ProgramFollow(AppWish(process=process, pid=pid, exclude=True), running, 0)
    asked = next((one for one in running if one.pid == pid), None)
    names = {process} if process else set(asked.names if asked is not None else ())
    for at, (streams, living) in enumerate(looks):
        mine = indexes(only, streams, *living, at=at)
        rest = indexes(without, streams, *living, at=at)
        assert sorted(mine + rest) == sorted(one.index for one in streams)
        for one in streams:
            if one.index in mine:
                called = {*one.names, *(name for each in one.line for name in each.names)}
                assert any(is_called(called, name) for name in names) or asked in one.line
        if process == "nobody":
            assert not mine


def test_a_process_id_that_nobody_has_is_not_promised_to_be_left_out() -> None:
    follow = ProgramFollow(AppWish(pid=77, exclude=True), [], 0)
    (told,) = follow.look([MUSIC], alive(), SECOND).notices
    assert told.code is WarningCode.APP_NOT_RUNNING
    assert "everything is recorded, to the end" in told.message
