#!/usr/bin/env python3
"""What some processes of the rig play, or all but them, as PulseAudio has it: for shims/mmdevapi.c, which starts this.

    process-loopback PORT

It connects to that port of 127.0.0.1, is told "include 12 34" or "exclude 12 34" (process ids of Linux', again whenever
they change) and sends a packet for each 10 ms: when it was sent and when its first frame was played (nanoseconds of the
monotonic clock), whether it is silent, and 480 frames of stereo float at 48 kHz. It ends with the connection.

Each stream is heard by a parec of its own (--monitor-stream). A stream's frames follow each other without a gap while
it plays; where they are is told by their arrivals, the earliest being the truest. A packet waits for all that play.
"""

import array
import contextlib
import json
import os
import selectors
import socket
import struct
import subprocess
import sys
import time

RATE = 48_000
FRAMES = 480
FRAME_BYTES = 8
DELAY_NS = 10_000_000
IDLE_NS = 150_000_000  # a stream that gave nothing for so long has paused
SETTLE_NS = 40_000_000  # of its first arrivals the earliest is taken
LEAST_ERROR = RATE // 50  # afterwards it is moved for no less
NS_PER_S = 1_000_000_000
FORMAT = ["--raw", "--format=float32le", f"--rate={RATE}", "--channels=2", "--latency-msec=10"]


def frames_at(ns):
    return ns * RATE // NS_PER_S


class Stream:
    """What one playback stream has played and nobody has taken yet."""

    def __init__(self, index):
        self.parec = subprocess.Popen(
            ["parec", *FORMAT, f"--monitor-stream={index}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self.data = bytearray()
        self.rest = b""
        self.start = 0
        self.arrived_ns = self.begun_ns = 0

    @property
    def end(self):
        return self.start + len(self.data) // FRAME_BYTES

    def waits_for(self, position, now_ns):
        """Whether what it plays up to there is yet to come."""
        settled = now_ns - self.begun_ns > SETTLE_NS
        return (self.end < position or not settled) and now_ns - self.arrived_ns < IDLE_NS

    def add(self, data):
        data = self.rest + data
        self.rest = data[len(data) // FRAME_BYTES * FRAME_BYTES :]
        data = data[: len(data) - len(self.rest)]
        now_ns = time.monotonic_ns()
        begins = frames_at(now_ns) - len(data) // FRAME_BYTES
        paused, self.arrived_ns = now_ns - self.arrived_ns > IDLE_NS, now_ns
        if paused:
            self.begun_ns = now_ns
            if not self.data:
                self.start = begins
            elif begins > self.end:
                self.data += bytes((begins - self.end) * FRAME_BYTES)
        settled = now_ns - self.begun_ns > SETTLE_NS
        self.start -= max(0, self.end - begins) if not settled or self.end - begins > LEAST_ERROR else 0
        self.data += data

    def take(self, start):
        """The frames from `start` on, zeros where there are none."""
        early = min(start - self.start, len(self.data) // FRAME_BYTES)
        if early > 0:
            del self.data[: early * FRAME_BYTES]
            self.start += early
        lead = min(max(self.start - start, 0), FRAMES) if self.data else FRAMES
        there = bytes(self.data[: (FRAMES - lead) * FRAME_BYTES])
        del self.data[: len(there)]
        self.start += len(there) // FRAME_BYTES
        return (bytes(lead * FRAME_BYTES) + there).ljust(FRAMES * FRAME_BYTES, b"\0")


class Helper:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.events = subprocess.Popen(["pactl", "subscribe"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.socket, selectors.EVENT_READ, self.hear)
        self.selector.register(self.events.stdout, selectors.EVENT_READ, self.look_after)
        self.told = b""
        self.exclude = False
        self.processes = None
        self.streams = {}

    def run(self):
        position = frames_at(time.monotonic_ns())
        while True:
            end = position + FRAMES
            now_ns, due_ns = time.monotonic_ns(), end * NS_PER_S // RATE + DELAY_NS
            waiting = any(stream.waits_for(end, now_ns) for stream in self.streams.values())
            if now_ns >= due_ns and not waiting:
                self.send(position)
                position = end
                continue
            pause_ns = max(due_ns - now_ns, DELAY_NS if waiting else 0)
            for key, _ in self.selector.select(pause_ns / NS_PER_S):
                key.data(key.fileobj)

    def send(self, position):
        parts = [stream.take(position) for stream in self.streams.values()]
        parts = [part for part in parts if part.strip(b"\0")]
        total = array.array("f", parts[0] if parts else bytes(FRAMES * FRAME_BYTES))
        for part in parts[1:]:
            total = array.array("f", map(float.__add__, total, array.array("f", part)))
        start_ns = position * NS_PER_S // RATE
        header = struct.pack("<qqII", time.monotonic_ns(), start_ns, not parts, 0)
        self.socket.sendall(header + total.tobytes())

    def hear(self, connection):
        data = connection.recv(4096)
        if not data:
            raise EOFError
        *lines, self.told = (self.told + data).split(b"\n")
        for line in lines:
            mode, *processes = line.decode().split()
            self.exclude, self.processes = mode == "exclude", set(processes)
        if lines:
            self.look()

    def look_after(self, output):
        event = os.read(output.fileno(), 65536)
        if not event:
            raise EOFError
        if b"'new' on sink-input" in event or b"'remove' on sink-input" in event:
            self.look()

    def look(self):
        if self.processes is None:
            return
        found = json.loads(subprocess.check_output(["pactl", "-f", "json", "list", "sink-inputs"]))
        wanted = {
            one["index"]
            for one in found
            if (one["properties"].get("application.process.id") in self.processes) is not self.exclude
        }
        for index in self.streams.keys() - wanted:
            self.end(index)
        for index in wanted - self.streams.keys():
            self.streams[index] = stream = Stream(index)
            self.selector.register(stream.parec.stdout, selectors.EVENT_READ, self.arrived(index))

    def arrived(self, index):
        def read(output):
            if index not in self.streams:  # it ended while others were read
                return
            if data := os.read(output.fileno(), 1 << 20):
                self.streams[index].add(data)
            else:
                self.end(index)

        return read

    def end(self, index):
        stream = self.streams.pop(index)
        self.selector.unregister(stream.parec.stdout)
        stop(stream.parec)

    def close(self):
        for child in [self.events, *(stream.parec for stream in self.streams.values())]:
            stop(child)


def stop(child):
    child.stdout.close()
    child.terminate()
    child.wait()


def main():
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.closerange(3, 4096)  # Wine's own: it would take us for the process that started us
    with contextlib.suppress(OSError):
        os.nice(-11)  # as PulseAudio; who only hands sound on comes before who makes it
    helper = Helper(int(sys.argv[1]))
    try:
        with contextlib.suppress(EOFError, ConnectionError):
            helper.run()
    finally:
        helper.close()


main()
