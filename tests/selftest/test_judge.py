"""The self-test's figures are judged by named limits and told in words that a person understands."""

import pytest

from ionia.core.selftest_report import Outcome
from ionia.core.settings import EncoderChoice
from ionia.selftest.judge import (
    EncoderSpeed,
    best_rate,
    black_screen,
    judge_capture,
    judge_disk,
    judge_encoder,
    judge_encoders,
    judge_gpu,
    judge_network,
    judge_recording,
    judge_whip,
    recommend,
)
from tests.fakes.stats import recorder_stats

SIZE = (1920, 1080)


def x264(**speeds: float) -> EncoderSpeed:
    return EncoderSpeed(
        name="libx264", choice=EncoderChoice.X264, speeds={int(fps[1:]): speed for fps, speed in speeds.items()}
    )


NVENC = EncoderSpeed(name="h264_nvenc", choice=EncoderChoice.NVENC, speeds={60: 300.0})


@pytest.mark.parametrize(
    ("speed", "words", "outcome"),
    [
        (x264(f60=80.0), "60 fps and 30 fps hold", Outcome.GOOD),
        (x264(f60=50.0), "30 fps hold, 60 fps don't", Outcome.GOOD),
        (x264(f60=30.0, f30=39.0), "30 fps hold, 60 fps don't", Outcome.GOOD),
        (x264(f60=30.0, f30=38.0), "too slow", Outcome.FAIR),
    ],
)
def test_an_encoder_needs_headroom(speed: EncoderSpeed, words: str, outcome: Outcome) -> None:
    finding = judge_encoder(speed, *SIZE)
    assert words in finding.found
    assert finding.outcome is outcome


def test_encoders_are_judged_together() -> None:
    assert judge_encoders([x264(f60=20.0, f30=25.0), NVENC]) is None
    slow = judge_encoders([x264(f60=20.0, f30=32.0)])
    assert slow is not None
    assert (slow.outcome, "24 are held" in slow.found) == (Outcome.FAIR, True)
    for speeds, words in (([x264(f60=3.0, f30=4.0)], "fast enough"), ([], "none opens")):
        none = judge_encoders(speeds)
        assert none is not None
        assert (none.outcome, words in none.found) == (Outcome.BAD, True)
    assert x264().fastest == 0.0


def test_the_best_is_the_first_that_holds_the_highest_rate() -> None:
    assert best_rate([x264(f60=50.0), NVENC]) == (NVENC, 60)
    assert best_rate([NVENC, x264(f60=80.0)]) == (NVENC, 60)


def test_settings_are_recommended_that_hold() -> None:
    best = recommend([x264(f60=50.0)], *SIZE, delivered_fps=60.0, network_bps=None)
    assert best is not None
    assert (best.encoder, best.fps, best.video_bitrate) == (EncoderChoice.X264, 30, 5_000_000)
    fast = recommend([NVENC], *SIZE, delivered_fps=59.0, network_bps=None)
    assert fast is not None
    assert (fast.fps, fast.video_bitrate) == (60, 7_500_000)
    stuttering = recommend([NVENC], *SIZE, delivered_fps=40.0, network_bps=3_140_000)
    assert stuttering is not None
    assert (stuttering.fps, stuttering.video_bitrate) == (30, 3_100_000)
    unknown = recommend([NVENC], *SIZE, delivered_fps=None, network_bps=100_000.0)
    assert unknown is not None
    assert (unknown.fps, unknown.video_bitrate) == (60, 500_000)
    assert recommend([], *SIZE, delivered_fps=60.0, network_bps=None) is None


@pytest.mark.parametrize(
    ("delivered", "pointer", "outcome", "words"),
    [
        (59.0, True, Outcome.GOOD, "mouse pointer in the picture"),
        (50.0, False, Outcome.FAIR, "no mouse pointer"),
        (30.0, None, Outcome.FAIR, "30 of 60 pictures a second"),
        (20.0, None, Outcome.BAD, "20 of 60"),
    ],
)
def test_pictures_that_do_not_come_are_told(
    delivered: float, pointer: bool | None, outcome: Outcome, words: str
) -> None:
    finding = judge_capture(size=SIZE, backend="x11grab", delivered=delivered, asked=60.0, grab_ms=3.0, pointer=pointer)
    assert finding.outcome is outcome
    assert words in finding.found
    assert bool(finding.advice) == (outcome is not Outcome.GOOD)


