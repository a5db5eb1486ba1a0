"""Entry point: without arguments the JSON-RPC server on stdin and stdout, with arguments the command line for people."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engine; the process's exit code. Imports happen here and lazily: the first answer must come soon."""
    rest = list(sys.argv[1:] if arguments is None else arguments)
    if not rest:
        from ionia.app import serve  # noqa: PLC0415 - only this path needs the server

        return serve()
    from ionia.cli.main import run  # noqa: PLC0415 - only this path needs the command line

    return run(rest)


if __name__ == "__main__":
    sys.exit(main())
