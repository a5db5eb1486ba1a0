"""AAC through the port: exact times, and sound that comes back where it went in."""

import av
import numpy as np
import psutil
import pytest

from ionia.core.codec.aac import window_of
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AUDIO, EncodedPacket
from ionia.media.audio_encoder import LibavAudioEncoder
from tests.fakes.live_stream import eventually


def encode(encoder: LibavAudioEncoder, samples: np.ndarray, first: int = 0) -> list[EncodedPacket]:
    packets = []
    for at in range(0, len(samples), 1024):
        packets += encoder.encode(samples[at : at + 1024], first + at)
    return packets + encoder.flush()


def test_times_are_the_sample_indexes_after_one_packet_of_priming() -> None:
    encoder = LibavAudioEncoder(192_000)
    assert encoder.encode(np.zeros((1024, 2), np.float32), 0) == []
    packets = encode(encoder, np.zeros((4 * 1024, 2), np.float32), 1024)
    assert [packet.pts for packet in packets] == [1024 * tick for tick in range(-1, 5)]
    assert all(packet.dts == packet.pts and packet.duration == 1024 and packet.keyframe for packet in packets)
    assert {packet.track for packet in packets} == {AUDIO}


def test_sound_comes_back_at_its_place_and_level() -> None:
    time = np.arange(48 * 1024) / 48_000
    left = 0.4 * np.sin(2 * np.pi * 440 * time)
    samples = np.stack([left, -0.5 * left], axis=1).astype(np.float32)
    encoder = LibavAudioEncoder(192_000)
    packets = encode(encoder, samples)
    context = av.CodecContext.create("aac", "r")
    context.extradata = encoder.info.extradata
    out = np.concatenate([f.to_ndarray().T for p in packets for f in context.decode(av.Packet(p.data))])[1024:]
    inner = slice(2048, 40_000)
    assert np.abs(out[inner] - samples[inner]).max() < 0.02


def interrupted(silent: int) -> np.ndarray:
    """A tone, so many ticks of silence, and the tone again."""
    tone = 0.4 * np.sin(2 * np.pi * 440 * np.arange(20 * 1024) / 48_000)
    whole = np.concatenate((tone, np.zeros(silent * 1024), tone))
    return np.stack([whole, whole], axis=1).astype(np.float32)


def test_in_long_silence_it_rests_and_nobody_hears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = interrupted(60)
    rested = LibavAudioEncoder(192_000)
    packets = encode(rested, samples, 7 * 1024)
    assert [packet.pts for packet in packets] == [1024 * tick for tick in range(6, 107)]
    monkeypatch.setattr("ionia.media.audio_encoder.REST_AFTER", 1000)
    awake = encode(LibavAudioEncoder(192_000), samples, 7 * 1024)
    assert [packet.data for packet in packets[:80]] == [packet.data for packet in awake[:80]]
    context = av.CodecContext.create("aac", "r")
    context.extradata = rested.info.extradata
    out = np.concatenate([f.to_ndarray().T for p in packets for f in context.decode(av.Packet(p.data))])[1024:]
    assert np.abs(out[: len(samples) - 1024] - samples[:-1024])[2048:19_000].max() < 0.02
    assert np.abs(out[: len(samples) - 1024] - samples[:-1024])[22 * 1024 :].max() < 0.1  # where it sets in, as ever
    assert np.abs(out[: len(samples) - 1024] - samples[:-1024])[82 * 1024 :].max() < 0.02
    assert not out[24 * 1024 : 78 * 1024].any()


def test_several_ticks_at_once_give_the_same_packets() -> None:
    samples = interrupted(24)
    single = encode(LibavAudioEncoder(192_000), samples)
    encoder = LibavAudioEncoder(192_000)
    at_once = [packet for at in range(0, 64 * 1024, 8192) for packet in encoder.encode(samples[at : at + 8192], at)]
    assert at_once + encoder.flush() == single


def decoded(encoder: LibavAudioEncoder, packets: list[EncodedPacket]) -> np.ndarray:
    context = av.CodecContext.create("aac", "r")
    context.extradata = encoder.info.extradata
    return np.concatenate([f.to_ndarray().T for p in packets for f in context.decode(av.Packet(p.data))])[1024:]


def spoken(ticks: int, apart: int) -> np.ndarray:
    """A chord on both sides alike, but for tones of one side each from tick `apart` to eight later; louder in turns."""
    time = np.arange(ticks * 1024) / 48_000
    whole = sum(0.08 * np.sin(2 * np.pi * hz * time) for hz in (180, 437, 1203, 2950)) * (1 + 0.5 * np.sin(9 * time))
    both = np.stack([whole, whole], axis=1)
    part = slice(apart * 1024, (apart + 8) * 1024)
    both[part, 0] += 0.2 * np.sin(2 * np.pi * 700 * time[part])
    both[part, 1] -= 0.2 * np.sin(2 * np.pi * 900 * time[part])
    return both.astype(np.float32)


def same_sides(out: np.ndarray) -> list[bool]:
    """Of each tick, whether both are the same to the bit: libav's stereo rounds them differently."""
    return [np.array_equal(*out[at : at + 1024].T) for at in range(0, len(out) - 1023, 1024)]


