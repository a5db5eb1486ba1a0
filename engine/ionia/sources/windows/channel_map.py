"""Where the channels of a Windows sound device belong. The mix itself is common: `core.audio.channel_mix`."""

_PAIR = ("front-left", "front-right")
_SIDES = ("side-left", "side-right")

_LAYOUTS: dict[int, tuple[str, ...]] = {
    1: ("mono",),
    2: _PAIR,
    3: (*_PAIR, "front-center"),  # 3.0
    4: (*_PAIR, "rear-left", "rear-right"),  # quad
    5: (*_PAIR, "front-center", "rear-left", "rear-right"),  # 5.0
    6: (*_PAIR, "front-center", "lfe", "rear-left", "rear-right"),  # 5.1
    7: (*_PAIR, "front-center", "lfe", *_SIDES, "rear-center"),  # 6.1
    8: (*_PAIR, "front-center", "lfe", "rear-left", "rear-right", *_SIDES),  # 7.1
}
"""By channel count, in WAVEFORMATEXTENSIBLE order (ksmedia.h, KSAUDIO_SPEAKER_*), since PortAudio hides the mask."""


def layout(channels: int) -> tuple[str, ...]:
    """The channels' names. Counts without a known layout are those of an interface: its main pair, then the others."""
    return _LAYOUTS.get(channels) or (*_PAIR, *(f"aux{n}" for n in range(2, channels)))
