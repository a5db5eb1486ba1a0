"""The clock master with one mix behind it, as a recorder's track hears them: for tests of what comes out in the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ionia.core.audio.engine import AudioEngine, AudioInput
from ionia.core.audio.mix import Mix, SoundControl
from ionia.core.events import Level
from ionia.core.media import AUDIO_TICK_SAMPLES, Samples


@dataclass(frozen=True, kw_only=True)
class MixedTick:
    """1024 samples of the mix."""

    index: int
    samples: Samples

    @property
    def pts(self) -> int:
        return self.index * AUDIO_TICK_SAMPLES


class MixedSound:
    """An AudioEngine with a sound for each gain, and their mix."""

    def __init__(self, epoch_ns: int, gains: Mapping[AudioInput, float], **engine: Any) -> None:
        self.engine: AudioEngine[AudioInput] = AudioEngine(epoch_ns, **engine)
        self.mix: Mix[AudioInput] = Mix({key: SoundControl(gain=gain) for key, gain in gains.items()})
        for key in gains:
            self.engine.add(key)
        self.push = self.engine.push
        self.lost = self.engine.lost
        self.counters = self.engine.counters

    @property
    def next_deadline_ns(self) -> int:
        return self.engine.next_deadline_ns

    @property
    def ticks(self) -> int:
        return self.engine.next_index

    @property
    def silence_samples(self) -> int:
        return self.mix.silence_samples

    def levels(self) -> dict[AudioInput, Level]:
        return {key: meter.level for key, meter in self.mix.meters.items()}

    def advance(self, now_ns: int) -> list[MixedTick]:
        return [MixedTick(index=tick.index, samples=self.mix.render(tick)) for tick in self.engine.advance(now_ns)]
