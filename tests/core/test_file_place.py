"""What is said of a recording's file that somebody touched while it was recorded."""

import pytest

from ionia.core.file_place import FileIdentity, Place, Placement, placement

OURS = FileIdentity(device=1, inode=10)
OTHER = FileIdentity(device=1, inode=11)


def test_a_file_at_its_path_is_here_whatever_else_is_known() -> None:
    assert placement(ours=OURS, links=1, at_path=OURS) == Placement(place=Place.HERE)
    assert placement(ours=OURS, links=2, at_path=OURS, named="/b", at_named=OURS).place is Place.HERE


def test_a_file_without_a_link_was_deleted() -> None:
    assert placement(ours=OURS, links=0, at_path=None) == Placement(place=Place.DELETED)
    replaced = placement(ours=OURS, links=0, at_path=OTHER, named="/a (deleted)")
    assert replaced == Placement(place=Place.DELETED, replaced=True)
    assert (replaced.code, replaced.happened) == ("file_replaced", "was deleted, and another file is in its place")


def test_a_moved_file_is_found_only_where_it_really_is() -> None:
    moved = placement(ours=OURS, links=1, at_path=None, named="/b.mp4", at_named=OURS)
    assert moved == Placement(place=Place.MOVED, now_at="/b.mp4")
    assert (moved.code, moved.happened) == ("file_moved", "was moved to /b.mp4")
    for at_named in (None, OTHER, FileIdentity(device=2, inode=10)):
        lost = placement(ours=OURS, links=1, at_path=None, named="/b.mp4", at_named=at_named)
        assert lost == Placement(place=Place.OUT_OF_REACH)
    assert lost.code == "file_out_of_reach"
    assert "its disk or a folder above it is gone" in lost.happened


@pytest.mark.parametrize("place", Place)
def test_every_place_has_words(place: Place) -> None:
    assert Placement(place=place, now_at="/b").happened
