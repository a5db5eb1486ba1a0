from ionia.core.audio.device_names import present_name

A2DP = "bluez_sink.00_1B_66_A0_01_02.a2dp_sink"
HANDSFREE = "bluez_sink.00_1B_66_A0_01_02.handsfree_head_unit"
OTHER = "bluez_sink.00_1B_66_A0_01_03.a2dp_sink"


def test_a_device_that_is_there_is_itself():
    assert present_name("speaker", ["a", "speaker"]) == "speaker"
    assert present_name(A2DP, [HANDSFREE, A2DP]) == A2DP


def test_a_bluetooth_device_is_found_under_its_other_profiles_name():
    assert present_name(A2DP, ["speaker", OTHER, HANDSFREE]) == HANDSFREE
    assert present_name(f"{A2DP}.monitor", [f"{HANDSFREE}.monitor"]) == f"{HANDSFREE}.monitor"
    pipewire = "bluez_output.00_1B_66_A0_01_02.1"
    assert present_name(pipewire, ["bluez_output.00_1B_66_A0_01_02.2"]) == "bluez_output.00_1B_66_A0_01_02.2"


def test_another_device_or_the_other_direction_is_not_it():
    assert present_name(A2DP, [OTHER, "bluez_source.00_1B_66_A0_01_02.handsfree_head_unit", "speaker"]) is None
    assert present_name("speaker", ["speakers", "speaker.monitor"]) is None
