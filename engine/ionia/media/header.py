"""What sinks are told before the first packet, put together from what the encoders really give."""

from dataclasses import replace

from ionia.core.media import MediaHeader
from ionia.core.mp4.writer import init_segment
from ionia.media.audio_encoder import AudioTrackInfo
from ionia.media.video_encoder import VideoTrackInfo


def media_header(video: VideoTrackInfo, audio: AudioTrackInfo | None) -> MediaHeader:
    """The header of a pipeline; `audio` is None when it has no sound."""
    header = MediaHeader(
        init_segment=b"",
        video_codec=video.codec,
        video_extradata=video.extradata,
        audio_extradata=audio.extradata if audio else b"",
        width=video.width,
        height=video.height,
        fps=video.fps,
        has_audio=audio is not None,
        video_bitrate=video.bitrate,
        audio_bitrate=audio.bitrate if audio else 0,
    )
    return replace(header, init_segment=init_segment(header))
