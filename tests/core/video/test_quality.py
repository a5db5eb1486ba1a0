"""Names of qualities, and what they may cost."""

import pytest

from ionia.core.video.quality import DEFAULT_MOST, NAMED_CRF, NAMES, QualityName, named


def test_each_name_is_better_than_the_one_before() -> None:
    assert NAMES == ("small", "high", "source")
    assert [NAMED_CRF[name] for name in NAMES] == sorted(NAMED_CRF.values(), reverse=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_cap_changes_nothing_but_what_it_may_cost(name: QualityName) -> None:
    usual, capped = named(name), named(name, 4_000_000)
    assert usual.crf == capped.crf == NAMED_CRF[name]
    assert (usual.max_bitrate, capped.max_bitrate) == (DEFAULT_MOST, 4_000_000)
    assert capped.usual_bitrate == 200_000
