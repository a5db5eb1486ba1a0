"""The report sums itself up in words that follow from its findings."""

from ionia.core.selftest_report import Finding, Outcome, Part, Recommendation, SelftestReport, SelftestSettings
from ionia.core.settings import EncoderChoice

BEST = Recommendation(encoder=EncoderChoice.X264, fps=30, video_bitrate=5_000_000, width=1920, height=1080)


def found(title: str, outcome: Outcome) -> Finding:
    return Finding(part=Part.SOUND, outcome=outcome, title=title, found="")


def report(*findings: Finding, cancelled: bool = False, best: Recommendation | None = None) -> SelftestReport:
    return SelftestReport(findings=findings, seconds=30.0, cancelled=cancelled, recommendation=best)


def test_all_well() -> None:
    good = report(found("Screen", Outcome.GOOD), found("Encoder h264_qsv", Outcome.ABSENT), best=BEST)
    assert good.ok
    assert good.verdict == "Ready to record 1920x1080 at 30 frames a second."


def test_reservations_and_what_was_not_tested_are_named_once() -> None:
    one = report(
        found("Microphone", Outcome.FAIR),
        found("Disk", Outcome.FAIR),
        found("Disk", Outcome.FAIR),
        found("Screen", Outcome.SKIPPED),
    )
    assert one.ok
    assert one.verdict == "Ready to record. Worth a look: microphone and disk. Not tested: screen."


def test_without_a_screen_nothing_is_promised() -> None:
    card = Finding(part=Part.CAPTURE, outcome=Outcome.SKIPPED, title="Screen", found="")
    assert report(card, best=BEST).verdict == "The engine works, as far as it could be tested. Not tested: screen."


def test_what_is_bad_comes_first() -> None:
    bad = report(found("Screen", Outcome.BAD), found("Disk", Outcome.FAIR), best=BEST)
    assert not bad.ok
    assert bad.verdict == "Not ready. To be put right first: screen."


def test_a_cancelled_test_proves_nothing() -> None:
    ended = report(found("Screen", Outcome.GOOD), cancelled=True)
    assert not ended.ok
    assert ended.verdict == "The self-test was ended before it was complete."


def test_the_stream_key_is_not_shown() -> None:
    assert "SECRET" not in repr(SelftestSettings(rtmp_url="rtmp://host/app/SECRET"))
