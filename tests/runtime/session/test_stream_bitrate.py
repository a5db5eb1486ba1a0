"""What a stream says when the encode doesn't follow its link."""

from types import SimpleNamespace
from typing import cast

import pytest

from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts
from ionia.runtime.encode.bitrate_desk import BitrateAnswer
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.stream_bitrate import StreamBitrate


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (BitrateAnswer.HELD, WarningCode.BITRATE_HELD, "A recording or replay keeps its quality"),
        (BitrateAnswer.FIXED, WarningCode.BITRATE_FIXED, "can't lower its bit rate"),
    ],
)
def test_a_bit_rate_that_does_not_follow_is_told_once(answer: BitrateAnswer, code: WarningCode, words: str) -> None:
    told: list[tuple[WarningCode, str]] = []

    def warn(code: WarningCode, message: str, _: WarningFacts = NO_FACTS, /) -> None:
        told.append((code, message))

    answers = iter([BitrateAnswer.FOLLOWED, answer, answer])
    feeds = SimpleNamespace(vote_bitrate=lambda *_: next(answers))
    voice = StreamBitrate(cast("SessionFeeds", feeds), warn)
    voice.ask(3_000_000)
    assert not told
    voice.ask(2_000_000)
    voice.ask(1_000_000)
    assert [one for one, _ in told] == [code]
    assert words in told[0][1]
