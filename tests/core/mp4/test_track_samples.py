"""track_samples: runs of fragments, and what becomes of samples once they lie in the file."""

import pytest

from ionia.core.errors import IoniaError
from ionia.core.mp4.boxes import SAMPLE_IS_DELTA, SAMPLE_IS_KEYFRAME
from ionia.core.mp4.index import Sample, SampleIndex
from ionia.core.mp4.track_samples import TrackSamples


def make() -> TrackSamples:
    return TrackSamples(box_id=3, unit=512, timescale=15_360, sync=True, table=SampleIndex("I"))


def sample(time: int, *, keyframe: bool = False) -> Sample:
    return Sample(time=time, duration=512, keyframe=keyframe, data=bytes(time // 512 + 1))


def test_a_picture_lasts_until_the_next_and_the_last_as_long_as_it_says() -> None:
    track = make()
    assert track.span() == 0
    for time in (0, 512, 2048):
        track.append(sample(time, keyframe=time == 0))
    assert track.span() == 2560 / 15_360
    run = track.run()
    assert (run.track_id, run.decode_time) == (3, 0)
    assert run.samples == [(512, 1, SAMPLE_IS_KEYFRAME), (1536, 2, SAMPLE_IS_DELTA), (512, 5, SAMPLE_IS_DELTA)]


def test_what_is_written_waits_no_longer_and_is_in_the_index() -> None:
    track = make()
    for time in (0, 512, 1024):
        track.append(sample(time))
    assert track.written(2, 100) == 103
    assert [left.time for left in track.pending] == [1024]
    assert track.table.end == 1024


@pytest.mark.parametrize("written", [False, True])
def test_a_sample_before_the_end_of_the_last_is_refused(written: bool) -> None:
    track = make()
    track.append(sample(0))
    if written:
        track.written(1, 0)
    with pytest.raises(IoniaError, match="a packet at 511 follows one that ends at 512"):
        track.append(sample(511))
