"""Opens the private endpoint of the system that this is."""

import os
import sys

from ionia.platform.private_endpoint import PrivateEndpoint


def open_endpoint() -> PrivateEndpoint:
    """A new one, with a name that nobody can guess. Raises OSError."""
    if sys.platform == "win32":
        from ionia.platform.windows_pipe import WindowsPipe  # noqa: PLC0415 - no other system has it

        return WindowsPipe()
    else:  # noqa: RET505 - mypy takes only the branches of one `if` for other systems' code
        from ionia.platform.socket_folder import sockets_folder  # noqa: PLC0415 - likewise
        from ionia.platform.unix_endpoint import UnixEndpoint  # noqa: PLC0415 - likewise

        return UnixEndpoint(sockets_folder(os.environ))
