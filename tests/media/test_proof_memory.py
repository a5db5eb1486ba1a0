"""What encoders were worth is remembered, and forgotten without harm."""

from pathlib import Path
from threading import Thread

import pytest

from ionia.core.codec.encoder_proof import DoubtedError, ProofError
from ionia.core.media import ColourMatrix
from ionia.media import kept_json
from ionia.media.proof_memory import DOUBTED_S, FILE_NAME, IN_TURN, UNFINISHED, ProofMemory, Remembered
from ionia.media.surface_proof import SurfaceProof

RIGHT = Remembered(proof=SurfaceProof(matrix=ColourMatrix.BT601, figures="luma PSNR 45.0 dB"))
WRONG = Remembered(wrong="makes pictures of 2x2")


def test_another_process_knows_it_and_the_oldest_go(tmp_path: Path) -> None:
    memory = ProofMemory(tmp_path / "new")
    for number in range(70):
        memory.put(f"a {number}", RIGHT if number % 2 else WRONG)
    again = ProofMemory(tmp_path / "new")
    assert (again.get("a 69"), again.get("a 68"), again.get("a 5")) == (RIGHT, WRONG, None)
    assert (again.newest("a "), again.newest("b ")) == (RIGHT, None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"a": 1}', '{"a": {"matrix": "none"}}', "\0\xff"])
def test_a_file_that_is_none_is_tried_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_bytes(text.encode("latin-1"))
    memory = ProofMemory(tmp_path)
    assert memory.get("a") is None
    memory.put("a", RIGHT)
    assert ProofMemory(tmp_path).get("a") == RIGHT


def test_where_nothing_can_be_kept_it_is_known_for_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = ProofMemory(tmp_path / "file")
    memory.put("a", WRONG)
    assert memory.get("a") == WRONG


def test_who_tries_it_is_waited_for_and_is_no_verdict(tmp_path: Path) -> None:
    memory, other = ProofMemory(tmp_path), ProofMemory(tmp_path, turn_s=0)  # an engine beside it

    def tried() -> Remembered:
        for key in ("a", "b"):  # another size is of the same card
            with pytest.raises(OSError, match=IN_TURN):
                other.found_out(key, lambda: pytest.fail("tried at once"))
        assert (other.get("a"), other.newest("a")) == (None, None)
        other.put("c", WRONG)
        waits.start()
        return RIGHT

    patient = ProofMemory(tmp_path)
    found: list[Remembered] = []
    waits = Thread(target=lambda: found.append(patient.found_out("a", lambda: pytest.fail("tried again"))))
    assert memory.found_out("a", tried) == RIGHT
    waits.join()
    assert (found, other.found_out("a", lambda: WRONG)) == ([RIGHT], RIGHT)
    assert memory.get("c") == WRONG  # of the other one


def test_two_engines_that_end_in_a_trial_are_enough_for_a_week(tmp_path: Path) -> None:
    class Ended(BaseException):
        pass

    def ends() -> Remembered:
        monkeypatch.setattr(ProofMemory, "put", lambda *_: None)  # it can tell nobody
        raise Ended

    for _ in range(2):
        assert ProofMemory(tmp_path).get("a") is None
        with pytest.MonkeyPatch.context() as monkeypatch, pytest.raises(Ended):
            ProofMemory(tmp_path).found_out("a", ends)
    known = ProofMemory(tmp_path, lambda: 1e9).found_out("a", lambda: pytest.fail("tried a third time"))
    assert known == Remembered(wrong=UNFINISHED, until_s=1e9 + DOUBTED_S) == ProofMemory(tmp_path, lambda: 1e9).get("a")
    later = ProofMemory(tmp_path, lambda: 1e9 + DOUBTED_S)
    assert later.found_out("a", lambda: RIGHT) == RIGHT


def test_what_failed_for_the_moment_is_tried_again(tmp_path: Path) -> None:
    def busy() -> Remembered:
        raise OSError("out of memory")

    with pytest.raises(OSError, match="memory"):
        ProofMemory(tmp_path).found_out("a", busy)
    assert ProofMemory(tmp_path).found_out("a", lambda: RIGHT) == RIGHT


@pytest.mark.parametrize(("refusals", "known"), [(2, RIGHT), (9, None)])
def test_who_reads_the_file_meanwhile_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusals: int, known: Remembered | None
) -> None:
    tries = iter([True] * refusals + [False] * 9)
    replace = Path.replace

    def busy(path: Path, target: Path) -> Path:
        if next(tries):
            raise PermissionError("used by another process")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(kept_json, "_PAUSE_S", 1e-9)
    ProofMemory(tmp_path).put("a", RIGHT)
    assert ProofMemory(tmp_path).get("a") == known
    assert [path.name for path in tmp_path.glob("*.json")] == ([FILE_NAME] if known else [])
    assert not list(tmp_path.glob("*.new"))


def test_what_was_too_slow_is_tried_again_after_a_week(tmp_path: Path) -> None:
    def slow() -> Remembered:
        raise DoubtedError("takes 90 ms")

    def wrong() -> Remembered:
        raise ProofError("makes pictures of 2x2")

    now_s = 1e9
    for tried in (slow, wrong):
        assert ProofMemory(tmp_path, lambda: now_s).found_out(tried.__name__, tried).wrong
    for later_s, known in ((DOUBTED_S - 1, ["takes 90 ms", WRONG.wrong]), (DOUBTED_S, ["", WRONG.wrong])):
        memory = ProofMemory(tmp_path, lambda later_s=later_s: now_s + later_s)
        assert [memory.found_out(key, lambda: RIGHT).wrong for key in ("slow", "wrong")] == known
