"""Packets fan out here: put in order once, cut to each subscriber's window, handed over without ever waiting."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from ionia.core.media import EncodedPacket, TrackId
from ionia.core.timeline.packet_order import PacketInterleaver, PacketWindow

Publish = Callable[[Sequence[EncodedPacket]], None]
"""How an encoder's thread hands over the next packets of its track."""


class Subscriber(Protocol):
    """Takes packets on an encoder's thread: must only queue them. Nothing here may wait or raise."""

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """Packets in DTS order, beginning with a keyframe (preceded by the audio it needs)."""
        ...

    def complete(self) -> None:
        """Nothing more will come. Called once."""
        ...


class Subscription:
    """One subscriber's window. Created by `PacketBus.subscribe`; all state protected by the bus's lock."""

    def __init__(self, subscriber: Subscriber, window: PacketWindow) -> None:
        self.subscriber = subscriber
        self.window = window


class PacketBus:
    """Any thread. One lock; it is held only to sort packets and to queue them, never across libav or I/O."""

    def __init__(self, *, fps: int, tracks: Sequence[TrackId], request_keyframe: Callable[[], None]) -> None:
        self._fps = fps
        self._request_keyframe = request_keyframe
        self._lock = threading.Lock()
        self._interleaver = PacketInterleaver(fps=fps, tracks=tracks)  # protected by _lock
        self._subscriptions: list[Subscription] = []  # protected by _lock
        self._keyframe_listeners: list[Callable[[EncodedPacket], None]] = []  # protected by _lock
        self._closed = False  # protected by _lock

    @property
    def subscriptions(self) -> int:
        """How many subscribers there are."""
        return len(self._subscriptions)

    def subscribe(self, subscriber: Subscriber) -> Subscription:
        """Packets from the next keyframe on, which is requested now."""
        subscription = Subscription(subscriber, PacketWindow(fps=self._fps))
        with self._lock:
            closed = self._closed
            if not closed:
                self._subscriptions.append(subscription)
        if closed:
            subscriber.complete()
        else:
            self._request_keyframe()
        return subscription

    def end_at(self, subscription: Subscription, frame_index: int) -> None:
        """Complete the subscription once everything before frame `frame_index` was delivered."""
        with self._lock:
            subscription.window.end_at(frame_index)

    def leave(self, subscription: Subscription) -> None:
        """Complete the subscription now, with all there is: sound does not wait for the other track. Idempotent."""
        with self._lock:
            present = subscription in self._subscriptions
            if present:
                self._subscriptions.remove(subscription)
                cut = subscription.window.take(self._interleaver.waiting())
                if cut.packets:
                    subscription.subscriber.deliver(cut.packets)
        if present:
            subscription.subscriber.complete()

    def listen_keyframes(self, listener: Callable[[EncodedPacket], None]) -> None:
        """Tell of each video keyframe as it is encoded, before it is put in order. The listener must only queue."""
        with self._lock:
            self._keyframe_listeners.append(listener)

    def unlisten_keyframes(self, listener: Callable[[EncodedPacket], None]) -> None:
        """Tell no more. Idempotent."""
        with self._lock:
            if listener in self._keyframe_listeners:
                self._keyframe_listeners.remove(listener)

    def publish(self, packets: Sequence[EncodedPacket]) -> None:
        """From an encoder's thread: the next packets of its track."""
        with self._lock:
            for packet in packets:
                if packet.track.is_video and packet.keyframe:
                    for listener in self._keyframe_listeners:
                        listener(packet)
            ordered = [ready for packet in packets for ready in self._interleaver.push(packet)]
            if ordered:
                self._distribute(ordered)

    def close(self) -> None:
        """Deliver what is left and complete every subscription. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._distribute(self._interleaver.flush())
            for subscription in self._subscriptions:
                subscription.subscriber.complete()
            self._subscriptions.clear()

    def _distribute(self, ordered: list[EncodedPacket]) -> None:
        for subscription in tuple(self._subscriptions):
            cut = subscription.window.take(ordered)
            if cut.packets:
                subscription.subscriber.deliver(cut.packets)
            if cut.done:
                self._subscriptions.remove(subscription)
                subscription.subscriber.complete()
