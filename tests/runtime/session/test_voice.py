"""What a session says carries its name, and an error everything that is known of it."""

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Event, SessionFailed, SessionStateChanged, SessionWarned
from ionia.core.session_state import SessionState
from ionia.core.settings import SessionKind
from ionia.core.warning import SoundLost, WarningCode
from ionia.runtime.session.voice import Voice

KIND = SessionKind.RECORDER


def test_every_event_carries_the_sessions_name_and_all_that_is_known() -> None:
    told: list[Event] = []
    voice = Voice("a", KIND, told.append)
    voice.moved(SessionState.STOPPING, "It was asked to stop.")
    voice.warned(WarningCode.AUDIO_LOST, "Some sound is lost.", SoundLost(samples=3))
    voice.failed(IoniaError(ErrorKind.OUTPUT_FAILED, "The disk is full.", "Make room."))
    assert told == [
        SessionStateChanged(session_id="a", session_kind=KIND, state="stopping", reason="It was asked to stop."),
        SessionWarned(
            session_id="a",
            session_kind=KIND,
            code=WarningCode.AUDIO_LOST,
            message="Some sound is lost.",
            data=SoundLost(samples=3),
        ),
        SessionFailed(
            session_id="a",
            session_kind=KIND,
            kind=ErrorKind.OUTPUT_FAILED,
            message="The disk is full.",
            hint="Make room.",
            live_kind=None,
        ),
    ]
