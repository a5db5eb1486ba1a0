"""Sound beside the pictures of a part, in literal samples. What pauses and splits make of it: `test_file_timeline`."""

from fractions import Fraction

from ionia.core.media import AUDIO, AUDIO_TICK_SAMPLES, EncodedPacket
from ionia.core.timeline.sound_places import SoundPlaces
from ionia.core.timeline.stretches import Stretch

TICK = AUDIO_TICK_SAMPLES
FRAME = 1600
"""Samples of a frame at 30 a second."""


def sound(dts: int) -> EncodedPacket:
    return EncodedPacket(track=AUDIO, pts=dts, dts=dts, duration=TICK, keyframe=True, data=b"")


def at(places: SoundPlaces, dts: int, left_out_from: int | None = None) -> int | None:
    placed = places.place(sound(dts), left_out_from)
    return None if placed is None else placed.dts


def test_sound_waits_for_the_first_picture_and_preroll_comes_with_it() -> None:
    places = SoundPlaces(Fraction(30))
    assert [at(places, 10 * FRAME + step * TICK) for step in (-4, -3, -2, -1)] == [None] * 4
    begun = places.begin(Stretch(part=0, first=10, offset=10), None)
    assert [packet.dts for packet in begun] == [-TICK]  # as much as a decoder needs
    assert at(places, 10 * FRAME) == 0


def test_a_pause_leaves_out_what_has_its_middle_behind_its_beginning() -> None:
    places = SoundPlaces(Fraction(30))
    places.begin(Stretch(part=0, first=0, offset=0), None)
    ends = 2  # frames: 3200 samples, so that the packet from 2048 on is in and the next is not
    assert [at(places, step * TICK, ends) for step in range(5)] == [0, TICK, 2 * TICK, None, None]


def test_behind_a_pause_sound_goes_on_where_it_ended_within_half_a_packet_of_its_picture() -> None:
    places = SoundPlaces(Fraction(30))
    places.begin(Stretch(part=0, first=0, offset=0), None)
    assert [at(places, step * TICK) for step in range(3)] == [0, TICK, 2 * TICK]
    assert not places.begin(Stretch(part=0, first=32, offset=30), None)  # frames 2 to 31 are left out
    first, shown = 50 * TICK, 50 * TICK - 30 * FRAME  # the one that lies nearest to where the sound ended
    assert at(places, first - TICK) is None
    assert at(places, first) == 3 * TICK
    assert abs(3 * TICK - shown) <= TICK // 2
    assert at(places, first + TICK) == 4 * TICK
