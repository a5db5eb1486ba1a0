"""Whether an encoder takes a screen's pictures where they are, tried in a process that a driver may hang or end.

Opening `ddagrab`, and opening and freeing an encoder, keep Python's lock (decision 0467). So all of that is done there
once, with this encoder, driver and size, before any of it is done in the engine.
"""

import logging
import sys
from collections.abc import Callable
from functools import partial

import av
import comtypes

from ionia.core.codec.encoder_proof import DoubtedError, ProofError
from ionia.core.errors import IoniaError
from ionia.core.media import ColourMatrix, Picture
from ionia.core.settings import VideoEncodeSettings
from ionia.media.encoder_specs import EncoderSpec, specs_for
from ionia.media.expendable import Answer, EndedError, ExpendableProcess
from ionia.media.surface_encoder import DirectEncoder, OpenDirect
from ionia.media.surface_proof import SurfaceProof, prove_surfaces, usable_error
from ionia.sources.windows import card_surface, displays, gpu_duplication
from ionia.threads.clock import MonotonicClock
from ionia.threads.limited import NoAnswerError

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_log = logging.getLogger(__name__)

LIMIT_S = 30.0
"""The largest pictures take a tenth of it on an idle machine. Longer than anybody waits for a graphics adapter
(`runtime.encode.limited_gpu`): what a busy machine finds out later serves the next take."""

Ask = Callable[[Callable[[], Answer], float], Answer]
"""As `ExpendableProcess.ask`."""


def ask_a_process(call: Callable[[], Answer], limit_s: float) -> Answer:
    """See ExpendableProcess, one of its own."""
    with ExpendableProcess() as process:
        return process.ask(call, limit_s)


def proved(
    spec: EncoderSpec, screen: str | None, *, open_encoder: OpenDirect, most_ms: float, ask: Ask, limit_s: float
) -> SurfaceProof:
    """Raises ProofError, and OSError for what is of the moment."""
    call = partial(_tried, spec.name, screen, open_encoder, most_ms)
    try:
        answer = ask(call, limit_s)
    except NoAnswerError as error:
        raise DoubtedError(f"did not answer within {limit_s:g} s") from error
    except EndedError as error:
        raise DoubtedError(f"its driver ended the process that tried it ({error})") from error
    except OSError as error:
        _log.warning("no process for a trial of %s, which is tried here: %s", spec.name, error)
        answer = call()
    kind, *words = answer
    if kind == _RIGHT:
        return SurfaceProof(matrix=ColourMatrix[words[0]], figures=words[1])
    raise _ERRORS[kind](words[0])


_RIGHT, _WRONG, _DOUBTED, _FOR_NOW = "right", "wrong", "doubted", "for now"
_ERRORS = {_WRONG: ProofError, _DOUBTED: DoubtedError, _FOR_NOW: OSError}


def _tried(name: str, screen: str | None, open_encoder: OpenDirect, most_ms: float) -> Answer:
    """In the other process: how it went, and the words."""
    spec = next(one for one in specs_for(sys.platform) if one.name == name)
    displays.be_dpi_aware()
    clock = MonotonicClock()
    source = gpu_duplication.GpuDuplication(screen, cursor=True, clock=clock)
    try:
        source.open()
        surface = source.sample()

        def opened(settings: VideoEncodeSettings, matrix: ColourMatrix) -> DirectEncoder:
            return open_encoder(spec, settings, surface, matrix)

        def write(pixels: Picture) -> None:
            card_surface.write(card_surface.texture_of(surface.frame), pixels)

        proof = prove_surfaces(opened, surface, write, clock, most_ms)
    except DoubtedError as error:
        return _DOUBTED, str(error)
    except ProofError as error:
        return _WRONG, str(error)
    except comtypes.COMError as error:
        return _FOR_NOW, error.text or str(error)
    except (IoniaError, av.error.FFmpegError, ValueError, OSError) as error:
        return _FOR_NOW, usable_error(error)
    finally:
        source.close()
    return _RIGHT, proof.matrix.name, proof.figures
