"""Opens an encoder that takes a screen's pictures where they are, on the graphics adapter, once it was proved right.

Whatever is not as it should be is a sentence, never an error: then pictures are read back, as everywhere.
"""

import logging
import sys
from collections.abc import Callable
from functools import partial

import av
import comtypes

from ionia.core.codec.encoder_proof import ProofError
from ionia.core.errors import IoniaError
from ionia.core.ports import Clock
from ionia.core.settings import VideoEncodeSettings
from ionia.core.test_card.pattern import MIN_SIDE
from ionia.core.video.framing import Size, even
from ionia.media.card_uses import CardUses, UsedEncoder
from ionia.media.encoder_probe import first_available
from ionia.media.encoder_specs import EncoderSpec
from ionia.media.opening import OpenedVideo
from ionia.media.proof_memory import ProofMemory, Remembered
from ionia.media.surface import LibavSurface
from ionia.media.surface_encoder import (
    DirectEncoder,
    OpenDirect,
    SurfaceVideoEncoder,
    open_direct,
    open_read_back,
)
from ionia.media.surface_proof import MOST_MS, SurfaceProof, usable_error
from ionia.sources.windows import d3d11, displays, gpu_duplication, gpu_proof

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_log = logging.getLogger(__name__)


class GpuPath:
    """`runtime.backends.Gpu`. Any thread."""

    def __init__(
        self,
        clock: Clock,
        choose: Callable[[VideoEncodeSettings], EncoderSpec | None] = first_available,
        *,
        memory: ProofMemory | None = None,
        uses: CardUses | None = None,
        open_encoder: OpenDirect = open_direct,
        most_ms: float = MOST_MS,
        ask: gpu_proof.Ask = gpu_proof.ask_a_process,
        limit_s: float = gpu_proof.LIMIT_S,
    ) -> None:
        """`choose` says which encoder works here; `most_ms` is how long it may take for a picture, `limit_s` how long
        for the trial; `ask` does that somewhere."""
        self._clock = clock
        self._choose = choose
        self._memory = memory or ProofMemory()
        self._uses = uses or CardUses()
        self._open_encoder = open_encoder
        self._prove = partial(gpu_proof.proved, open_encoder=open_encoder, most_ms=most_ms, ask=ask, limit_s=limit_s)

    def open(self, settings: VideoEncodeSettings, screen: str | None) -> tuple[OpenedVideo | None, str]:
        """See Gpu."""
        spec = self._choose(settings)
        if spec is None or not spec.surfaces or not _may_take(spec, screen):
            return None, ""  # nothing to be told
        source = gpu_duplication.GpuDuplication(screen, cursor=True, clock=self._clock)
        try:
            gpu_duplication.output_index(screen)  # else no trial is worth its process
            proof, size = self._proof(spec, screen)
            source.open()
            surface = source.sample()
            if (surface.width, surface.height) != size:
                raise ProofError("the screen changed its size")
            return self._opened(spec, settings, surface, proof), ""
        except (IoniaError, ProofError) as error:
            return None, f"{spec.name}: {error}"
        except comtypes.COMError as error:
            return None, f"{spec.name}: {error.text or error}"
        except (av.error.FFmpegError, ValueError, OSError) as error:
            return None, f"{spec.name}: {usable_error(error)}"
        except Exception as error:  # noqa: BLE001 - a driver's own mistake is no reason to refuse a take
            _log.exception("the pictures of the graphics adapter can't be encoded there")
            return None, f"{spec.name}: {error}"
        finally:
            source.close()

    def needs_screen(self, settings: VideoEncodeSettings, screen: str | None) -> bool:
        """See Gpu: not where it is known already that nothing will come of it."""
        spec = self._choose(settings)
        if spec is None or not spec.surfaces or not _may_take(spec, screen):
            return False
        try:
            gpu_duplication.output_index(screen)  # not of a turned one, or another adapter's
            known = self._memory.get(_key(spec, _size_of(screen)))
        except (IoniaError, ProofError, comtypes.COMError):
            return False
        return (known is None or known.proof is not None) and not self._uses.refused(_use(spec))

    def figures(self) -> tuple[bool, str]:
        """See Gpu."""
        opened, wrong = self.open(VideoEncodeSettings(), None)
        if opened is None:
            return False, wrong
        opened.encoder.close()
        return True, f"{opened.encoder.codec}: {self.known(opened.encoder.codec)}"

    def known(self, encoder: str) -> str:
        """See Gpu."""
        newest = self._memory.newest(f"{encoder} ")
        if newest is None:
            return ""
        return newest.proof.figures if newest.proof is not None else newest.wrong

    def _proof(self, spec: EncoderSpec, screen: str | None) -> tuple[SurfaceProof, Size]:
        """And for which size it holds. Raises ProofError, OSError, comtypes.COMError."""
        size = _size_of(screen)
        if why := self._uses.refused(_use(spec)):
            raise ProofError(why)
        known = self._memory.found_out(_key(spec, size), lambda: Remembered(proof=self._prove(spec, screen)))
        if known.proof is None:
            raise ProofError(known.wrong)
        return known.proof, size

    def _opened(
        self, spec: EncoderSpec, settings: VideoEncodeSettings, surface: LibavSurface, proof: SurfaceProof
    ) -> OpenedVideo:
        use = _use(spec)

        def direct(sample: LibavSurface) -> DirectEncoder:
            self._uses.begin(use)  # first: a driver may end the process in here
            try:
                encoder = self._open_encoder(spec, settings, sample, proof.matrix)
            except BaseException:
                self._uses.end(use, well=False)
                raise
            return UsedEncoder(encoder, self._uses, use)

        first = direct(surface)
        encoder = SurfaceVideoEncoder(
            first, settings, reopen=direct, read_back=partial(open_read_back, spec, settings, first.info)
        )

        def successor() -> SurfaceVideoEncoder:
            self._uses.failed(use)  # it never came back from a call
            return encoder.successor()

        return OpenedVideo(encoder=encoder, track=first.info, successor=successor)


def _size_of(screen: str | None) -> Size:
    """Raises ProofError for one that no encoder takes."""
    display = displays.find_display(screen)
    width, height = (display.width, display.height) if display is not None else (0, 0)
    if (even(width), even(height)) != (width, height) or min(width, height) < MIN_SIDE:
        raise ProofError(f"takes no pictures of {width}x{height}")
    return width, height


def _key(spec: EncoderSpec, size: Size) -> str:
    """What a proof holds for. Raises comtypes.COMError."""
    return f"{spec.name} {size[0]}x{size[1]} {_driver()} PyAV {av.__version__}"


def _driver() -> str:
    return d3d11.driver_of(d3d11.adapters()[0])


def _use(spec: EncoderSpec) -> str:
    return f"{spec.name} {_driver()}"


def _may_take(spec: EncoderSpec, screen: str | None) -> bool:
    """Whether it is one of the system's screens, and the first adapter the encoder's: a laptop's may be the other."""
    try:
        adapters = d3d11.adapters()
        vendors = {d3d11.vendor_of(adapter) for adapter in adapters[:1]}
    except comtypes.COMError:
        return False
    return displays.find_display(screen) is not None and (not spec.adapter_vendor or spec.adapter_vendor in vendors)
