from ionia.core.audio.silence_watch import LONG_NS, SilenceWatch

SECOND = 1_000_000_000


def test_a_minute_of_nothing_is_told_once():
    watch = SilenceWatch()
    told = [second for second in range(200) if watch.look(0.0, second * SECOND)]
    assert told == [60]


def test_a_room_is_never_silent():
    watch = SilenceWatch()
    assert not any(watch.look(5e-5 if second % 50 == 0 else 0.0, second * SECOND) for second in range(300))


def test_silence_after_sound_is_told_again():
    watch = SilenceWatch()
    peaks = [0.0] * 70 + [0.1] + [0.0] * 70
    told = [(second, watch.look(peak, second * SECOND)) for second, peak in enumerate(peaks)]
    assert [one for one in told if one[1] is not None] == [
        (60, "mic_silent"),
        (70, "mic_heard"),
        (70 + LONG_NS // SECOND, "mic_silent"),
    ]
