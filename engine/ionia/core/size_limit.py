"""How large a file may grow on a file system, and for whom. Is told what the system says; asks nothing."""

from dataclasses import dataclass

FAT_MOST_BYTES = (1 << 32) - 1
"""FAT keeps a file's length in 32 bits (Microsoft, FAT32 File System Specification, DIR_FileSize)."""

_FAT = frozenset({"fat", "fat32", "vfat", "msdos", "umsdos"})
"""What Windows (GetVolumeInformation) and Linux (/proc/filesystems) call it. exFAT is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimit:
    """No file grows beyond `most_bytes`, because of `why`."""

    most_bytes: int
    why: str

    @property
    def words(self) -> str:
        """For people, to follow "more than"."""
        return (
            f"{self.most_bytes / 1e9:.3g} GB ({self.why})"
            if self.most_bytes >= 10**8
            else f"{self.most_bytes} bytes ({self.why})"
        )


def size_limit(*, file_system: str, of_process: int | None) -> SizeLimit | None:
    """The smallest that is known. `of_process`: the most bytes that the system lets this process write to a file."""
    limits = []
    if file_system.lower() in _FAT:
        limits.append(SizeLimit(most_bytes=FAT_MOST_BYTES, why="the disk's file system is FAT"))
    if of_process is not None:
        limits.append(SizeLimit(most_bytes=of_process, why="ulimit -f"))
    return min(limits, key=lambda limit: limit.most_bytes, default=None)


def file_system_of(mountinfo: str, major: int, minor: int) -> str:
    """The type of the mounted file system with this device number; empty if there is none.

    `mountinfo` is the text of /proc/self/mountinfo (proc_pid_mountinfo(5)).
    """
    wanted = f"{major}:{minor}"
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if separator and len(fields) > 2 and fields[2] == wanted:
            return after.split(" ", maxsplit=1)[0]
    return ""
