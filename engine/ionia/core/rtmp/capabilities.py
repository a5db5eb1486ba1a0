"""What a stream needs beyond plain RTMP, how a server is asked for it, and what its answer is worth.

Source: Enhanced RTMP v2 (Veovera), "Enhancing NetConnection connect Command". Its first version has `fourCcList` alone.
Many servers that take more than H.264 say nothing of it, so saying nothing is no refusal.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from ionia.core.rtmp.amf0 import Amf

_CAN_ENCODE = 2.0
"""FourCcInfoMask: what a publisher does with a codec."""

_MULTITRACK = 2
"""CapsExMask: takes, or sends, several tracks of a kind."""

_ANY = "*"


class Promise(Enum):
    """What a server says of a codec."""

    GIVEN = "given"
    REFUSED = "refused"
    NOTHING = "nothing"


def asked(four_cc: str, sound_four_cc: str = "") -> dict[str, Amf]:
    """What `connect` says of a codec; nothing of H.264, whose name here is empty: its streams say what they did.

    `sound_four_cc`: the codec of several sounds; empty for one, which goes as it always did.
    """
    said: dict[str, Amf] = {}
    names: list[Amf] = [name for name in (four_cc, sound_four_cc) if name]
    if names:
        said["fourCcList"] = names
    if four_cc:
        said["videoFourCcInfoMap"] = {four_cc: _CAN_ENCODE}
    if sound_four_cc:
        said |= {"audioFourCcInfoMap": {sound_four_cc: _CAN_ENCODE}, "capsEx": float(_MULTITRACK)}
    return said


def promise_of(values: Sequence[Amf], four_cc: str) -> Promise:
    """What the answer to `connect` says of a codec. H.264 is always promised."""
    if not four_cc:
        return Promise.GIVEN
    told = [one for value in values if isinstance(value, Mapping) for one in _codecs(value)]
    if any(four_cc in codecs or _ANY in codecs for codecs in told):
        return Promise.GIVEN
    return Promise.REFUSED if told else Promise.NOTHING


def takes_several_sounds(values: Sequence[Amf]) -> bool:
    """Whether the answer to `connect` says so."""
    told = [value.get("capsEx") for value in values if isinstance(value, Mapping)]
    return any(isinstance(flags, float) and 0 <= flags < 2**32 and int(flags) & _MULTITRACK for flags in told)


def _codecs(value: Mapping[str, Amf]) -> list[frozenset[str]]:
    """The lists of codecs in an object."""
    found = []
    by_name = value.get("videoFourCcInfoMap")
    if isinstance(by_name, Mapping):
        found.append(frozenset(name for name, flags in by_name.items() if flags))
    names = value.get("fourCcList")
    if isinstance(names, Sequence) and not isinstance(names, str):
        found.append(frozenset(name for name in names if isinstance(name, str)))
    return found
