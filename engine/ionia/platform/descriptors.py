"""Waiting for a file descriptor, whatever its number.

Never by `select`: it can't take a descriptor above 1023, and a parent may hand down more than that. Windows waits for
sockets only, so there nothing can be asked of a pipe.
"""

import sys

if sys.platform == "win32":

    def wait_writable(fd: int, timeout: float | None = None) -> bool:
        """True: nothing can be asked, so the write itself must tell."""
        del fd, timeout
        return True

else:
    import select

    def wait_writable(fd: int, timeout: float | None = None) -> bool:
        """Wait until a write to `fd` takes something or fails at once; False after `timeout` seconds."""
        poller = select.poll()
        poller.register(fd, select.POLLOUT)
        return bool(poller.poll(None if timeout is None else timeout * 1000))
