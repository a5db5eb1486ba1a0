"""Trials of encoders. What a graphics driver does in them it does to a process that can be killed (`expendable`).

Where a device of the encoder's maker is there, that process opens it, feeds it and frees it first. Without one no
driver can hang, and nobody waits for a process.
"""

import logging
import threading
from functools import partial
from types import TracebackType
from typing import Self

from ionia.core.settings import VideoEncodeSettings
from ionia.media import encoder_trial
from ionia.media.card_uses import CardUses
from ionia.media.encoder_specs import EncoderSpec
from ionia.media.encoder_trial import NO_ANSWER
from ionia.media.expendable import EndedError, ExpendableProcess
from ionia.platform.graphics_devices import graphics_devices
from ionia.threads.limited import NoAnswerError

_log = logging.getLogger(__name__)

_SPARE_S = 1.0
"""It has the trial's limit itself, for a driver that leaves Python's lock free."""

_lock = threading.Lock()
_failed: dict[str, str] = {}  # encoders that aren't asked again by this process, and why; protected by _lock


class Trials:
    """Several in a row, in one process. One thread."""

    def __init__(self, uses: CardUses | None = None) -> None:
        self._uses = uses or CardUses()
        self._process = ExpendableProcess()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def tried(
        self, spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int, *, least_psnr: float | None
    ) -> tuple[str, str]:
        """See `encoder_trial.tried`."""
        driver = _driver_of(spec) if spec.hardware else ""
        if not driver:
            return encoder_trial.tried(spec, settings, width, height, least_psnr=least_psnr)
        use = f"trial of {spec.name} {driver}"
        with _lock:
            known = _failed.get(spec.name)
        if why := known or self._uses.refused(use):
            return "", why
        try:
            self._process.start()
        except OSError as error:
            _log.warning("no process for a trial of %s, which is tried here: %s", spec.name, error)
            return encoder_trial.tried(spec, settings, width, height, least_psnr=least_psnr)
        call = partial(encoder_trial.tried_by_name, spec.name, settings, width, height, least_psnr)
        try:
            proof, reason = self._process.ask(call, encoder_trial.LIMIT_S + _SPARE_S)
            failed = reason == NO_ANSWER
        except NoAnswerError:
            reason, failed = NO_ANSWER, True
        except EndedError as error:
            reason, failed = f"its driver ended the process that tried it ({error})", True
        if not failed:
            self._uses.end(use, well=True)
            return proof, reason
        _log.warning("encoder %s %s", spec.name, reason)
        self.close()
        self._uses.failed(use)
        with _lock:
            return "", _failed.setdefault(spec.name, reason)

    def close(self) -> None:
        """End the process, if there is one."""
        self._process.close()


def _driver_of(spec: EncoderSpec) -> str:
    """The driver of the devices that this encoder may be a part of. Empty without any."""
    vendor = spec.adapter_vendor
    return " ".join(dict.fromkeys(one.driver for one in graphics_devices() if vendor in (0, one.vendor)))
