"""The figures carry the names of the contract, each with words."""

from typing import get_type_hints

import pytest

from ionia.core.stats import RecorderStats, StreamerStats, of_recorder, of_streamer
from tests.fakes.stats import recorder_stats, streamer_stats

CONTRACT = {
    RecorderStats: "video_frames_captured video_packets_encoded audio_packets_encoded video_packets_muxed "
    "audio_packets_muxed total_bytes state duration_seconds video_frames_unique video_frames_duplicated "
    "video_frames_lagged video_frames_skipped audio_silence_samples audio_drift_ppm capture_backend audio_backend "
    "codec width height fps output_path encode_ms_avg cpu_percent rss_bytes",
    StreamerStats: "video_frames video_packets audio_packets video_packets_dropped audio_packets_dropped "
    "reconnect_count current_latency_ms max_latency_ms connected backpressure bytes_sent send_bitrate_kbps "
    "target_bitrate_kbps state rtmp_url",
}


@pytest.mark.parametrize("kind", CONTRACT)
def test_the_contracts_figures_are_there_and_every_one_has_words(kind: type) -> None:
    hints = get_type_hints(kind, include_extras=True)
    assert set(CONTRACT[kind].split()) <= set(hints)
    assert all(isinstance(hint.__metadata__[0], str) for hint in hints.values())


def test_whose_figures_they_are_is_checked() -> None:
    assert of_recorder(recorder_stats(total_bytes=1)).total_bytes == 1
    assert of_streamer(streamer_stats(bytes_sent=1)).bytes_sent == 1
    with pytest.raises(TypeError):
        of_recorder(streamer_stats())
    with pytest.raises(TypeError):
        of_streamer(recorder_stats())
