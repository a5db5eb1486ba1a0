"""What the self-test is asked and what it answers, as values, and the sentence that sums it up. It measures nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ionia.core.settings import EncoderChoice, MediaSettings

Figure = str | int | float | bool | None
Figures = Mapping[str, Figure]
"""Details for programs; keys are camelCase as on the wire, units are in their names."""

_DEFAULTS = MediaSettings()


class Part(Enum):
    """What is tested, in this order."""

    CAPTURE = "capture"
    ENCODERS = "encoders"
    AV = "av"
    SOUND = "sound"
    DISK = "disk"
    NETWORK = "network"


class Outcome(Enum):
    """GOOD: as it should be. FAIR: works, with a reservation. BAD: will spoil recordings. SKIPPED: could not be tested.

    ABSENT: isn't here and needn't be.
    """

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    SKIPPED = "skipped"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tested. `found` is one line for people.

    `advice` says what to do about it, `note` what it is compared with; both may be empty.
    """

    part: Part
    outcome: Outcome
    title: str
    found: str
    advice: str = ""
    note: str = ""
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """By how much later the sound of a device should be placed from now on, in all: it replaces an earlier
    correction."""

    device: str
    offset_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """Settings that this machine holds, by the measurements. `scaled`: of a smaller size than the screen's, since no
    encoder holds 30 frames a second of that."""

    encoder: EncoderChoice
    fps: int
    video_bitrate: int
    width: int
    height: int
    scaled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestSettings:
    """What to test. None and the defaults as in MediaSettings; `folder`: where recordings go, None for the current.

    `rtmp_url` or `stream_key` carry the stream key: neither may ever be printed, logged or repr'd. Without an address
    the network is skipped. `ca_file` as in StreamerSettings.
    """

    fps: int = 30
    video_bitrate: int = _DEFAULTS.video_bitrate
    screen: str | None = None
    desktop_audio: str | None = None
    microphone: str | None = None
    folder: str | None = None
    rtmp_url: str | None = field(default=None, repr=False)
    stream_key: str = field(default="", repr=False)
    ca_file: str = ""
    parts: tuple[Part, ...] = tuple(Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelftestReport:
    """Everything that was found, in the order of the test. `cancelled`: by the user, before it was over."""

    findings: tuple[Finding, ...]
    seconds: float
    cancelled: bool = False
    correction: Correction | None = None
    recommendation: Recommendation | None = None

    @property
    def ok(self) -> bool:
        """Whether recording works here: nothing tested is bad, and the test came to its end."""
        return not self.cancelled and all(finding.outcome is not Outcome.BAD for finding in self.findings)

    @property
    def verdict(self) -> str:
        """The result in a sentence or two, for people."""
        if self.cancelled:
            return "The self-test was ended before it was complete."
        bad = [finding.title for finding in self.findings if finding.outcome is Outcome.BAD]
        fair = [finding.title for finding in self.findings if finding.outcome is Outcome.FAIR]
        skipped = [finding.title for finding in self.findings if finding.outcome is Outcome.SKIPPED]
        if bad:
            return f"Not ready. To be put right first: {_listed(bad)}."
        blind = any(one.part is Part.CAPTURE and one.outcome is Outcome.SKIPPED for one in self.findings)
        sentences = ["The engine works, as far as it could be tested." if blind else f"Ready to record{self._at()}."]
        if fair:
            sentences.append(f"Worth a look: {_listed(fair)}.")
        if skipped:
            sentences.append(f"Not tested: {_listed(skipped)}.")
        return " ".join(sentences)

    def _at(self) -> str:
        best = self.recommendation
        return "" if best is None else f" {best.width}x{best.height} at {best.fps} frames a second"


def _listed(names: list[str]) -> str:
    """Names as people write them: each once, the rest of a sentence in lower case."""
    unique = list(dict.fromkeys(name[:1].lower() + name[1:] for name in names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"
