"""One audio encode follows another between two ticks: what is decoded of both has no gap, no step and no echo."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from ionia.core.audio.engine import AudioInput, AudioTick
from ionia.core.audio.filter_bank import FilterBank
from ionia.core.audio.filters import Compressor, Limiter, SoundFilter
from ionia.core.audio.input import Rendered
from ionia.core.audio.mix import ControlChange, Mix, SoundControl
from ionia.core.media import EncodedPacket, Samples
from ionia.core.sharing import SoundKey
from ionia.media.opening import OpenedAudio, open_audio
from ionia.runtime.capture.audio_clock import SoundCounters
from ionia.runtime.encode.audio_encode import AudioEncode
from ionia.runtime.notices import Listener

KEY = SoundKey(which=AudioInput.MIC, device=None, offset_ms=None)
TICK = 1024
HZ = 440


class Hand:
    """The clock, turned by hand: every command is carried out at once."""

    failed = False
    counters = SoundCounters()

    def __init__(self) -> None:
        self.takers: list[AudioEncode] = []
        self.next = 0
        self.bank: FilterBank[SoundKey] = FilterBank()
        self.last: AudioTick[SoundKey] | None = None

    def run(self, command: Callable[[], None]) -> None:
        command()

    def add(self, taker: AudioEncode) -> None:
        self.takers.append(taker)

    def remove(self, taker: AudioEncode) -> bool:
        self.takers.remove(taker)
        taker.leave()
        return True

    def turn(self, ticks: int) -> None:
        for index in range(self.next, self.next + ticks):
            time = np.arange(index * TICK, (index + 1) * TICK) / 48_000
            wave = (0.5 * np.sin(2 * np.pi * HZ * time)).astype(np.float32)
            part = Rendered(planes=np.stack([wave, wave]), covered=((0, TICK),))
            now = AudioTick(index=index, parts={KEY: part})
            self.bank.take(now.parts)
            before = None if self.last is None else replace(self.last, filtered=self.bank.before)
            self.last = now
            for taker in tuple(self.takers):
                taker.tick(replace(now, before=before))
        self.next += ticks


class Held:
    """A lease of something that nobody gives back."""

    def __init__(self, value: object) -> None:
        self.value = value

    def release(self) -> None:
        pass


def encode_on(hand: Hand, opened: OpenedAudio | None = None, filters: tuple[SoundFilter, ...] = ()) -> AudioEncode:
    mix = Mix({KEY: SoundControl(filters=filters)})
    return AudioEncode(opened or open_audio(192_000), (), Held(hand), mix)  # type: ignore[arg-type]


def decoded(extradata: bytes, packets: list[EncodedPacket]) -> Samples:
    decoder = av.CodecContext.create("aac", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.extradata = extradata
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    frames += decoder.decode(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def bend(samples: Samples) -> float:
    """The largest change of slope beyond the sine's own, dB of full scale."""
    own = 0.5 * (2 * np.pi * HZ / 48_000) ** 2
    return 20 * np.log10(max(1e-9, float(np.abs(np.diff(samples, 2)).max()) - own))


def one_that_follows() -> tuple[Hand, AudioEncode, AudioEncode, list[EncodedPacket], list[EncodedPacket]]:
    """An encode after 20 ticks, a second one that follows it from there on, and what each of them gives."""
    hand = Hand()
    first, second = encode_on(hand), encode_on(hand)
    theirs: list[EncodedPacket] = []
    mine: list[EncodedPacket] = []
    first.feed.join(theirs.extend, lambda: None)
    first.start()
    first.begin()
    hand.turn(20)
    second.succeed(first, lambda: second.feed.join(mine.extend, lambda: None))
    return hand, first, second, theirs, mine


def test_a_change_is_heard_from_its_tick_on_and_not_before_also_in_one_that_follows() -> None:
    hand = Hand()
    first, second = encode_on(hand), encode_on(hand)
    first.start()
    hand.turn(20)
    first.set(KEY, ControlChange(muted=True), at=30)  # asked for now, while sound is mixed behind
    second.succeed(first, lambda: None)
    for encode, index in ((first, 30), (second, 30)):
        assert [each[0] for each in encode._changes] == [index]
    hand.turn(10)
    assert not first.muted | second.muted
    assert np.abs(first._heard[-1][1]).max() == np.abs(second._heard[-1][1]).max() == np.float32(0.5)
    hand.turn(1)  # 10 ms of ramp are in it
    assert first.muted == second.muted == {KEY}
    first.set(KEY, ControlChange(muted=False), at=5)
    hand.turn(1)
    assert not first.muted


def test_a_follower_goes_on_without_a_gap_or_a_step() -> None:
    hand = Hand()
    first, second = encode_on(hand), encode_on(hand)
    alone: list[EncodedPacket] = []
    joined: list[EncodedPacket] = []
    first.feed.join(alone.extend, lambda: None)
    first.feed.join(joined.extend, lambda: None)
    first.start()
    first.begin()
    hand.turn(60)

    def move() -> None:
        # A join does the same: it leaves one feed and takes the other.
        first.feed._takers.remove(joined.extend)
        second.feed.join(joined.extend, lambda: None)

    second.succeed(first, move)
    hand.turn(60)
    assert [packet.pts for packet in joined] == [packet.pts for packet in alone] == list(range(-TICK, 118 * TICK, TICK))
    # Before the seam the packets are the same; after it they say the same.
    assert [packet.data for packet in joined[:59]] == [packet.data for packet in alone[:59]]
    whole, seamed = (decoded(first.track.extradata, packets) for packets in (alone, joined))
    settled = slice(8 * TICK, 110 * TICK)
    difference = whole[settled] - seamed[settled]
    assert 20 * np.log10(np.sqrt(np.mean(difference**2)) + 1e-9) < -60
    assert bend(seamed[settled]) < -60


