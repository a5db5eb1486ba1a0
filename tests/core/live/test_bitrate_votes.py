"""The slowest link decides, unless a recording does."""

from ionia.core.live.bitrate_votes import BitrateVotes


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
