"""Which limit a file meets first."""

import pytest

from ionia.core.size_limit import SizeLimit, file_system_of, size_limit

MOUNTS = """\
25 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
31 25 8:17 / /media/stick rw,nosuid master:3 - vfat /dev/sdb1 rw,umask=0022
40 25 0:33 / /tmp rw - tmpfs tmpfs rw
broken line
"""


@pytest.mark.parametrize(("device", "name"), [((8, 17), "vfat"), ((8, 2), "ext4"), ((0, 33), "tmpfs"), ((8, 1), "")])
def test_the_file_system_is_found_by_its_device(device: tuple[int, int], name: str) -> None:
    assert file_system_of(MOUNTS, *device) == name


def test_fat_takes_four_gibibytes_less_one() -> None:
    limit = size_limit(file_system="vfat", of_process=None)
    assert limit == SizeLimit(most_bytes=4_294_967_295, why="the disk's file system is FAT")
    assert limit.words == "4.29 GB (the disk's file system is FAT)"
    assert size_limit(file_system="FAT32", of_process=None) == limit


@pytest.mark.parametrize("name", ["ext4", "NTFS", "exfat", ""])
def test_others_have_no_limit_that_matters(name: str) -> None:
    assert size_limit(file_system=name, of_process=None) is None


def test_the_smaller_limit_counts() -> None:
    assert size_limit(file_system="vfat", of_process=524_288) == SizeLimit(most_bytes=524_288, why="ulimit -f")
    large = size_limit(file_system="vfat", of_process=1 << 40)
    assert large is not None
    assert large.most_bytes == 4_294_967_295
    assert SizeLimit(most_bytes=524_288, why="ulimit -f").words == "524288 bytes (ulimit -f)"