def test_a_change_is_heard_by_those_who_follow_and_by_nobody_else() -> None:
    hand, first, second, theirs, mine = one_that_follows()
    second.set(KEY, ControlChange(gain=0.1))
    hand.turn(40)
    quiet, loud = decoded(second.track.extradata, mine), decoded(first.track.extradata, theirs)
    # The first tick after the change is one of 21.3 ms, and what is said in it is there 10 ms later.
    assert np.abs(quiet[4 * TICK : 30 * TICK]).max() < 0.056
    assert np.abs(loud[4 * TICK : 30 * TICK]).max() > 0.45
    assert bend(quiet[2 * TICK : 30 * TICK]) < -45  # AAC's own noise beside a ramp


def test_filters_are_for_those_who_follow_and_move_nothing() -> None:
    hand, first, second, theirs, mine = one_that_follows()
    second.set(KEY, ControlChange(filters=(Compressor(threshold_db=-40),)))
    hand.turn(20)
    second.set(KEY, ControlChange(filters=()))
    hand.turn(20)
    assert [packet.pts for packet in mine] == [packet.pts for packet in theirs][19:-1]
    soft, loud = decoded(second.track.extradata, mine), decoded(first.track.extradata, theirs)[19 * TICK :]
    assert np.abs(soft[4 * TICK : 17 * TICK]).max() < 0.1
    again = slice(24 * TICK, 36 * TICK)
    assert np.abs(soft[again] - loud[again]).max() < 0.002
    assert bend(soft[2 * TICK : 36 * TICK]) < -45  # AAC's own noise beside a ramp


def test_tracks_with_and_without_filters_begin_with_the_same_tick() -> None:
    hand = Hand()
    encodes = [encode_on(hand), encode_on(hand, filters=(Limiter(),))]
    packets: list[list[EncodedPacket]] = [[], []]
    for encode, heard in zip(encodes, packets, strict=True):
        encode.feed.join(heard.extend, lambda: None)
        encode.start()
    hand.turn(5)
    for encode in encodes:
        encode.begin()
    hand.turn(10)
    plain, filtered = ([packet.pts for packet in heard] for heard in packets)
    assert filtered == plain[:-1]


def test_packets_come_in_batches_until_somebody_waits_for_each() -> None:
    hand, came = Hand(), list[list[int]]()
    encode = encode_on(hand)

    def take(packets: Sequence[EncodedPacket]) -> None:
        came.append([packet.pts // TICK for packet in packets])

    def end() -> None:
        pass

    encode.feed.join(take, end, patient=True)
    encode.start()
    hand.turn(3)
    encode.begin()
    hand.turn(15)
    assert came == [[2, 3, 4, 5], [6, 7, 8, 9, 10, 11, 12, 13]]
    encode.feed.hurry(take)
    hand.turn(2)
    assert came[2:] == [[14, 15, 16], [17]]
    encode.feed.leave(take, end)
    assert not encode.hurried


def test_a_track_of_which_nobody_asks_how_loud_it_is_gets_the_same_packets() -> None:
    hand, packets = Hand(), [list[EncodedPacket](), list[EncodedPacket](), list[EncodedPacket]()]
    encodes = [encode_on(hand), encode_on(hand), encode_on(hand)]
    assert encodes[0].meters[KEY].counts.ticks == 0
    takes = [heard.extend for heard in packets]
    for encode, take in zip(encodes[:2], takes, strict=False):
        encode.feed.join(take, lambda: None, patient=True)
        encode.start()
        encode.begin()
    hand.turn(20)
    for encode in encodes[:2]:
        encode.set(KEY, ControlChange(gain=0.4), at=21)
    hand.turn(10)
    encodes[2].succeed(encodes[1], lambda: encodes[2].feed.join(takes[2], lambda: None))
    hand.turn(3)
    for encode in encodes:
        encode.leave()
    whole, further, after = packets
    assert further == whole
    assert [packet.pts // TICK for packet in whole] == list(range(-1, 31))
    assert after == whole[-3:]
    ticks = [encode.meters[KEY].counts.ticks for encode in encodes]
    assert ticks[0] == 33 > ticks[1] > 0  # mixed several at once, but for where something moved


def test_what_waits_to_be_encoded_is_not_lost_with_its_clock() -> None:
    hand, came = Hand(), list[EncodedPacket]()
    encode = encode_on(hand)
    encode.feed.join(came.extend, lambda: None, patient=True)
    encode.start()
    encode.begin()
    hand.turn(5)
    assert came == []
    encode.leave()
    assert [packet.pts // TICK for packet in came] == [-1, 0, 1, 2]


def test_an_encoder_that_breaks_is_told_once_and_gives_nothing_more() -> None:
    class Broken:
        def __init__(self) -> None:
            self.calls = 0

        def encode(self, samples: Samples, pts: int) -> list[EncodedPacket]:
            self.calls += 1
            raise ValueError("broken")

        def close(self) -> None:
            pass

    hand, broken, told = Hand(), Broken(), []
    encode = encode_on(hand, OpenedAudio(encoder=broken, track=open_audio(64_000).track))  # type: ignore[arg-type]
    encode.notices.listen(Listener(lambda *_: None, told.append))
    encode.feed.join(lambda _: None, lambda: None)
    encode.start()
    encode.begin()
    hand.turn(3)
    assert (broken.calls, len(told), encode.failed) == (1, 1, True)
    encode.close()
    assert hand.takers == []
