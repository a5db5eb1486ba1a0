"""The engine's side of a sender process: start it, hand it packets, hear of its progress, end it at any moment.

Nothing here waits for the network or for the sender, except `close` and `wait`, which say how long. What to send and
when to try again is decided in `core.live`.
"""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.sinks.rtmp_lifeline import Lifeline
from ionia.sinks.rtmp_wire import (
    SUBCOMMAND,
    VERSION,
    Close,
    Connected,
    Ended,
    FrameReader,
    Open,
    Progress,
    Ready,
    ToSender,
    encode,
)
from ionia.sinks.tls_trust import default_ca_file

SenderEvent = Connected | Progress | Ended
SenderListener = Callable[[SenderEvent], None]
"""Called from a thread of the sender; must return at once and never raise. `Ended` comes exactly once and last."""

CLOSE_TIMEOUT = 0.7
"""Seconds that a server gets to hear the goodbye."""

_MOST_PENDING = 16 * 1024 * 1024
"""Bytes waiting for the pipe at which something is badly wrong: the buffer's window allows a fraction of this."""


class RtmpSender:
    """One sender process: one attempt, one connection, then gone.

    Any thread may call any method. Two threads of its own: one writes the pipe, one reads the other pipe until the
    process is gone; both end with the process, which `kill` guarantees. `start_sender` makes one.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", lifeline: Lifeline) -> None:
        """Owns both from now on. `begin` comes next."""
        self._wake = threading.Condition()
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._over = False
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._listener: SenderListener | None = None
        self._early_end: Ended | None = None
        self._lifeline = lifeline
        self._process = process
        self._threads = [
            threading.Thread(target=self._pump, name="rtmp-pump", daemon=True),
            threading.Thread(target=self._hear, name="rtmp-progress", daemon=True),
        ]

    def begin(self) -> None:
        """Start its threads. Raises OSError, leaving nothing behind, when the system can't."""
        try:
            self._lifeline.attach(self._process)
            for thread in self._threads:
                thread.start()
        except (OSError, RuntimeError) as error:  # Python says RuntimeError where there is no thread to be had
            self._undo()
            raise OSError(errno.EAGAIN, "no thread for a sender") from error

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process can still be used or is still at work."""
        return not self._ended.is_set()

    def wait_warm(self, timeout: float) -> bool:
        """Wait until its libraries are loaded, so that connecting begins at once, or it has ended; False if neither
        came."""
        return self._ready.wait(timeout)

    def connect(self, url: RtmpUrl, header: MediaHeader, listener: SenderListener, *, ca_file: str = "") -> None:
        """Begin the connection; call once. `ca_file`: certificates to trust for rtmps, empty for the system's."""
        with self._wake:
            self._listener = listener
            early = self._early_end
        if early is not None:
            listener(early)
            return
        self._put(Open(url=url, header=header, ca_file=ca_file or default_ca_file()))

    def send(self, packets: Sequence[EncodedPacket]) -> None:
        """Hand packets over, in DTS order; returns at once. Ignored when the sender is over."""
        self._put(*packets)

    def close(self, timeout: float = CLOSE_TIMEOUT) -> bool:
        """Let it say goodbye to the server; kill it after `timeout` seconds. Whether it could finish."""
        self._put(Close())
        finished = self._ended.wait(timeout)
        self.kill()
        return finished

    def kill(self) -> None:
        """End the process at once. Idempotent; the listener still hears `Ended`."""
        if not self._ended.is_set():
            self._process.kill()

    def wait(self, timeout: float) -> bool:
        """Wait until the process and its threads are gone; whether they are. Not from the listener."""
        for thread in self._threads:
            thread.join(timeout)
        return not any(thread.is_alive() for thread in self._threads)

    def _undo(self) -> None:
        """Leave nothing of a sender that began in part; what hears its end is the last to be started, so wasn't."""
        self._process.kill()
        self._process.wait()
        self._lifeline.close()
        assert self._process.stdin is not None  # noqa: S101 - asked for in `_start`
        assert self._process.stdout is not None  # noqa: S101 - likewise
        self._process.stdout.close()
        self._finish(Ended(code=FailureCode.NO_ROOM))
        if self._threads[0].ident is None:  # else it closes the pipe that it writes
            self._process.stdin.close()

    def _put(self, *messages: ToSender) -> None:
        data = b"".join(encode(message) for message in messages)
        with self._wake:
            if self._over:
                return
            self._pending.append(data)
            self._pending_bytes += len(data)
            flooded = self._pending_bytes > _MOST_PENDING
            self._wake.notify()
        if flooded:
            self.kill()

    def _pump(self) -> None:
        """Blocks on the condition (woken by `_put` and the end) and on the pipe (woken by the process's end)."""
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - asked for in `_start`
        try:
            while True:
                with self._wake:
                    while not (self._pending or self._over):
                        self._wake.wait()
                    if self._over:
                        return
                    view = memoryview(b"".join(self._pending))
                    self._pending.clear()
                    self._pending_bytes = 0
                while view:
                    view = view[os.write(pipe.fileno(), view) :]
        except OSError:  # the process is gone; `_hear` tells
            return
        finally:
            pipe.close()

    def _hear(self) -> None:
        """Blocks on the process's output, woken by its end."""
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - asked for in `_start`
        frames = FrameReader()
        last: Ended | None = None
        with pipe:
            try:
                while last is None and (data := os.read(pipe.fileno(), 65_536)):
                    for message in frames.feed(data):
                        if isinstance(message, Ended):
                            last = message
                        else:
                            self._note(message)
            except ValueError:  # not our protocol: whatever that is, it is no sender of ours
                last = Ended(code=FailureCode.BROKEN, detail="the sender speaks another protocol")
            self._process.kill()
        self._process.wait()
        self._lifeline.close()
        self._finish(last or Ended(code=FailureCode.BROKEN, detail=f"exit code {self._process.returncode}"))

    def _note(self, message: object) -> None:
        match message:
            case Ready(version=version):
                if version != VERSION:
                    raise ValueError("another version")
                self._ready.set()
            case Connected() | Progress():
                if self._listener is not None:
                    self._listener(message)
            case _:
                raise ValueError("a message that senders don't send")

    def _finish(self, last: Ended) -> None:
        with self._wake:
            self._over = True
            self._pending.clear()
            self._pending_bytes = 0
            self._early_end = last
            listener = self._listener
            self._wake.notify_all()
        self._ended.set()
        self._ready.set()
        if listener is not None:
            listener(last)


