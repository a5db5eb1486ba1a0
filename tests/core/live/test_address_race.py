"""address_race: literal instants."""

from ionia.core.live.address_race import AddressRace, alternating

MS = 1_000_000


def test_families_by_turns() -> None:
    six, four = 10, 2
    found = [(six, "a"), (six, "b"), (six, "c"), (four, "d"), (four, "e")]
    assert alternating(found) == [(six, "a"), (four, "d"), (six, "b"), (four, "e"), (six, "c")]
    assert alternating([(four, "d"), (six, "a")]) == [(four, "d"), (six, "a")]
    assert alternating([(four, "d")]) == [(four, "d")]
    assert alternating([]) == []


def test_the_next_address_begins_beside_one_that_does_not_answer() -> None:
    race = AddressRace(["a", "b"])
    assert race.deadline_ns is None
    assert race.due(5 * MS) == "a"
    assert race.deadline_ns == 255 * MS
    assert race.due(254 * MS) is None
    assert race.due(255 * MS) == "b"
    assert race.deadline_ns is None
    assert race.due(900 * MS) is None


def test_a_failure_hurries_the_next() -> None:
    race = AddressRace(["a", "b"])
    assert race.due(0) == "a"
    race.failed(10 * MS)
    assert not race.lost
    assert race.due(10 * MS) == "b"
    race.failed(20 * MS)
    assert race.lost


def test_nothing_to_try_is_lost() -> None:
    assert AddressRace(list[str]()).lost
    assert AddressRace(list[str]()).due(0) is None
