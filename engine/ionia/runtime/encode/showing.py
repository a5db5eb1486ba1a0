"""Another screen in pictures that are encoded already: waiting for its first one."""

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.settings import MediaSettings
from ionia.core.standing_warnings import Warned
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts
from ionia.runtime.capture.picture_stage import PictureStage
from ionia.runtime.notices import Listener

FIRST_PICTURE_TIMEOUT_S = 2.0
"""How long another screen that is open is waited for; it gives black by itself after half a second."""


def wait_shown(stage: PictureStage) -> list[Warned]:
    """Wait until it has a picture: what was told of it meanwhile, as of its moment. Raises IoniaError if it is over."""
    told: list[Warned] = []
    failed: list[IoniaError] = []

    def warn(code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
        told.append((code, message, facts))

    listener = Listener(warn, failed.append)
    heard = stage.notices, stage.capture.notices
    for notices in heard:
        notices.listen(listener)
    told.clear()  # told before, and to whoever listens later
    try:
        stage.wait_shown(FIRST_PICTURE_TIMEOUT_S)
    finally:
        for notices in heard:
            notices.unlisten(listener)
    if failed:
        raise failed[0]
    for code, message, _ in told:
        if code is WarningCode.WINDOW_CLOSED:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message, "What was shown before is shown on.")
    return told


def must_have_picture(settings: MediaSettings, lacks: str) -> None:
    """Raises IoniaError for a session of sound alone, which `lacks` this."""
    if not settings.picture:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, f"This session records sound alone: it has no {lacks}.")
