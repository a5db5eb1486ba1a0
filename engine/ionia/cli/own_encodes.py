"""`stream --own`: which of several servers gets an encode of its own, and what that is."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import replace

from ionia.core.settings import AS_THE_STREAM, OwnEncode
from ionia.core.video.framing import LEAST_SIDE, MOST_SIDE
from ionia.rpc.destination_params import DestinationOption

OWN_HELP = (
    "give the N-th server an encode of its own, out of the same capture, with another bit rate or size: "
    "--own 2=2500k, --own 2=1280x720, --own 2=2500k,1280x720; once for each server that has one"
)

_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}
_LEAST_BITRATE, _MOST_BITRATE = 100_000, 200_000_000


def own_encode(text: str) -> tuple[int, OwnEncode]:
    """The server's number, and what its encode has of its own. Raises ArgumentTypeError, which says what it may be."""
    own = AS_THE_STREAM
    match = re.fullmatch(r"([1-9]\d?)=(.+)", text, re.ASCII)
    for part in match[2].split(",") if match else ():
        size = re.fullmatch(r"(\d{1,5})x(\d{1,5})", part, re.ASCII)
        rate = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)([kKmM]?)", part, re.ASCII)
        if size is not None and own.width is None:
            own = replace(own, width=int(size[1]), height=int(size[2]))
            if not all(LEAST_SIDE <= int(side) <= MOST_SIDE for side in size.groups()):
                raise argparse.ArgumentTypeError(f"the sides of a server's own size are {LEAST_SIDE} to {MOST_SIDE}")
        elif rate is not None and own.video_bitrate is None:
            bitrate = round(float(rate[1]) * _UNITS[rate[2].lower()])
            own = replace(own, video_bitrate=bitrate)
            if not _LEAST_BITRATE <= bitrate <= _MOST_BITRATE:
                raise argparse.ArgumentTypeError("a bit rate of a server's own is from 100k to 200M")
        else:
            match = None
            break
    if match is None:
        raise argparse.ArgumentTypeError("what a server has of its own is written 2=2500k, 2=1280x720 or both")
    return int(match[1]), own


def with_own(servers: Sequence[DestinationOption], own: Sequence[tuple[int, OwnEncode]]) -> list[DestinationOption]:
    """These servers with what each has of its own. Raises ValueError for one that there isn't."""
    asked = dict(own)
    if len(asked) < len(own) or any(number > len(servers) for number in asked):
        raise ValueError(f"--own is for the servers 1 to {len(servers)}, once for each")
    made = []
    for number, one in enumerate(servers, 1):
        has = asked.get(number, AS_THE_STREAM)
        made.append(
            DestinationOption(
                rtmp_url=one.rtmp_url,
                stream_key=one.stream_key,
                ca_file=one.ca_file,
                video_bitrate=has.video_bitrate,
                width=has.width,
                height=has.height,
            )
        )
    return made
