"""Several destinations' figures as those of one stream."""

from collections.abc import Sequence

from ionia.core.live.link import LiveFigures


def joined(all_figures: Sequence[LiveFigures], gone: LiveFigures | None = None) -> LiveFigures:
    """What is counted is summed, what waits is the worst of it, and one that is connected is enough to be connected.

    `gone` is this function's answer for destinations that are no more: only what they counted, and the most that ever
    waited, goes on. At least one of both is needed.
    """
    counted = [*all_figures, gone] if gone else list(all_figures)
    return LiveFigures(
        connected=any(one.connected for one in all_figures),
        backpressure=any(one.backpressure for one in all_figures),
        reconnects=sum(one.reconnects for one in counted),
        latency_ns=max((one.latency_ns for one in all_figures), default=0),
        max_latency_ns=max(one.max_latency_ns for one in counted),
        video_packets=sum(one.video_packets for one in counted),
        audio_packets=sum(one.audio_packets for one in counted),
        video_dropped=sum(one.video_dropped for one in counted),
        video_unsent=sum(one.video_unsent for one in counted),
        bytes_sent=sum(one.bytes_sent for one in counted),
        send_bitrate=sum(one.send_bitrate for one in all_figures),
        target_bitrate=max(one.target_bitrate for one in counted),
    )
