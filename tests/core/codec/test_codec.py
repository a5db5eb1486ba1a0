"""codec: whoever asks a codec gets what H.264's and AAC's own functions say."""

import pytest

from ionia.core.codec.codec import AAC, H264, NO_PICTURE, audio_codec, video_codec

SPS, PPS, DELIMITER, KEYFRAME = b"\x67\x64\0\x1f\xac", b"\x68\xee\x3c\xb0", b"\x09\xf0", b"\x65abc"


def access_unit(*units: bytes) -> bytes:
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def test_codecs_are_found_by_name_and_kind() -> None:
    assert video_codec("h264") is H264
    assert audio_codec("aac") is AAC
    for find, name in ((video_codec, "aac"), (audio_codec, "h264"), (video_codec, "av2")):
        with pytest.raises(LookupError):
            find(name)


def test_what_has_no_picture_says_nothing_and_is_found_by_nobody() -> None:
    with pytest.raises(LookupError):
        video_codec(NO_PICTURE.name)
    nothing = (NO_PICTURE.decoder_configuration, NO_PICTURE.extradata_of)
    assert [say(b"") for say in nothing] == [b"", b""]  # type: ignore[arg-type]
    assert NO_PICTURE.parameter_sets(b"x") == NO_PICTURE.sets_of_sample(b"x") == ()
    assert NO_PICTURE.parameter_set_key(b"x") is NO_PICTURE.own_extradata(b"x") is None
    assert NO_PICTURE.sample(b"x", drop=frozenset()) == b"x"


def test_parameter_sets_are_told_by_type_and_id() -> None:
    assert H264.parameter_sets(access_unit(DELIMITER, SPS, PPS, KEYFRAME)) == (SPS, PPS)
    assert H264.parameter_set_key(SPS) == (7, 0)
    assert H264.parameter_set_key(PPS) == (8, 0)
    assert H264.parameter_set_key(b"\x68") is None


def test_an_access_units_own_extradata_is_whole_or_none() -> None:
    assert H264.own_extradata(access_unit(DELIMITER, SPS, PPS, KEYFRAME)) == H264.extradata_of((SPS, PPS))
    assert H264.own_extradata(access_unit(SPS, KEYFRAME)) is None
    assert H264.own_extradata(access_unit(KEYFRAME)) is None


def test_an_encoder_without_parameter_sets_is_refused() -> None:
    assert H264.decoder_configuration(access_unit(SPS, PPS))[:4] == b"\x01\x64\0\x1f"
    with pytest.raises(ValueError, match="without SPS"):
        H264.decoder_configuration(b"")


def test_a_sample_leaves_out_what_the_header_has() -> None:
    data = access_unit(DELIMITER, SPS, KEYFRAME, b"\x0c\xff\x80")
    assert H264.sample(data, drop=frozenset({SPS})) == b"\0\0\0\4" + KEYFRAME
    assert H264.sample(data, keep_filler=True) == b"\0\0\0\5" + SPS + b"\0\0\0\4" + KEYFRAME + b"\0\0\0\3\x0c\xff\x80"
