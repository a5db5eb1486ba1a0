"""Loads what filters need before a sound's thread does: what is wrong with that is an answer, and ends no take."""

import logging
from collections.abc import Iterable

from ionia.core.audio.filters import NoiseSuppression, SoundFilter
from ionia.core.audio.noise_suppression import SuppressionFilter
from ionia.core.errors import ErrorKind, IoniaError

log = logging.getLogger(__name__)


def load_filters(filters: Iterable[SoundFilter]) -> None:
    """Raises IoniaError(AUDIO_UNAVAILABLE). The first time it may take half a second."""
    for one in filters:
        if isinstance(one, NoiseSuppression):
            try:
                SuppressionFilter(one)
            except Exception as error:
                log.exception("noise suppression can't be had")
                raise IoniaError(
                    ErrorKind.AUDIO_UNAVAILABLE,
                    f"Noise suppression can't be loaded: {type(error).__name__}.",
                    "Leave the filter out, or install Ionia anew.",
                ) from error
