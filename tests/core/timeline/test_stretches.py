from ionia.core.timeline.stretches import Stretch


def test_what_follows_a_pause_begins_no_part() -> None:
    assert Stretch(part=1, first=30, offset=30).begins_part
    assert not Stretch(part=1, first=45, offset=35).begins_part
