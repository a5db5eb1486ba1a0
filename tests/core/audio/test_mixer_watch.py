from ionia.core.audio.mixer_watch import (
    CORRECTIONS,
    CORRECTIONS_NS,
    FLOOR_DB,
    OBEYED_NS,
    SETTLE_NS,
    DeviceWatch,
    Fader,
    StreamGuard,
)
from ionia.core.warning import MixerState

SECOND = 1_000_000_000
OPEN, MUTED, ZERO = Fader(), Fader(muted=True), Fader(gain_db=FLOOR_DB)


def watch() -> DeviceWatch:
    return DeviceWatch("microphone", "Built-in")


def test_a_muted_device_is_told_at_once_when_it_is_opened_and_only_once():
    device = watch()
    notice = device.look(MUTED, 0)
    assert notice is not None
    assert (notice.code, notice.facts) == (
        "audio_device_muted",
        MixerState(device="Built-in", muted=True, volume_db=0.0),
    )
    assert '"Built-in" is muted: silence' in notice.message
    assert all(device.look(MUTED, second * SECOND) is None for second in range(1, 20))


def test_a_device_that_gives_nothing_is_told_and_so_is_its_return():
    device = watch()
    assert device.look(OPEN, 0) is None
    assert device.look(Fader(stalled=True), SECOND) is None
    notice = device.look(Fader(stalled=True), 2 * SECOND)
    assert notice is not None
    assert (notice.code, '"Built-in" delivers nothing' in notice.message) == ("audio_device_stalled", True)
    assert device.look(OPEN, 3 * SECOND) is None
    back = device.look(OPEN, 4 * SECOND)
    assert back is not None
    assert back.code == "audio_device_audible"


def test_zero_percent_is_as_silent_as_a_mute():
    notice = watch().look(ZERO, 0)
    assert notice is not None
    assert (notice.code, notice.facts) == (
        "audio_device_muted",
        MixerState(device="Built-in", muted=False, volume_db=-120.0),
    )
    assert "turned down to 0 %" in notice.text


def test_a_device_at_a_usual_volume_is_not_told_of():
    assert watch().look(Fader(gain_db=-18.1), 0) is None
    assert watch().look(Fader(gain_db=11.0), 0) is None


def test_a_quiet_device_is_told_with_its_decibels():
    notice = watch().look(Fader(gain_db=-60.0), 0)
    assert notice is not None
    assert notice.code == "audio_device_quiet"
    assert "turned down to -60 dB" in notice.message


def test_a_change_in_mid_take_is_told_when_it_rests_and_so_is_its_end():
    device = watch()
    assert device.look(OPEN, 0) is None
    assert device.look(MUTED, SECOND) is None
    told = device.look(MUTED, SECOND + SETTLE_NS)
    assert told is not None
    assert told.code == "audio_device_muted"
    assert device.look(OPEN, 3 * SECOND) is None
    again = device.look(OPEN, 3 * SECOND + SETTLE_NS)
    assert again is not None
    assert again.code == "audio_device_audible"


def test_a_slider_that_only_passes_is_not_told_of():
    device = watch()
    device.look(OPEN, 0)
    assert device.look(Fader(gain_db=-30.0), SECOND) is None
    assert device.look(OPEN, SECOND + SETTLE_NS // 2) is None
    assert device.look(OPEN, 3 * SECOND) is None


def test_faders_follow_one_another():
    assert Fader(gain_db=-20.0).through(Fader(muted=True, gain_db=-10.0)) == Fader(muted=True, gain_db=-30.0)
    assert ZERO.through(ZERO).gain_db == FLOOR_DB


def test_our_own_stream_is_put_right_whenever_it_is_not_and_told():
    guard = StreamGuard("microphone")
    assert not guard.look(OPEN, 0).correct
    for instant, state, words in (
        (1, MUTED, "muted"),
        (2, Fader(gain_db=-78.1), "-78 dB"),
        (3, Fader(gain_db=6), "+6"),
    ):
        verdict = guard.look(state, instant * SECOND)
        assert verdict.correct
        assert verdict.notice is not None
        assert verdict.notice.code == "audio_stream_restored"
        assert words in verdict.notice.message


def test_a_program_that_keeps_turning_it_down_is_told_of_and_not_fought():
    guard = StreamGuard("microphone")
    assert all(guard.look(MUTED, n * SECOND).correct for n in range(CORRECTIONS))
    given_up = guard.look(MUTED, 6 * SECOND)
    assert not given_up.correct
    assert given_up.notice is not None
    assert given_up.notice.code == "audio_stream_muted"
    assert guard.look(MUTED, 7 * SECOND).notice is None
    assert guard.look(MUTED, CORRECTIONS_NS + SECOND).correct


def test_what_the_server_said_before_it_obeyed_is_not_corrected_twice():
    guard = StreamGuard("microphone")
    assert guard.look(MUTED, 0).correct
    assert not guard.look(MUTED, OBEYED_NS - 1).correct
    assert guard.look(MUTED, OBEYED_NS).correct


def test_a_new_stream_that_is_said_to_be_at_zero_is_put_right_without_a_word():
    guard = StreamGuard("microphone")
    verdict = guard.look(ZERO, 0)
    assert (verdict.correct, verdict.notice) == (True, None)
    assert guard.look(ZERO, SECOND).notice is not None


def test_a_device_that_sleeps_is_told_unless_it_is_just_waking_up():
    asleep = Fader(asleep=True)
    device = watch()
    assert device.look(asleep, 0) is None
    assert device.look(OPEN, SETTLE_NS // 2) is None
    assert device.look(OPEN, SECOND) is None
    assert device.look(asleep, 2 * SECOND) is None
    told = device.look(asleep, 2 * SECOND + SETTLE_NS)
    assert told is not None
    assert told.code == "audio_device_suspended"
    assert device.look(OPEN, 4 * SECOND) is None
    again = device.look(OPEN, 4 * SECOND + SETTLE_NS)
    assert again is not None
    assert again.code == "audio_device_audible"
