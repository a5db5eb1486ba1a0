"""Params by name and by position, and what is said about wrong ones."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.settings import (
    AudioMode,
    EncoderChoice,
    MediaSettings,
    RecorderSettings,
    StreamerSettings,
)
from ionia.rpc import params as p
from ionia.rpc.initialize_params import InitializeRecorder, InitializeStreamer
from ionia.rpc.schema import METHODS, Method
from ionia.rpc.validation import InvalidParamsError, bind
from tests.fakes.examples import CHARACTERS

URL = "rtmp://host/app/key"
PATH = "text of 1 to 32767 characters without control characters"


def recorder(params: object) -> RecorderSettings:
    bound = bind(METHODS["recorder.initialize"], params)
    assert isinstance(bound, InitializeRecorder)
    return bound.settings()


def streamer(params: object) -> StreamerSettings:
    bound = bind(METHODS["streamer.initialize"], params)
    assert isinstance(bound, InitializeStreamer)
    return bound.settings()


def complaint(method: str, params: object) -> str:
    with pytest.raises(InvalidParamsError) as raised:
        bind(METHODS[method], params)
    return str(raised.value)


def test_defaults_are_the_contracts() -> None:
    assert recorder(["/a.mp4"]) == RecorderSettings(output_path="/a.mp4", media=MediaSettings())
    assert recorder({"outputPath": "/a.mp4"}) == recorder(["/a.mp4"])
    assert streamer([URL]) == StreamerSettings(rtmp_url=URL)
    assert bind(METHODS["recorder.start"], None) == p.StartRecorder(id="default")
    assert bind(METHODS["streamer.start"], None) == p.SessionRef(id="default")


def test_positions_are_the_contracts() -> None:
    assert METHODS["recorder.initialize"].positional == (
        "outputPath",
        "fps",
        "videoBitrate",
        "useNvenc",
        "audioBitrate",
        "audioMode",
        "id",
    )
    bound = bind(METHODS["recorder.initialize"], ["/a.mp4", 60, 1_000_000, False, 128_000, "desktop", "one"])
    assert bound == InitializeRecorder(
        output_path="/a.mp4",
        fps=60,
        video_bitrate=1_000_000,
        use_nvenc=False,
        audio_bitrate=128_000,
        audio_mode="desktop",
        id="one",
    )
    assert bind(METHODS["streamer.isConnected"], ["one"]) == p.SessionRef(id="one")
    assert bind(METHODS["engine.subscribe"], [500, True]) == p.Subscription(stats_interval_ms=500, audio_levels=True)


def test_options_reach_the_settings() -> None:
    media = {
        "screen": "s",
        "desktopAudio": "d",
        "microphone": "test",
        "micGain": 2,
        "desktopGain": 0.5,
        "keyframeIntervalSeconds": 1,
        "cursor": False,
        "encoder": "qsv",
        "audioMode": "none",
    }
    network = {
        "adaptiveBitrate": False,
        "requireConnection": True,
        "bufferMs": 500,
        "maxReconnectSeconds": 60,
        "reconnectInitialMs": 20,
        "reconnectMaxMs": 40,
    }
    assert streamer({"rtmpUrl": URL, **media, **network}) == StreamerSettings(
        rtmp_url=URL,
        media=MediaSettings(
            screen="s",
            desktop_audio="d",
            microphone="test",
            mic_gain=2.0,
            desktop_gain=0.5,
            keyframe_interval_seconds=1.0,
            cursor=False,
            encoder=EncoderChoice.QSV,
            audio_mode=AudioMode.NONE,
        ),
        adaptive_bitrate=False,
        require_connection=True,
        buffer_ms=500,
        max_reconnect_seconds=60.0,
        reconnect_initial_ms=20,
        reconnect_max_ms=40,
    )


@pytest.mark.parametrize(
    ("options", "encoder"),
    [
        ({}, EncoderChoice.AUTO),
        ({"useNvenc": True}, EncoderChoice.AUTO),
        ({"useNvenc": False}, EncoderChoice.X264),
        ({"useNvenc": True, "encoder": "x264"}, EncoderChoice.X264),
        ({"useNvenc": False, "encoder": "auto"}, EncoderChoice.AUTO),
        ({"useNvenc": False, "encoder": "nvenc"}, EncoderChoice.NVENC),
        ({"useNvenc": False, "encoder": None}, EncoderChoice.X264),
    ],
)
def test_encoder_wins_over_use_nvenc(options: dict[str, object], encoder: EncoderChoice) -> None:
    assert recorder({"outputPath": "a", **options}).media.encoder is encoder


@pytest.mark.parametrize("word", ["both", "desktop", "mic", "none"])
def test_audio_modes(word: str) -> None:
    assert recorder({"outputPath": "a", "audioMode": word}).media.audio_mode is AudioMode(word)
    assert recorder({"outputPath": "a", "audioMode": "microphone"}).media.audio_mode is AudioMode.MIC


def test_null_and_whole_floats_are_forgiven() -> None:
    assert recorder(["a", None, 4e6, None, None, None, None]).media.video_bitrate == 4_000_000
    assert recorder({"outputPath": "a", "micGain": 3.0, "screen": None}).media.mic_gain == 3.0


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {},
            f'recorder.initialize needs the param "outputPath": {PATH}',
        ),
        (
            [None],
            f'recorder.initialize needs the param "outputPath": {PATH}',
        ),
        ({"outputPath": "a", "fps": 0}, '"fps" must be a number from 1 to 240 or text such as "30000/1001", not 0'),
        (
            {"outputPath": "a", "fps": 240.5},
            '"fps" must be a number from 1 to 240 or text such as "30000/1001", not 240.5',
        ),
        (
            {"outputPath": "a", "fps": True},
            '"fps" must be a number from 1 to 240 or text such as "30000/1001", not true',
        ),
        (
            {"outputPath": "a", "fps": "30"},
            '"fps" must be a number from 1 to 240 or text such as "30000/1001", not "30"',
        ),
        ({"outputPath": "a", "videoBitrate": 1}, '"videoBitrate" must be an integer from 10000 to 500000000, not 1'),
        (
            {"outputPath": "a", "audioBitrate": 10**30},
            '"audioBitrate" must be an integer from 8000 to 512000, not 1' + "0" * 30,
        ),
        ({"outputPath": "a", "useNvenc": 1}, '"useNvenc" must be true or false, not 1'),
        (
            {"outputPath": "a", "maxDurationSeconds": 0},
            '"maxDurationSeconds" must be a number above 0 and up to 10000000, not 0',
        ),
        ({"outputPath": "a", "micGain": -1}, '"micGain" must be a number from 0 to 100, not -1'),
        ({"outputPath": "a", "micGain": []}, '"micGain" must be a number from 0 to 100, not an array'),
        ({"outputPath": "a", "micGain": {}}, '"micGain" must be a number from 0 to 100, not an object'),
        (
            {"outputPath": "a", "audioMode": "loud"},
            '"audioMode" must be one of "both", "desktop", "mic", "none", "microphone", not "loud"',
        ),
        (
            {"outputPath": "a", "encoder": "vp9"},
            '"encoder" must be one of "auto", "nvenc", "qsv", "amf", "mf", "x264", not "vp9"',
        ),
        (
            {"outputPath": "a\0b"},
            '"outputPath" must be text of 1 to 32767 characters without control characters, not "a\\u0000b"',
        ),
        (
            {"outputPath": "a\n"},
            '"outputPath" must be text of 1 to 32767 characters without control characters, not "a\\n"',
        ),
        (
            {"outputPath": ""},
            '"outputPath" must be text of 1 to 32767 characters without control characters, not ""',
        ),
        ({"outputPath": "a", "id": 5}, '"id" must be text of 1 to 128 characters without control characters, not 5'),
        (
            {"outputPath": "a", "id": "x" * 200},
            '"id" must be text of 1 to 128 characters without control characters, not "' + "x" * 39 + "...",
        ),
        (
            list(range(8)),
            "recorder.initialize takes at most 7 positional params (outputPath, fps, videoBitrate, useNvenc, "
            "audioBitrate, audioMode, id), not 8; options are given by name",
        ),
        ("text", "params must be an array or an object"),
    ],
)
def test_complaints(params: object, message: str) -> None:
    assert complaint("recorder.initialize", params) == message


def test_unknown_params_are_refused_by_name() -> None:
    assert complaint("recorder.stop", {"sesion": "a"}) == 'recorder.stop has no param "sesion"; it has id'
    assert complaint("engine.info", {"a": 1}) == 'engine.info has no param "a"; it has none'
    assert complaint("engine.info", [1]) == "engine.info takes no params, not 1; options are given by name"
    assert complaint("streamer.start", {"output_path": 1}).startswith('streamer.start has no param "output_path"')


def test_an_url_is_never_repeated() -> None:
    assert "KEY" not in complaint("streamer.initialize", {"rtmpUrl": "rtmp://host/app/KEY" + "x" * 5000})
    assert "KEY" not in repr(bind(METHODS["streamer.initialize"], ["rtmp://host/app/KEY"]))
    assert "KEY" not in complaint("streamer.initialize", ["rtmp://host/app", "live_4711_KEY"])
    assert complaint("streamer.initialize", ["rtmp://host/app", "thirty"]).endswith('not "thirty"')
    assert complaint("recorder.initialize", ["a.mp4", "live_4711_KEY"]).endswith('not "live_4711_KEY"')
    assert "KEY" not in complaint("recorder.initialize", {"outputPath": "a.mp4", "id": "rtmp://host/app/KEY"})
    with pytest.raises(IoniaError) as raised:
        streamer(["http://host/app/KEY"])
    assert raised.value.kind is ErrorKind.BAD_URL
    assert "KEY" not in str(raised.value)


def test_the_longest_wait_is_no_shorter_than_the_first() -> None:
    assert streamer({"rtmpUrl": URL, "reconnectInitialMs": 9000}).reconnect_max_ms == 9000


def _names(entry: Method) -> list[str]:
    return [field.encode_name for field in fields(entry.params)]


@pytest.mark.parametrize("value", [True, 0.5, "", "\0", [], [{}], {"": 0}], ids=repr)
def test_each_param_takes_any_value_or_says_what_it_takes(value: object) -> None:
    for entry in METHODS.values():
        for name in _names(entry):
            with contextlib.suppress(InvalidParamsError):
                bind(entry, {name: value})


def test_an_objects_members_are_told() -> None:
    told = (
        '"metadata" must be an object with at most 100 members, each text of 0 to 10000 characters under a name that '
        "is text of 1 to 200 characters without control characters"
    )
    assert complaint("recorder.initialize", {"outputPath": "a", "metadata": True}) == f"{told}, not true"
    assert complaint("recorder.initialize", {"outputPath": "a", "metadata": {"a": 1}}) == told
    assert complaint("recorder.mark", {"data": 3}) == '"data" must be an object, not 3'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(CHARACTERS), inner, max_size=5),
    max_leaves=10,
)


@given(method=st.sampled_from(sorted(METHODS)), params=JSON, named=st.booleans(), data=st.data())
def test_any_params_bind_or_are_refused_in_one_line(
    method: str, params: object, named: bool, data: st.DataObject
) -> None:
    entry = METHODS[method]
    if named:
        names = st.sampled_from([*_names(entry), "other"])
        params = data.draw(st.dictionaries(names, JSON, max_size=8))
    try:
        bound: object = bind(entry, params)
    except InvalidParamsError as error:
        bound = str(error)
    assert isinstance(bound, (entry.params, str))
    assert not isinstance(bound, str) or (bound.isprintable() and len(bound) < 1000)
