"""A sender to any server: the one that speaks what the address asks for."""

from collections.abc import Sequence

from ionia.core.live.live_url import LiveUrl
from ionia.core.live.sender_events import SenderListener
from ionia.core.live.whip_url import WhipUrl
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.sinks.look_ups import LookUps
from ionia.sinks.rtmp_publisher import RtmpPublisher
from ionia.sinks.whip_publisher import WhipPublisher


class Publisher:
    """One attempt, as `RtmpPublisher` and `WhipPublisher` are. Any thread, once `connect` was called."""

    def __init__(self, look_ups: LookUps | None = None) -> None:
        """`look_ups`: those of all attempts by RTMP."""
        self._sender: RtmpPublisher | WhipPublisher = RtmpPublisher(look_ups=look_ups)

    def connect(self, url: LiveUrl, header: MediaHeader, listener: SenderListener, *, ca_file: str = "") -> None:
        """Begin the connection; call once."""
        if isinstance(url, WhipUrl):
            self._sender = whip = WhipPublisher()
            whip.connect(url, header, listener, ca_file=ca_file)
        elif isinstance(self._sender, RtmpPublisher):
            self._sender.connect(url, header, listener, ca_file=ca_file)

    def send(self, packets: Sequence[EncodedPacket]) -> None:
        """Hand packets over, in DTS order."""
        self._sender.send(packets)

    def leave(self) -> None:
        """Let it say goodbye and end."""
        self._sender.leave()

    def close(self, timeout: float) -> bool:
        """`leave`, and end it after `timeout` seconds. Whether it could finish."""
        return self._sender.close(timeout)

    def kill(self) -> None:
        """End it at once."""
        self._sender.kill()
