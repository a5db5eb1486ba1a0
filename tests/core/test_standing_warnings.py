from ionia.core.standing_warnings import StandingWarnings
from ionia.core.warning import NO_FACTS, WarningCode


def standing(*codes: WarningCode) -> list[WarningCode]:
    warnings = StandingWarnings()
    for code in codes:
        warnings.take((code, "words", NO_FACTS))
    return [code for code, _, _ in warnings.now()]


def test_a_state_stands_until_its_end_is_told():
    assert standing(WarningCode.AUDIO_DEVICE_MUTED) == ["audio_device_muted"]
    assert standing(WarningCode.AUDIO_DEVICE_MUTED, WarningCode.AUDIO_DEVICE_AUDIBLE) == []
    assert standing(WarningCode.MIC_ONE_SIDED, WarningCode.MIC_TWO_SIDED) == []
    assert standing(WarningCode.MIC_SILENT, WarningCode.MIC_HEARD) == []
    assert standing(WarningCode.DESKTOP_SILENT, WarningCode.DESKTOP_HEARD) == []


def test_the_newest_of_one_kind_stands_and_kinds_stand_beside_one_another():
    assert standing(WarningCode.AUDIO_DEVICE_MUTED, WarningCode.MIC_INPUTS_MIXED, WarningCode.AUDIO_DEVICE_QUIET) == [
        "audio_device_quiet",
        "mic_inputs_mixed",
    ]


def test_a_moment_does_not_stand():
    assert standing(WarningCode.AUDIO_STREAM_RESTORED, WarningCode.AUDIO_DEVICE_CHANGED) == []


def test_another_device_begins_anew():
    assert standing(WarningCode.DEVICE_LOST, WarningCode.MIC_SILENT, WarningCode.AUDIO_DEVICE_CHANGED) == []
    assert standing(WarningCode.AUDIO_DEVICE_CHANGED, WarningCode.AUDIO_DEVICE_MUTED) == ["audio_device_muted"]
