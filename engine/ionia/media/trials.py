"""Trials of encoders. What a graphics driver does in them it does to a process that can be killed.

libav's opening and freeing of an encoder keep Python's lock: a driver that hangs there would stop every session of the
engine, and one that crashes would end it. So where a device of the encoder's maker is there, `trial_process` opens it,
feeds it and frees it first. Without one no driver can hang, and nobody waits for a process.
"""

import logging
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import msgspec

from ionia.core.settings import VideoEncodeSettings
from ionia.media import encoder_trial
from ionia.media.card_uses import CardUses
from ionia.media.encoder_specs import EncoderSpec
from ionia.media.encoder_trial import NO_ANSWER
from ionia.platform.graphics_devices import graphics_devices
from ionia.platform.own_program import start_own
from ionia.threads.limited import NoAnswerError, within

_log = logging.getLogger(__name__)

SUBCOMMAND = "encoder-trial"
"""Of the engine's program, hidden from people."""

_MODULE = "ionia.media.trial_process"

_START_S = 20.0
"""How long the process may take until it listens: half a second, but for a machine that is very busy."""

_SPARE_S = 1.0
"""It has the trial's limit itself, for a driver that leaves Python's lock free."""

_ENDS_S = 1.0
"""How long one that was killed may take to end. One that a driver holds in the system's kernel never does."""

_lock = threading.Lock()
_failed: dict[str, str] = {}  # encoders that aren't asked again by this process, and why; protected by _lock


class _EndedError(Exception):
    """The process ended; says how."""


class Trials:
    """Several in a row, in one process. One thread."""

    def __init__(self, uses: CardUses | None = None) -> None:
        self._uses = uses or CardUses()
        self._process: subprocess.Popen[bytes] | None = None

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
            process = self._process = self._process or _started()
        except (OSError, NoAnswerError) as error:
            _log.warning("no process for a trial of %s, which is tried here: %s", spec.name, error)
            return encoder_trial.tried(spec, settings, width, height, least_psnr=least_psnr)
        request = pickle.dumps((spec.name, settings, width, height, least_psnr))
        try:
            limit_s = encoder_trial.LIMIT_S + _SPARE_S
            proof, reason = within(limit_s, "encoder-trial", lambda: _asked(process, request))
            failed = reason == NO_ANSWER
        except NoAnswerError:
            reason, failed = NO_ANSWER, True
        except _EndedError as error:
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
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_ENDS_S)
                _close_pipes(process)


def _driver_of(spec: EncoderSpec) -> str:
    """The driver of the devices that this encoder may be a part of. Empty without any."""
    vendor = spec.adapter_vendor
    return " ".join(dict.fromkeys(one.driver for one in graphics_devices() if vendor in (0, one.vendor)))


def _started() -> subprocess.Popen[bytes]:
    """Raises OSError or NoAnswerError."""
    process = start_own(SUBCOMMAND, _MODULE)
    try:
        within(_START_S, "encoder-trial", lambda: _line(process))
    except (NoAnswerError, _EndedError) as error:
        process.kill()
        raise NoAnswerError("it does not start") from error
    return process


def _asked(process: subprocess.Popen[bytes], request: bytes) -> tuple[str, str]:
    """Raises _EndedError."""
    assert process.stdin is not None  # noqa: S101 - `start_own` asks for it
    with suppress(OSError):  # it has ended, which Windows calls an invalid argument: reading says how
        process.stdin.write(request)
        process.stdin.flush()
    return msgspec.json.decode(_line(process), type=tuple[str, str])


def _line(process: subprocess.Popen[bytes]) -> bytes:
    """Raises _EndedError."""
    assert process.stdout is not None  # noqa: S101 - likewise
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDS_S)
        raise _EndedError(_how(process.returncode))
    return line


def _how(code: int | None) -> str:
    """For people: what a process ended with."""
    if code is None:
        return "it never ended"
    if sys.platform != "win32" and code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code & 0xFFFF_FFFF:#x}" if abs(code) > 0xFF else f"exit code {code}"


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what wasn't flushed has no reader
                pipe.close()
