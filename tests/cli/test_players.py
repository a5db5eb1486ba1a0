"""Who records what not everybody can play learns it before the take."""

from typing import get_args

from ionia.cli.players import with_players
from ionia.core.settings import CodecName


def test_each_codec_but_h264_says_who_plays_it() -> None:
    said = {codec: with_players("Recording.", codec) for codec in get_args(CodecName)}
    assert said.pop("h264") == "Recording."
    assert len(said) == 2
    assert all(words.startswith("Recording. ") and " plays in " in words for words in said.values())
