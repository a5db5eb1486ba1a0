"""The slowest link decides, unless a recording does."""

from ionia.core.live.bitrate_votes import BitrateVotes, best_link


def test_nobody_votes_and_the_target_stands() -> None:
    votes = BitrateVotes(5000)
    assert (votes.bitrate, votes.held) == (5000, False)


def test_the_slowest_link_decides() -> None:
    votes = BitrateVotes(5000)
    votes.vote("a", 4000)
    votes.vote("b", 3000)
    assert votes.bitrate == 3000
    votes.vote("b", 9000)
    assert votes.bitrate == 4000
    votes.leave("a")
    assert votes.bitrate == 5000


def test_a_recording_keeps_its_quality() -> None:
    votes = BitrateVotes(5000)
    votes.vote("a", 2000)
    votes.hold("file")
    assert (votes.bitrate, votes.held) == (5000, True)
    votes.leave("file")
    votes.leave("file")
    assert (votes.bitrate, votes.held) == (2000, False)


def test_several_servers_follow_the_best_of_them() -> None:
    assert best_link([2_000_000, 5_000_000, 1_500_000], before=3_000_000) == 5_000_000
    assert best_link([2_000_000], before=5_000_000) == 2_000_000
    assert best_link([], before=3_000_000) == 3_000_000
