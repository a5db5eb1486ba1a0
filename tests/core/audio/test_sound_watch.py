"""Clipping and talking into a muted microphone, look by look."""

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.levels import SoundCounts
from ionia.core.audio.sound_watch import QUIET_LOOKS, SoundFault, SoundLook, SoundWatch

MIC, DESKTOP = AudioInput.MIC, AudioInput.DESKTOP


class Looked:
    """A sound whose every second is said by what happened in it."""

    def __init__(self, kind: AudioInput) -> None:
        self.watch = SoundWatch(kind)
        self.ticks = self.full = self.over = self.voiced = 0

    def second(
        self, *, full: int = 0, over: int = 0, voiced: int = 0, muted: bool = False, held: bool = False
    ) -> SoundFault | None:
        self.ticks += 47
        self.full += full
        self.over += over
        self.voiced += voiced
        counts = SoundCounts(ticks=self.ticks, full=self.full, over=self.over, voiced=self.voiced)
        return self.watch.look(SoundLook(counts=counts, muted=muted, held_to_talk=held))


def test_who_speaks_into_a_muted_microphone_is_told_once_for_each_mute() -> None:
    sound = Looked(MIC)
    assert sound.second(voiced=47) is None
    assert sound.second(voiced=40, muted=True) is None  # whatever of it came before the mute
    assert sound.second(voiced=30, muted=True) is None
    assert sound.second(voiced=30, muted=True) is SoundFault.MUTED_TALKING
    assert all(sound.second(voiced=47, muted=True) is None for _ in range(100))
    assert sound.second(voiced=47) is None
    assert [sound.second(voiced=25, muted=True) for _ in range(3)][-1] is SoundFault.MUTED_TALKING


def test_no_cough_no_key_that_is_held_and_nothing_that_plays_is_told() -> None:
    cough, held, game = Looked(MIC), Looked(MIC), Looked(DESKTOP)
    for second in range(60):
        assert cough.second(voiced=20 if second % 5 == 0 else 0, muted=True) is None
        assert held.second(voiced=47, muted=True, held=True) is None
        assert game.second(voiced=47, muted=True) is None


def test_clipping_is_told_once_in_each_stretch_of_it() -> None:
    sound = Looked(MIC)
    assert [sound.second(full=3) for _ in range(4)] == [None, None, None, SoundFault.SOURCE_CLIPS]
    assert all(sound.second(full=10) is None for _ in range(50))
    for _ in range(QUIET_LOOKS + 3):
        assert sound.second() is None
    sound.second(full=1)
    assert sound.second(full=9) is SoundFault.SOURCE_CLIPS


def test_music_at_full_scale_does_not_clip_and_a_gain_that_makes_it_does() -> None:
    music = Looked(DESKTOP)
    assert all(music.second(full=30) is None for _ in range(5))
    assert music.second(over=30) is SoundFault.GAIN_CLIPS


def test_what_is_counted_anew_is_no_stretch() -> None:
    watch = SoundWatch(MIC)
    old = SoundCounts(ticks=500, voiced=400, full=400)
    assert watch.look(SoundLook(counts=old, muted=True)) is None
    assert watch.look(SoundLook(counts=SoundCounts(ticks=47, voiced=40, full=40), muted=True)) is None
