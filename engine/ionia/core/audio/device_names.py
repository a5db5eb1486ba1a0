"""The present name of a device chosen by an earlier one: Bluetooth devices change theirs with their profile. Pure."""

import re
from collections.abc import Iterable

_BLUETOOTH = re.compile(r"(bluez_\w+\.(?:[0-9A-Fa-f]{2}[_:]){5}[0-9A-Fa-f]{2})\b")
"""PulseAudio: `bluez_sink.00_11_22_33_44_55.a2dp_sink`; PipeWire: `bluez_output.00_11_22_33_44_55.1`."""


def present_name(wanted: str, present: Iterable[str]) -> str | None:
    """The name under which the device is there, itself first; None when it isn't.

    A headset that a call takes over goes from `….a2dp_sink` to `….handsfree_head_unit`: another device to the server,
    the same one to its owner.
    """
    names = list(present)
    if wanted in names:
        return wanted
    address = _BLUETOOTH.match(wanted)
    if address is None:
        return None
    return next((name for name in names if name.startswith(address[1])), None)
