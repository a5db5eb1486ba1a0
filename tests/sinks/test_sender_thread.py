"""sender_thread: what waits for an attempt, and how much of it an attempt takes."""

from ionia.core.media import VIDEO, EncodedPacket
from ionia.sinks.sender_thread import SenderThread


class Sender(SenderThread):
    """Only holds."""

    def leave(self) -> None:
        self._closing = True

    def hold(self, *sizes: int) -> bool:
        """Packets of these sizes."""
        return self._hold([_picture(size) for size in sizes])


def _picture(size: int) -> EncodedPacket:
    return EncodedPacket(track=VIDEO, pts=0, dts=0, duration=1, keyframe=False, data=bytes(size))


def taken(sender: Sender, least_bytes: int) -> list[int]:
    return [len(packet.data) for packet in sender.take_some(least_bytes)]


def test_all_that_waits_or_as_many_packets_as_have_so_many_bytes() -> None:
    sender = Sender()
    assert taken(sender, 100) == []
    assert sender.hold(60, 50, 40, 30)
    assert taken(sender, 100) == [60, 50]
    assert sender.hold(20)
    sender.leave()
    assert not sender.closing
    assert taken(sender, 90) == [40, 30, 20]
    assert sender.closing
    assert taken(sender, 90) == []


def test_more_than_can_be_right_is_told() -> None:
    sender = Sender()
    assert sender.hold(9 << 20)
    assert not sender.hold(8 << 20)
    assert taken(sender, 1) == [9 << 20]
    assert sender.hold(1)