def test_a_black_screen_names_the_usual_cause() -> None:
    proven = black_screen(SIZE, "dxcam-dxgi", window_shown=True)
    assert (proven.outcome, "GPU" in proven.advice) == (Outcome.BAD, True)
    assert black_screen(SIZE, "dxcam-dxgi", window_shown=False).outcome is Outcome.FAIR


@pytest.mark.parametrize(
    ("frames", "lagged", "skipped", "outcome", "words"),
    [
        (300, 0, 0, Outcome.GOOD, "all 300 frames"),
        (300, 1, 0, Outcome.GOOD, "1 of 300"),
        (300, 4, 2, Outcome.FAIR, "machine was busy"),
        (300, 2, 20, Outcome.BAD, "encoder had no room"),
        (0, 0, 0, Outcome.BAD, "all 0 frames"),
    ],
)
def test_frames_that_were_lost_are_told_with_their_cause(
    frames: int, lagged: int, skipped: int, outcome: Outcome, words: str
) -> None:
    stats = recorder_stats(video_frames_captured=frames, video_frames_lagged=lagged, video_frames_skipped=skipped)
    finding = judge_recording(stats)
    assert finding.outcome is outcome
    assert words in f"{finding.found} {finding.advice}"


@pytest.mark.parametrize(
    ("rate", "minutes", "outcome", "words"),
    [
        (100e6, 600, Outcome.GOOD, "room for 10 hours"),
        (3e6, 600, Outcome.FAIR, "slow"),
        (1e6, 600, Outcome.BAD, "slow"),
        (100e6, 29, Outcome.FAIR, "room for 29 minutes"),
        (100e6, 4, Outcome.BAD, "Free some space"),
        (1e6, 29, Outcome.BAD, "Free some space"),
    ],
)
def test_a_disk_must_be_fast_and_have_room(rate: float, minutes: int, outcome: Outcome, words: str) -> None:
    finding = judge_disk(
        folder="/here", bytes_per_second=rate, free_bytes=minutes * 60_000_000, needed_bytes_per_second=1e6
    )
    assert finding.outcome is outcome
    assert words in f"{finding.found} {finding.advice}"


@pytest.mark.parametrize(
    ("sustained", "dropped", "reconnects", "outcome", "allowed"),
    [
        (7.2e6, 0, 0, Outcome.GOOD, 5_000_000),
        (7.2e6, 3, 0, Outcome.GOOD, 5_000_000),
        (5.0e6, 0, 0, Outcome.FAIR, 3_500_000),
        (7.2e6, 0, 2, Outcome.FAIR, 5_000_000),
        (0.6e6, 90, 0, Outcome.BAD, 400_000),
    ],
)
def test_a_stream_gets_seventy_percent_of_the_link(
    sustained: float, dropped: int, reconnects: int, outcome: Outcome, allowed: float
) -> None:
    finding, recommended = judge_network(
        server="rtmp://host/app/****",
        asked_bps=7.3e6,
        sustained_bps=sustained,
        dropped=dropped,
        reconnects=reconnects,
        wanted_bps=5e6,
    )
    assert (finding.outcome, recommended) == (outcome, allowed)
    assert ("70 %" in finding.advice) == (allowed < 5e6)
    assert ("broke" in finding.found) == bool(reconnects)


@pytest.mark.parametrize(
    ("reconnects", "lowered", "outcome"), [(0, False, Outcome.GOOD), (1, False, Outcome.FAIR), (0, True, Outcome.FAIR)]
)
def test_by_whip_it_is_said_what_is_not_measured(reconnects: int, lowered: bool, outcome: Outcome) -> None:
    finding = judge_whip("whip://host/****", 1.26e6, reconnects=reconnects, lowered=lowered)
    assert finding.outcome is outcome
    assert finding.found.startswith("whip://host/**** took 1.3 Mbit/s by WHIP")
    assert "isn't measured" in finding.found
    assert bool(finding.advice) is (outcome is Outcome.FAIR)


def test_what_the_cards_trial_came_to_is_told_with_its_figures() -> None:
    assert judge_gpu(right=False, figures="") == []  # no such card
    (right,), (wrong,) = judge_gpu(right=True, figures="luma PSNR 45.0 dB"), judge_gpu(right=False, figures="no room")
    assert (right.outcome, right.found, right.figures) == (Outcome.GOOD, "luma PSNR 45.0 dB", {"readback": False})
    assert (wrong.outcome, wrong.found, wrong.figures) == (
        Outcome.FAIR, "they are read back: no room", {"readback": True},
    )  # fmt: skip
