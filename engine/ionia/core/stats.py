"""The figures of a session: the answer of `getStats`, and of `session.stats` while subscribed.

Lost video is counted by cause and never under another name: lagged (our tick came late), missed (the screen's picture
came late), skipped (the encoder had no room), dropped (the network had no room). Every figure counts since the
session's start and stays readable after its end.
"""

from dataclasses import dataclass
from typing import Annotated

from ionia.core.facts import Sentence
from ionia.core.failure import LiveKind
from ionia.core.video.stage_times import StageMs


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStats:
    """What sessions of every kind have."""

    state: Annotated[str, "State of the session, a stable lower-case word."]
    duration_seconds: Annotated[float, "Seconds of the timeline so far, without pauses."]
    video_frames_captured: Annotated[int, "Frames on the constant-frame-rate timeline."]
    video_frames_unique: Annotated[int, "Frames that showed something new."]
    video_frames_duplicated: Annotated[int, "Frames repeated: the screen did not change."]
    video_frames_lagged: Annotated[int, "Frames lost because our tick came late: the machine was busy or stood still."]
    video_frames_missed: Annotated[int, "Frames repeated because the screen's picture came too late, or none came."]
    video_frames_skipped: Annotated[int, "Frames lost because the encoder had no room."]
    audio_silence_samples: Annotated[int, "Samples (1/48000 s) of silence put where no sound came."]
    audio_samples_lost: Annotated[int, "Samples (1/48000 s) that were captured and came too late or found no room."]
    audio_drift_ppm: Annotated[float, "Drift of the sound device's clock, millionths; it is corrected."]
    desktop_silence_samples: Annotated[int, "Samples (1/48000 s) for which desktop sound gave nothing."]
    mic_silence_samples: Annotated[int, "Samples (1/48000 s) for which the microphone gave nothing."]
    capture_backend: Annotated[str, "What captures the screen."]
    audio_backend: Annotated[str, "What captures sound; several are joined by commas."]
    codec: Annotated[str, "Name of the video encoder."]
    readback: Annotated[bool, "Whether pictures come to the encoder through main memory; false: on the graphics card."]
    width: Annotated[int, "Pixels of the picture."]
    height: Annotated[int, "Pixels of the picture."]
    fps: Annotated[int | float, "Frames per second of the timeline; 30000/1001 is 29.97003."]
    encode_ms_avg: Annotated[float, "Milliseconds that a picture takes to encode, averaged over about a second."]
    capture_ms: Annotated[StageMs, "Milliseconds that taking a picture of the screen takes."]
    convert_ms: Annotated[StageMs, "Milliseconds that converting a new picture for the encoder takes."]
    encode_ms: Annotated[StageMs, "Milliseconds that the encoder takes for a new picture, without converting it."]
    pictures_waiting: Annotated[int, "Pictures between capture and encoder now; beyond 8, or 100 MB, they are skipped."]
    cpu_percent: Annotated[float, "CPU use of the engine with the processes of its jobs, percent of one core."]
    rss_bytes: Annotated[int, "Bytes of memory in use by the engine's own process."]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderStats(SessionStats):
    """Answer of recorder.getStats."""

    video_packets_encoded: Annotated[int, "Pictures that came from the encoder for this file."]
    audio_packets_encoded: Annotated[int, "AAC frames that came from the encoder for this file."]
    video_packets_muxed: Annotated[int, "Pictures written to the file."]
    audio_packets_muxed: Annotated[int, "AAC frames written to the file."]
    total_bytes: Annotated[int, "Bytes written to the file."]
    output_path: Annotated[str, "The file."]
    paused_seconds: Annotated[float, "Seconds left out by pauses, the one under way included."]
    pauses: Annotated[int, "Pauses so far, the one under way included."]
    start_utc: Annotated[str | None, "When the first picture was captured, ISO 8601 in UTC; null before it was."]
    utc_error_ms: Annotated[float, "By how many milliseconds startUtc may differ from this machine's clock."]


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationStats:
    """One server that a stream goes to."""

    destination: Annotated[str, "Its name in the session: its number, or what the client called it."]
    rtmp_url: Annotated[str, "rtmp://host/app/****"]
    connection: Annotated[str, "connecting, connected, reconnecting, failed or closed, as in streamer.connection."]
    kind: Annotated[
        LiveKind | None, "What went wrong last, see x-live-kinds; null while connected, and before anything did."
    ]
    reason: Sentence
    connected: Annotated[bool, "Whether the server takes what is sent."]
    backpressure: Annotated[bool, "Whether the way to it is too slow now."]
    video_packets: Annotated[int, "Pictures taken for sending to it."]
    audio_packets: Annotated[int, "AAC frames taken for sending to it."]
    video_packets_dropped: Annotated[int, "Pictures that it missed because the way to it had no room."]
    video_packets_unsent: Annotated[int, "Pictures that it missed because there was no connection to it."]
    video_frames_skipped: Annotated[int, "Frames for which the encoder of what it gets had no room."]
    reconnect_count: Annotated[int, "Connections made after the first."]
    current_latency_ms: Annotated[float, "Milliseconds of media that wait to arrive."]
    max_latency_ms: Annotated[float, "The most that ever waited, milliseconds."]
    bytes_sent: Annotated[int, "Bytes on the wire, over all connections."]
    send_bitrate_kbps: Annotated[float, "kbit/s sent lately."]
    target_bitrate_kbps: Annotated[float, "kbit/s of video that the encoder makes now of what it gets."]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamerStats(SessionStats):
    """Answer of streamer.getStats. What is counted is counted over all destinations; what waits is the worst of it."""

    video_frames: Annotated[int, "Frames on the constant-frame-rate timeline: videoFramesCaptured."]
    video_packets: Annotated[int, "Pictures taken for sending."]
    audio_packets: Annotated[int, "AAC frames taken for sending."]
    video_packets_dropped: Annotated[int, "Pictures lost because the network had no room."]
    video_packets_unsent: Annotated[int, "Pictures that servers missed because there was no connection to them."]
    audio_packets_dropped: Annotated[int, "Always 0: sound is never dropped."]
    reconnect_count: Annotated[int, "Connections made after the first."]
    current_latency_ms: Annotated[float, "Milliseconds of media that wait to arrive."]
    max_latency_ms: Annotated[float, "The most that ever waited, milliseconds."]
    connected: Annotated[bool, "Whether a server takes what is sent."]
    backpressure: Annotated[bool, "Whether the network is too slow now, to any of them."]
    bytes_sent: Annotated[int, "Bytes on the wire, over all connections."]
    send_bitrate_kbps: Annotated[float, "kbit/s sent lately."]
    target_bitrate_kbps: Annotated[float, "kbit/s of video that the encoder makes now, of several the first."]
    delay_seconds: Annotated[float, "By how much the stream is delayed now."]
    delay_packets_held: Annotated[int, "Packets of both tracks that the delay holds now."]
    delay_bytes_held: Annotated[int, "Bytes of memory that those take."]
    delay_packets_skipped: Annotated[int, "Packets that nobody got because the delay became shorter."]
    delay_packets_crowded: Annotated[int, "Packets that nobody got because the delay's memory was full."]
    delay_packets_filled: Annotated[
        int, "Packets that stood in for others while the delay grew: one picture, and silence."
    ]
    delay_packets_discarded: Annotated[int, "Packets that the delay held when the stream ended; nobody got them."]
    rtmp_url: Annotated[str, "rtmp://host/app/****, of the first destination"]
    destinations: Annotated[tuple[DestinationStats, ...], "Each server that it goes to, in their order."]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayStats(SessionStats):
    """Answer of replay.getStats."""

    seconds_held: Annotated[float, "Seconds that a save of everything would give now."]
    seconds_wanted: Annotated[float, "Seconds that were asked for at initialize."]
    bytes_held: Annotated[int, "Bytes of memory that what is held takes."]
    max_bytes: Annotated[int, "The most that it may take."]
    shortened: Annotated[bool, "Whether maxBytes keeps it shorter than was asked."]
    saves: Annotated[int, "Saves that are complete."]
    saving: Annotated[int, "Saves under way."]
    bytes_saving: Annotated[int, "Bytes of memory that those take beside what is held: their disk is slow."]


Stats = RecorderStats | StreamerStats | ReplayStats


def of_recorder(stats: Stats) -> RecorderStats:
    """The same, for whoever asked a recorder. Raises TypeError."""
    if isinstance(stats, RecorderStats):
        return stats
    raise TypeError(f"these are {type(stats).__name__}")


def of_streamer(stats: Stats) -> StreamerStats:
    """The same, for whoever asked a streamer. Raises TypeError."""
    if isinstance(stats, StreamerStats):
        return stats
    raise TypeError(f"these are {type(stats).__name__}")


def of_replay(stats: Stats) -> ReplayStats:
    """The same, for whoever asked a replay. Raises TypeError."""
    if isinstance(stats, ReplayStats):
        return stats
    raise TypeError(f"these are {type(stats).__name__}")