def test_sides_that_are_the_same_are_encoded_once_until_they_part() -> None:
    samples = spoken(130, 70)
    encoder = LibavAudioEncoder(192_000)
    packets = encode(encoder, samples)
    assert [packet.pts for packet in packets] == [1024 * tick for tick in range(-1, 130)]
    out = decoded(encoder, packets)
    error = np.abs(out - samples[: len(out)])
    assert error[2048 : 69 * 1024].max() < 0.02  # also where one coder takes the other's place
    assert error[80 * 1024 : 128 * 1024].max() < 0.02
    assert error[69 * 1024 : 80 * 1024].max() < 0.1  # two tones that set in
    assert all(same_sides(out)[60:68])
    assert np.abs(out[72 * 1024 : 76 * 1024, 0] - out[72 * 1024 : 76 * 1024, 1]).max() > 0.3


def test_without_a_common_window_alike_sides_stay_two_and_others_wait_four_ticks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    windows = iter((*[None] * 3, (0, 1), (0, 1), *[None] * 20))
    monkeypatch.setattr("ionia.media.audio_encoder.window_of", lambda _: next(windows))
    samples = spoken(90, 75)
    encoder = LibavAudioEncoder(192_000)
    out = decoded(encoder, encode(encoder, samples))
    same = same_sides(out)
    assert not any(same[2:69])  # tried at 47, and twice more in vain; a packet comes two ticks late
    assert all(same[69:77])  # two ticks longer than they are alike
    assert not any(same[77:])


def test_one_that_follows_goes_on_with_one_side_and_the_windows_that_were_given() -> None:
    samples = spoken(72, 72)
    for click in range(56 * 1024, 70 * 1024, 3500):
        samples[click : click + 300] += np.linspace(0.4, 0, 300, dtype=np.float32)[:, None]
    first = LibavAudioEncoder(192_000)
    packets = encode(first, samples)
    for place in range(56, 70, 2):
        before = LibavAudioEncoder(192_000)
        given = [one for at in range(place) for one in before.encode(samples[at * 1024 : at * 1024 + 1024], at * 1024)]
        after = LibavAudioEncoder(192_000)
        heard = [(at * 1024, samples[at * 1024 : at * 1024 + 1024]) for at in range(place - 4, place)]
        after.follow(before, heard)
        joined = given + encode(after, samples[place * 1024 :], place * 1024)
        assert [packet.pts for packet in joined] == [packet.pts for packet in packets]
        assert [window_of(packet.data) for packet in joined] == [window_of(packet.data) for packet in packets]
        assert all(same_sides(decoded(after, joined))[60:70])


def test_in_silence_nothing_is_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = LibavAudioEncoder(192_000)
    silence = np.zeros((1024, 2), np.float32)
    for tick in range(20):
        encoder.encode(silence, tick * 1024)
    with monkeypatch.context() as patch:
        patch.setattr("av.AudioFrame.from_ndarray", None)  # whoever calls it fails
        resting = [packet for tick in range(20, 30) for packet in encoder.encode(silence, tick * 1024)]
    assert [packet.pts for packet in resting] == [1024 * tick for tick in range(18, 28)]
    assert [packet.pts for packet in encoder.flush()] == [28 * 1024, 29 * 1024]


def test_the_configuration_says_lc_48_khz_stereo() -> None:
    config = LibavAudioEncoder(128_000).info.extradata
    object_type, frequency, channels = config[0] >> 3, (config[0] & 7) << 1 | config[1] >> 7, config[1] >> 3 & 15
    assert (object_type, frequency, channels) == (2, 3, 2)


def test_the_rate_is_what_was_asked_for() -> None:
    noise = np.random.default_rng(0).standard_normal((100 * 1024, 2)).astype(np.float32) * 0.2
    packets = encode(LibavAudioEncoder(128_000), noise)
    bits = sum(len(packet.data) for packet in packets) * 8
    assert bits / (100 * 1024 / 48_000) == pytest.approx(128_000, rel=0.1)


@pytest.mark.parametrize("shape", [(1023, 2), (1024,), (1024, 1), (2, 1024)])
def test_anything_but_a_tick_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="tick"):
        LibavAudioEncoder(128_000).encode(np.zeros(shape, np.float32), 0)


def test_any_layout_of_memory_will_do() -> None:
    planar = np.zeros((2, 1024), np.float32)
    encoder = LibavAudioEncoder(128_000)
    encoder.encode(planar.T, 0)
    encoder.encode(np.zeros((2048, 2), np.float32)[::2], 1024)
    assert len(encoder.flush()) == 2


def test_closed_means_closed() -> None:
    encoder = LibavAudioEncoder(128_000)
    assert encoder.flush() == []
    encoder.close()
    encoder.close()
    with pytest.raises(RuntimeError, match="closed"):
        encoder.encode(np.zeros((1024, 2), np.float32), 0)


def test_closed_leaves_no_thread_of_libavs() -> None:
    """Also while somebody still holds it: a session that is over stays in memory until Python's collector comes."""
    before = threads()
    encoder = LibavAudioEncoder(128_000)
    encoder.encode(np.ones((4096, 2), np.float32), 0)
    own = threads() - before
    assert own
    encoder.close()
    # The system counts a thread for a moment after it was joined.
    eventually(lambda: not own & threads(), "threads of a closed encoder")


def threads() -> set[int]:
    return {thread.id for thread in psutil.Process().threads()}


def test_an_impossible_rate_is_one_line() -> None:
    with pytest.raises(IoniaError) as caught:
        LibavAudioEncoder(-5)
    assert caught.value.kind is ErrorKind.ENCODER_UNAVAILABLE
