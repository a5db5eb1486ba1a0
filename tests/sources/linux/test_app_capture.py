"""One program's sound out of many, on a real server."""

import os
import time
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.audio.notices import SoundNotice
from ionia.core.audio.programs import AppWish, wish_of_id
from ionia.core.errors import SourceLost
from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.ports import AudioSource
from ionia.core.warning import MixerState, WarningCode
from ionia.sources import sound
from ionia.sources.linux.app_capture import STREAM_NAME
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.fakes.pulse_beeper import PulseBeeper
from tests.sources.audio_protocol import AudioProtocol, next_block
from tests.sources.screen_protocol import DEADLINE, RealClock
from tests.sources.test_audio_capture_instants import BEEPS, SPACING_NS, TOLERANCE_MS, command_beeps, onsets, read_until

pytestmark = [pytest.mark.pulse, pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed")]

# Processes are the whole machine's, also those of other tests at the same time.
A, B, STARTER, ENDLESS = (f"{name}-{os.getpid()}" for name in ("tuba", "horn", "launcher", "drum"))
AMPLITUDE = 0.25
TUBA, HORN, FLUTE = 440.0, 1000.0, 1500.0
LONG_S = 60


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    with PulseServer(("speaker", "headset")) as server:
        server.control("load-module", "module-stream-restore", "restore_device=no")
        monkeypatch.setenv("PULSE_SERVER", server.address)
        yield server


Open = Callable[[AppWish], AudioSource]


@pytest.fixture
def opened(server: PulseServer) -> Iterator[Open]:
    sources: list[AudioSource] = []

    def open_source(wish: AppWish) -> AudioSource:
        sources.append(sound.open_application(wish, RealClock()))
        sources[-1].open()
        return sources[-1]

    yield open_source
    for source in sources:
        source.close()


def tone(hz: float, seconds: float = LONG_S) -> npt.NDArray[np.float32]:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.repeat((AMPLITUDE * np.sin(2 * np.pi * hz * times))[:, None], 2, axis=1).astype(np.float32)


def heard(samples: npt.NDArray[np.float32]) -> set[float]:
    """Which of the tones are in it, each at its full level; nothing in between is allowed."""
    times = np.arange(len(samples)) / SAMPLE_RATE
    window = np.hanning(len(samples)) * 2
    levels = {
        hz: 2 * abs(np.mean(samples[:, 0] * window * np.exp(-2j * np.pi * hz * times))) / AMPLITUDE
        for hz in (TUBA, HORN, FLUTE)
    }
    assert all(level < 0.003 or 0.89 < level < 1.12 for level in levels.values()), levels
    return {hz for hz, level in levels.items() if level > 0.5}


def wait_heard(source: AudioSource, wanted: set[float]) -> None:
    """Read until just these are there."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        blocks = [next_block(source) for _ in range(10)]
        try:
            found = heard(np.concatenate([block.samples for block in blocks]))
        except AssertionError:  # one of them begins or ends in it
            continue
        if found == wanted:
            return
    raise AssertionError(f"not heard: {wanted}")


def wait_silent(source: AudioSource) -> None:
    end = time.monotonic() + DEADLINE
    while source.read(0.3) is not None:
        assert time.monotonic() < end


def next_notice(source: AudioSource) -> SoundNotice:
    end = time.monotonic() + DEADLINE
    while not (notices := source.take_notices()):
        assert time.monotonic() < end, "nothing was told"
        source.read(0.05)
    assert len(notices) == 1, notices
    return notices[0]


@pytest.fixture(scope="module")
def playing() -> Iterator[None]:
    with PulseServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_SERVER", server.address)
        server.play_as(ENDLESS, tone(TUBA))
        yield


class TestAppCapture(AudioProtocol):
    @pytest.fixture
    def source(self, playing: None) -> Iterator[AudioSource]:
        source = sound.open_application(AppWish(process=ENDLESS), RealClock())
        yield source
        source.close()


def test_a_programs_streams_are_summed_and_those_of_others_are_not_in_it(server: PulseServer, opened: Open) -> None:
    server.play_as(A, tone(TUBA))
    server.play_as(A, tone(FLUTE), "headset")
    server.play_as(B, tone(HORN))
    wait_heard(opened(AppWish(process=f"{A.title()}.exe")), {TUBA, FLUTE})
    wait_heard(opened(AppWish(process=A, exclude=True)), {HORN})
    # What is done to the devices changes nothing: a stream is heard before that.
    server.control("set-sink-mute", "speaker", "1")
    server.control("set-sink-volume", "headset", "0%")
    wait_heard(opened(AppWish(process=A)), {TUBA, FLUTE})


def test_one_process_of_several_is_listed_and_chosen_by_its_id(server: PulseServer, opened: Open) -> None:
    first, second = server.play_as(A, tone(TUBA)), server.play_as(A, tone(FLUTE))
    end = time.monotonic() + DEADLINE
    while len(listed := [one for one in sound.list_applications() if one.playing]) < 2:
        assert time.monotonic() < end
    assert {(one.process, one.pid) for one in listed} == {(A, first.pid), (A, second.pid)}
    chosen = next(one for one in listed if one.pid == second.pid)
    source = opened(wish_of_id(chosen.id))
    wait_heard(source, {FLUTE})
    second.kill()
    second.wait()
    wait_silent(source)
    server.play_as(A, tone(HORN))
    wait_heard(source, {HORN})


def test_what_a_program_starts_belongs_to_it(server: PulseServer, opened: Open) -> None:
    server.play_as(A, tone(TUBA), starter=STARTER)
    server.play_as(A, tone(FLUTE))
    wait_heard(opened(AppWish(process=STARTER)), {TUBA})
    wait_heard(opened(AppWish(process=STARTER, exclude=True)), {FLUTE})


def test_a_program_that_ends_is_silent_and_followed_when_it_is_started_again(server: PulseServer, opened: Open) -> None:
    source = opened(AppWish(process=A))
    assert next_notice(source).code is WarningCode.APP_NOT_RUNNING
    assert source.read(0.05) is None
    server.play_as(B, tone(HORN))
    player = server.play_as(A, tone(TUBA))
    wait_heard(source, {TUBA})
    assert next_notice(source).code is WarningCode.APP_HEARD
    player.kill()
    player.wait()
    wait_silent(source)
    assert next_notice(source).code is WarningCode.APP_NOT_RUNNING
    server.play_as(A, tone(FLUTE))
    wait_heard(source, {FLUTE})


def test_a_stream_that_is_moved_to_another_device_goes_on(server: PulseServer, opened: Open) -> None:
    server.play_as(A, tone(TUBA))
    source = opened(AppWish(process=A))
    wait_heard(source, {TUBA})
    index = server.control("list", "short", "sink-inputs").split("\t")[0]
    server.control("move-sink-input", index, "headset")
    wait_heard(source, {TUBA})
    assert source.take_notices() == []


def test_a_program_that_the_mixer_has_muted_is_told_of(server: PulseServer, opened: Open) -> None:
    server.play_as(A, tone(TUBA))
    source = opened(AppWish(process=A))
    wait_heard(source, {TUBA})
    index = server.control("list", "short", "sink-inputs").split("\t")[0]
    server.control("set-sink-input-mute", index, "1")
    told = next_notice(source)
    assert told.code is WarningCode.AUDIO_DEVICE_MUTED
    assert told.facts == MixerState(device=A, muted=True, volume_db=0.0)
    assert told.message == f'The sound of "{A}" is muted: silence is recorded.'
    server.control("set-sink-input-mute", index, "0")
    assert next_notice(source).code is WarningCode.AUDIO_DEVICE_AUDIBLE
    server.control("set-sink-input-volume", index, "0%")
    assert next_notice(source).code is WarningCode.AUDIO_DEVICE_MUTED
    server.control("set-sink-input-volume", index, "100%")
    assert next_notice(source).code is WarningCode.AUDIO_DEVICE_AUDIBLE
    wait_heard(source, {TUBA})


def test_our_own_stream_is_put_right_also_where_the_server_remembers_it(server: PulseServer, opened: Open) -> None:
    server.play_as(A, tone(TUBA))
    source = opened(AppWish(process=A))
    wait_heard(source, {TUBA})
    mute_recordings_named(server, STREAM_NAME)
    told = next_notice(source)
    assert told.code is WarningCode.AUDIO_STREAM_RESTORED
    wait_heard(source, {TUBA})
    source.close()
    source = opened(AppWish(process=A))
    wait_heard(source, {TUBA})


def mute_recordings_named(server: PulseServer, name: str) -> None:
    index = ""
    for line in server.control("list", "source-outputs").splitlines():
        if line.startswith("Source Output #"):
            index = line.partition("#")[2]
        elif f'application.name = "{name}"' in line:
            server.control("set-source-output-volume", index, "5%")
            server.control("set-source-output-mute", index, "1")


def test_a_server_that_hangs_is_told_and_one_that_goes_away(server: PulseServer, opened: Open) -> None:
    server.play_as(A, tone(TUBA))
    other = server.play_as(B, tone(HORN))
    program, others = opened(AppWish(process=A)), opened(AppWish(process=A, exclude=True))
    wait_heard(program, {TUBA})
    wait_heard(others, {HORN})
    server.pause()
    told = next_notice(program)
    assert told.code is WarningCode.AUDIO_DEVICE_STALLED
    assert told.message == f'The sound of "{A}" delivers nothing: silence is recorded.'
    assert next_notice(others).code is WarningCode.AUDIO_DEVICE_STALLED
    other.kill()
    server.resume()
    wait_heard(program, {TUBA})
    assert next_notice(program).code is WarningCode.AUDIO_DEVICE_AUDIBLE
    assert next_notice(others).code is WarningCode.AUDIO_DEVICE_AUDIBLE  # though nothing is left that it hears
    server.kill()
    with pytest.raises(SourceLost) as lost:
        wait_silent(program)
    assert lost.value.code is WarningCode.SOUND_SERVER_LOST
    server.start()
    program.open()


@pytest.mark.slow
def test_beeps_are_dated_when_they_are_heard_also_beside_another_stream(server: PulseServer, opened: Open) -> None:
    with PulseBeeper(server.environment) as beeper, PulseBeeper(server.environment) as beside:
        source = opened(AppWish(pid=beeper.pid))
        asked = command_beeps(beeper)
        beside.beep(asked[2])
        blocks: list[AudioBlock] = read_until(source, asked[-1] + SPACING_NS)
        real = [beeper.heard_ns() for _ in asked]
    found = onsets(blocks)
    assert len(found) == BEEPS
    errors_ms = (np.array(found) - np.array(real, dtype=float)) / 1e6
    assert abs(float(np.median(errors_ms))) < TOLERANCE_MS, errors_ms
