from ionia.core.audio.notices import SoundNotice
from ionia.core.warning import WarningCode


def test_message_and_hint_are_one_line():
    assert (
        SoundNotice(code=WarningCode.AUDIO_DEVICE_MUTED, message="It is muted.", hint="Unmute it.").text
        == "It is muted. Unmute it."
    )
    assert SoundNotice(code=WarningCode.AUDIO_DEVICE_MUTED, message="It is back.").text == "It is back."
