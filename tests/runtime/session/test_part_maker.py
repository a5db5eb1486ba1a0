"""Files that can't be made."""

import errno

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.timeline.split_watch import SplitDue
from tests.fakes.file_output import FEEDS, ended, output_to
from tests.fakes.media import HEADER, FakeFile, video_packet


@pytest.mark.parametrize("error", [OSError(errno.ENAMETOOLONG, "File name too long"), RuntimeError("no new thread")])
def test_whatever_keeps_the_next_file_from_being_made_is_told(error: Exception) -> None:
    def refuse() -> FakeFile:
        raise error

    output, told = output_to(FakeFile(), after=refuse)
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    assert output._opened is not None
    splits = output._opened.splits
    splits.split_by_itself(FEEDS, SplitDue(at_seconds=None), 1)  # of a part that is not under way
    assert told == []
    splits.split_by_itself(FEEDS, SplitDue(at_seconds=None), 0)
    assert [code for code, _ in told] == ["file_not_split"]
    assert splits._split_watch._not_before > 0
    with pytest.raises(IoniaError, match=r"next file can't be made: (file name too long|no new thread)") as caught:
        output.split()
    assert caught.value.kind is ErrorKind.OUTPUT_FAILED
    assert caught.value.__cause__ is error
    ended(output)
