"""The sender process: one connection to one server, made to be killed. The engine runs this file's `main` in a
process of its own (`rtmp_sender` starts it); the address comes over stdin, never as an argument.

It ends when stdin ends, when told to close, when the connection breaks, and when its engine is gone. It does not
retry, judge or drop: that is the engine's business.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import NoReturn

import av
import av.error
import av.logging

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.stream_buffer import WINDOW_BYTES
from ionia.core.media import EncodedPacket
from ionia.core.redaction import one_line
from ionia.sinks.rtmp_failure import classify
from ionia.sinks.rtmp_lifeline import hold_on
from ionia.sinks.rtmp_output import RtmpOutput, Unsendable
from ionia.sinks.rtmp_wire import (
    VERSION,
    Close,
    Connected,
    Ended,
    FrameReader,
    FromSender,
    Message,
    Open,
    Progress,
    Ready,
    encode,
)
from ionia.sinks.socket_progress import DeliveryCount, SocketFigures, SocketProgress, buffer_bytes
from ionia.sinks.tls_proxy import NEEDED as TLS_PROXY_NEEDED
from ionia.sinks.tls_proxy import TlsProxy, TlsProxyFailed
from ionia.sinks.tls_trust import explain

REPORT_INTERVAL = 0.05
"""Seconds between looks at the socket."""

REPORT_BYTES = WINDOW_BYTES * 3 // 4
"""So much may be written without being reported at once: the engine goes on until it misses a whole window."""

_READ_SIZE = 65_536
_LOG_TAIL = 4096


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the sender on stdin and stdout until it is over, then end the process."""
    hold_on(list(sys.argv[1:] if arguments is None else arguments))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in a terminal is meant for the engine, which stops us
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - Windows only

        for descriptor in (0, 1):
            msvcrt.setmode(descriptor, os.O_BINARY)
    _Sender().run()


