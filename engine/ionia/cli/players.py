"""Who can play what a command records, said before it does."""

from collections.abc import Mapping

from ionia.core.settings import CodecName

_PLAYERS: Mapping[CodecName, str] = {
    "hevc": "HEVC plays in Safari, VLC and mpv, on Windows with an extension from its store; many browsers can't.",
    "av1": "AV1 plays in Chrome, Edge, Firefox, VLC and mpv; Safari needs a Mac or iPhone of late 2023 or newer.",
}
"""Not of H.264, which plays everywhere. The window says the same (electron-shell/src/common/codecs.ts)."""


def with_players(words: str, codec: CodecName) -> str:
    """These words, and behind them who plays the codec where that isn't everybody."""
    return f"{words} {_PLAYERS.get(codec, '')}".rstrip()