def start_sender() -> RtmpSender:
    """Start a process that warms up on its own. Raises OSError, leaving nothing behind, if the system can't."""
    lifeline = Lifeline()
    try:
        process = _start(lifeline)
    except BaseException:
        lifeline.close()
        raise
    sender = RtmpSender(process, lifeline)
    sender.begin()
    return sender


class SparePool:
    """Keeps one warm sender ready, so that a reconnect begins at once. One owner."""

    def __init__(self, make: Callable[[], RtmpSender] = start_sender) -> None:
        self._make = make
        self._spare: RtmpSender | None = None

    def prepare(self) -> None:
        """Start a spare if there is none; returns at once. Raises OSError if the system can't."""
        if self._spare is not None and not self._spare.alive:
            self._spare = None
        if self._spare is None:
            self._spare = self._make()

    def take(self) -> RtmpSender:
        """The spare, or a cold one. Call `prepare` again afterwards."""
        self.prepare()
        spare, self._spare = self._spare, None
        assert spare is not None  # noqa: S101 - prepared above
        return spare

    def close(self) -> None:
        """End the spare."""
        if self._spare is not None:
            self._spare.kill()
            self._spare.wait(5)
            self._spare = None


def _start(lifeline: Lifeline) -> "subprocess.Popen[bytes]":
    """A frozen engine is its own sender; otherwise the interpreter runs the module. No secret among the arguments."""
    if getattr(sys, "frozen", False):
        command = [sys.executable, SUBCOMMAND]
    else:
        command = [sys.executable, "-P", "-m", "ionia.sinks.rtmp_process"]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(
        [*command, *lifeline.arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        close_fds=True,
        pass_fds=lifeline.inherited_fds,
        creationflags=flags,
    )
