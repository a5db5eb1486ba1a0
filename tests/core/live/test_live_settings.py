"""live_settings: what of a streamer's settings concerns the link."""

from ionia.core.live.backoff import ReconnectSettings
from ionia.core.live.live_settings import LiveSettings
from ionia.core.settings import AudioMode, MediaSettings, StreamerSettings

URL = "rtmp://h/a/k"


def test_units_and_defaults() -> None:
    settings = StreamerSettings(
        rtmp_url=URL,
        media=MediaSettings(fps=50, video_bitrate=3_000_000, audio_bitrate=96_000),
        max_reconnect_seconds=1.5,
        require_connection=True,
        retry_rejected=True,
    )
    assert LiveSettings.of(settings) == LiveSettings(
        fps=50,
        video_bitrate=3_000_000,
        audio_bitrate=96_000,
        buffer_ns=2_000_000_000,
        adaptive_bitrate=True,
        reconnect=ReconnectSettings(max_outage_ns=1_500_000_000, first_must_succeed=True, retry_rejected=True),
    )
    assert LiveSettings.of(StreamerSettings(rtmp_url=URL)).reconnect == ReconnectSettings()


def test_without_sound_nothing_of_the_link_is_kept_for_it_but_for_silence() -> None:
    settings = StreamerSettings(rtmp_url=URL, media=MediaSettings(audio_mode=AudioMode.NONE))
    assert LiveSettings.of(settings).audio_bitrate == 8_000