class _Sender:
    """Threads: main reads stdin, connects and writes, `report` watches the socket. `_lock` guards stdout and the
    counts. Nobody joins them: the process ends with `os._exit`, so that no destructor waits for the network. What
    main doesn't read while a write is blocked waits in the pipe; an engine that ends then takes us along (lifeline).
    """

    def __init__(self) -> None:
        self._log = _LibavLog()
        self._frames = FrameReader()
        self._lock = threading.Lock()
        self._count = DeliveryCount()
        self._payload = 0
        self._closing = False
        self._last: Progress | None = None
        self._unreported = 0

    def run(self) -> NoReturn:
        self._say(Ready(version=VERSION))
        messages = self._messages()
        opened = next(messages, None)
        if not isinstance(opened, Open):
            os._exit(0)
        self._live(opened, messages)

    def _live(self, opened: Open, messages: Iterator[Message]) -> NoReturn:
        url = opened.url
        connected = False
        try:
            proxy = _tls_proxy(url, opened)
            port = proxy.port if proxy else None
            output = RtmpOutput(url, opened.header, ca_file=opened.ca_file, tls_proxy_port=port)
            connected = True
            self._say(Connected())
            threading.Thread(target=self._watch_socket, args=(output.progress,), name="report", daemon=True).start()
            for message in messages:
                if isinstance(message, EncodedPacket):
                    output.write(message)
                    self._count_written(len(message.data), output.progress)
                elif isinstance(message, Close):
                    self._closing = True
                    output.close()
                    self._report(output.progress)
                    if proxy:
                        proxy.close()
                    break
        except TlsProxyFailed as failed:
            self._end(failed.code, one_line(failed.detail)[:300])
        except (av.error.FFmpegError, OSError, ValueError) as error:
            self._fail(error, url, opened.ca_file, connected=connected)
        except Unsendable as error:
            self._end(FailureCode.UNSENDABLE, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, this attempt is over, and the engine must hear so
            self._end(FailureCode.BROKEN, type(error).__name__)
        self._end(None, "")

    def _fail(self, error: Exception, url: RtmpUrl, ca_file: str, *, connected: bool) -> NoReturn:
        number = abs(getattr(error, "errno", None) or 0)
        # The tee muxer repeats what the RTMP protocol said, with all options.
        log = "\n".join(line for line in self._log.tail().splitlines() if "tee" not in line and "Slave" not in line)
        if not (connected or log or url.secure):
            log = _explanation(url)
        code = classify(number, log, secure=url.secure, connected=connected)
        if code in (FailureCode.CERTIFICATE, FailureCode.TLS) and not connected:  # libav doesn't say what is wrong
            code = explain(url.host, url.port, ca_file) or code
        # libav's own text carries the whole address; its log carries parts of it.
        self._end(code, one_line(url.scrub(f"{type(error).__name__} {number}: {log.strip()}"))[:300])

    def _end(self, code: FailureCode | None, detail: str) -> NoReturn:
        self._say(Ended(code=code, detail=detail))
        os._exit(0 if code is None else 1)

    def _say(self, message: FromSender) -> None:
        with self._lock:
            self._write(message)

    def _write(self, message: FromSender) -> None:
        """Under `_lock`."""
        data = encode(message)
        try:
            while data:
                data = data[os.write(1, data) :]
        except OSError:
            os._exit(1)  # nobody listens any more

    def _messages(self) -> Iterator[Message]:
        """What the engine says, until it lets go."""
        while data := os.read(0, _READ_SIZE):
            try:
                messages = self._frames.feed(data)
            except ValueError:
                os._exit(2)
            yield from messages

    def _watch_socket(self, progress: SocketProgress) -> None:
        never = threading.Event()
        while not never.wait(REPORT_INTERVAL):
            self._log.drain()
            if progress.exact and not (self._report(progress) or self._closing):
                # Sooner than a write would find out, and also while one is blocked or none is due.
                self._end(FailureCode.RESET, "closed by the other side")

    def _count_written(self, size: int, progress: SocketProgress) -> None:
        with self._lock:
            self._payload += size
            self._unreported += size
            self._count.add(progress.read().entered if progress.exact else self._payload)
        # Each report wakes the engine up; the watch makes one soon enough, where it can.
        if not progress.exact or self._unreported >= REPORT_BYTES:
            self._report(progress)

    def _report(self, progress: SocketProgress) -> bool:
        """Tell what has changed; whether the connection still stands, as far as that can be known."""
        with self._lock:
            figures = progress.read() if progress.exact else _unknown(self._payload)
            self._count.acknowledge(figures.arrived)
            now = Progress(
                muxed=self._count.muxed,
                delivered=self._count.delivered,
                sent_bytes=figures.entered,
                delivered_bytes=figures.arrived,
                exact=progress.exact,
                zero_window=figures.zero_window,
            )
            changed, self._last = now != self._last, now
            self._unreported = 0
            if changed:
                self._write(now)
        return figures.established


def _unknown(written: int) -> SocketFigures:
    """Where the socket says nothing: what was written counts as arrived."""
    return SocketFigures(entered=written, arrived=written, zero_window=False, established=True)


class _LibavLog:
    """The end of what libav logs. It writes to fd 2, so that is a pipe of ours that never makes anyone wait.

    Not through PyAV's callback: that wants the GIL from libav's threads and can deadlock. On Windows, where pipes
    can't be made non-blocking, nothing is caught, and failures are told from the error's number alone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tail = b""
        self._pipe: int | None = None
        if sys.platform == "win32":
            av.logging.set_level(None)
        else:
            self._pipe, write_end = os.pipe()
            os.set_blocking(self._pipe, False)
            os.set_blocking(write_end, False)
            os.dup2(write_end, 2)
            os.close(write_end)
            av.logging.restore_default_callback()
            av.logging.set_level(av.logging.ERROR)

    def drain(self) -> None:
        """Make room in the pipe. Any thread."""
        if self._pipe is None:
            return
        with self._lock:
            try:
                while data := os.read(self._pipe, _READ_SIZE):
                    self._tail = (self._tail + data)[-_LOG_TAIL:]
            except BlockingIOError:
                pass

    def tail(self) -> str:
        """The last few lines. Any thread."""
        self.drain()
        return self._tail.decode(errors="replace")


def _tls_proxy(url: RtmpUrl, opened: Open) -> TlsProxy | None:
    """Who speaks TLS, if that isn't libav. Raises TlsProxyFailed, before anything secret has left this process."""
    if not (url.secure and TLS_PROXY_NEEDED):
        return None
    return TlsProxy(url, ca_file=opened.ca_file, buffer_bytes=buffer_bytes(opened.header))


def _explanation(url: RtmpUrl) -> str:
    """Find out what libav did not say: is there such a host, does it listen?

    Only to explain a failure. Not for rtmps: there libav says it, or the TLS proxy does.
    """
    try:
        socket.create_connection((url.host, url.port), timeout=1).close()
    except socket.gaierror:
        return "failed to resolve hostname"
    except ConnectionRefusedError:
        return "connection refused"
    except OSError:
        pass
    return ""


if __name__ == "__main__":
    main()
