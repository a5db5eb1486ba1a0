"""`ionia-engine test-card`: the reference clip, rendered faster than real time and exact to the frame and the sample.

It shows and sounds what the built-in sources give, so a file that went through any other path can be compared to it.
"""

import argparse

from ionia.cli.progress import size_text
from ionia.core.frame_rate import FrameRate, frame_rate
from ionia.core.media import AUDIO, AUDIO_TICK_SAMPLES, VIDEO, MediaHeader
from ionia.core.ports import AudioEncoder, VideoEncoder
from ionia.core.settings import EncoderChoice, MediaSettings, VideoEncodeSettings
from ionia.core.test_card.pattern import DESKTOP_BEEP_HZ, CardPainter, beep_second, in_flash
from ionia.core.timebase import frame_start_ns, samples_at_frame
from ionia.core.timeline.packet_order import PacketInterleaver
from ionia.media.converter import Converter
from ionia.media.opening import open_audio, open_video
from ionia.sinks.mp4_file import Mp4File

SIZE = (1280, 720)


def write_reference_clip(options: argparse.Namespace) -> int:
    """Render the clip; the exit code. Raises IoniaError."""
    fps = frame_rate(options.fps) if options.fps else MediaSettings().fps
    settings = VideoEncodeSettings(fps=fps, encoder=EncoderChoice.X264)
    sink = Mp4File(options.output)
    video = open_video(settings, *SIZE)
    audio = open_audio(MediaSettings().audio_bitrate)
    try:
        sink.open(MediaHeader(tracks=(video.track, audio.track)))
        frames = max(1, round(options.seconds * fps))
        _render(video.encoder, audio.encoder, sink, fps=fps, frames=frames)
    finally:
        sink.close()
        video.encoder.close()
        audio.encoder.close()
    print(f"Saved {options.output} ({size_text(sink.bytes_written)}).")
    return 0


def _render(video: VideoEncoder, audio: AudioEncoder, sink: Mp4File, *, fps: FrameRate, frames: int) -> None:
    """Frame n is the card of index n, flashing at whole seconds; tick k is the tone from sample 1024 k on."""
    converter, painter = Converter(video.takes), CardPainter(*SIZE)
    second = beep_second(DESKTOP_BEEP_HZ)
    order = PacketInterleaver(fps=fps, tracks=(VIDEO, AUDIO))
    tick, end = 0, samples_at_frame(fps, frames)
    for index in range(frames):
        begin_ns = frame_start_ns(0, fps, index)
        card = painter.paint(index, flash=in_flash(begin_ns))
        packets = video.encode(converter.convert(card), index)
        reached = samples_at_frame(fps, index + 1)
        while tick * AUDIO_TICK_SAMPLES < reached:
            place = tick * AUDIO_TICK_SAMPLES
            samples = second.take(range(place, place + AUDIO_TICK_SAMPLES), axis=0, mode="wrap")
            packets += audio.encode(samples, place)
            tick += 1
        sink.write([ready for packet in packets for ready in order.push(packet)])
    rest = [ready for packet in audio.flush() for ready in order.push(packet)] + order.flush()
    sink.write([packet for packet in rest if packet.track.is_video or packet.pts < end])
