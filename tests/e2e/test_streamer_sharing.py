"""One encode for several outputs, and what a slow network does to each of them."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ionia.core.test_card.pattern import read_index
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import (
    CARD,
    check_begin,
    go_live,
    indexes_of,
    pictures_of,
    stream_stats,
    wait_connected,
)
from tests.fakes.media_check import decode_luma, file_facts
from tests.fakes.rtmp_server import MediaMessage, Publication, rtmp_server
from tests.fakes.tcp_relay import TcpRelay, tcp_relay

FAST, SLOW = 750_000, 350_000
"""Bytes per second that a link carries: enough for 5.2 Mbit/s, and about half of it."""


def through(relay: TcpRelay, key: str = "key") -> str:
    return f"rtmp://127.0.0.1:{relay.port}/live/{key}"


def until(engine: EngineProcess, session: str, wanted: Any) -> dict[str, Any]:
    return engine.wait_stats("streamer.getStats", session, lambda stats: "videoPackets" in stats and wanted(stats))


def gaps_ms(messages: Sequence[MediaMessage]) -> list[int]:
    return [after.timestamp - before.timestamp for before, after in pairwise(messages)]


def check_no_sound_is_missing(publication: Publication) -> None:
    """AAC frames of 21.33 ms one after another; a millisecond more or less by rounding and for ties."""
    assert set(gaps_ms(publication.of(8))) <= {20, 21, 22, 23}


def test_a_recording_and_two_streams_come_from_one_encode(
    engine: EngineProcess, stack: ExitStack, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    server = stack.enter_context(rtmp_server())
    engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
    engine.call("recorder.start")
    for name in ("one", "two"):
        go_live(engine, server.url(name), name)
    other = {"videoBitrate": 1_000_000}
    go_live(engine, server.url("other"), "other", **other)
    for name in ("one", "two", "other"):
        until(engine, name, lambda stats: stats["videoPackets"] >= 60)
    for name in ("one", "two", "other"):
        engine.call("streamer.stop", [name])
    engine.call("recorder.stop")
    server.wait_for(lambda: all(publication.over for publication in server.publications))
    by_key = {publication.key: publication for publication in server.publications}
    for publication in by_key.values():
        check_begin(publication.media)
        check_no_sound_is_missing(publication)
    # The same bytes, not merely the same pictures: one encode. Length prefixes and parameter sets are as sent.
    one, two = ([m.body for m in by_key[name].of(9)] for name in ("one", "two"))
    assert len(set(one) & set(two)) >= 10
    assert not set(one) & {m.body for m in by_key["other"].of(9)}
    recorded = {read_index(luma) for _, luma in decode_luma(path)}
    assert set(indexes_of(pictures_of(by_key["one"].media))) <= recorded | {None}
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))


def test_two_rates_of_one_screen_show_the_same_pictures_at_the_same_frames(
    engine: EngineProcess, stack: ExitStack, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    server = stack.enter_context(rtmp_server())
    engine.call("recorder.initialize", {"outputPath": str(path), **CARD, "fps": 15, "videoBitrate": 20_000_000})
    engine.call("recorder.start")
    go_live(engine, server.url("key"), "live", fps=15, videoBitrate=4_000_000)
    until(engine, "live", lambda stats: stats["videoPackets"] >= 60)
    engine.call("streamer.stop", ["live"])
    engine.call("recorder.stop")
    server.wait_for(lambda: all(publication.over for publication in server.publications))
    facts = file_facts(path)
    in_file = first_shown(
        (n, read_index(luma)) for n, (_, luma) in zip(facts.video.frame_indexes, decode_luma(path), strict=True)
    )
    live = pictures_of(server.publications[-1].media)
    in_stream = first_shown(
        (round(ms * 15 / 1000), index) for (ms, _), index in zip(live, indexes_of(live), strict=True)
    )
    # One capture: what both had room for stands at the same frame in both, wherever their files begin.
    both = sorted(set(in_file) & set(in_stream))[1:]  # the stream begins with a picture that was there already
    assert len(both) >= 5
    assert len({in_file[index] - in_stream[index] for index in both}) == 1


def first_shown(frames: Iterable[tuple[int, int | None]]) -> dict[int, int]:
    """The frame that first shows each picture, by the picture's own count."""
    shown: dict[int, int] = {}
    for frame, index in frames:
        if index is not None:
            shown.setdefault(index, frame)
    return shown


def test_one_destination_that_stalls_does_not_disturb_another(engine: EngineProcess, stack: ExitStack) -> None:
    server = stack.enter_context(rtmp_server())
    relay = stack.enter_context(tcp_relay(server.port))
    go_live(engine, server.url("good"), "good")
    go_live(engine, through(relay, "bad"), "bad", adaptiveBitrate=False)
    for name in ("good", "bad"):
        wait_connected(engine, name)
    relay.stall()
    engine.wait_for("streamer.connection", lambda one: one["id"] == "bad" and bool(one["reason"]))
    sent = stream_stats(engine, "good")["videoPackets"] + 30
    until(engine, "good", lambda stats: stats["videoPackets"] >= sent)
    stats = stream_stats(engine, "good")
    assert (stats["videoPacketsDropped"], stats["reconnectCount"], stats["backpressure"]) == (0, 0, False)
    (good,) = [publication for publication in server.publications if publication.key == "good"]
    check_no_sound_is_missing(good)
    relay.stall(on=False)
    wait_connected(engine, "bad", times=2)


@pytest.mark.slow
def test_a_recording_keeps_its_quality_and_the_user_is_told(
    engine: EngineProcess, stack: ExitStack, tmp_path: Path
) -> None:
    server = stack.enter_context(rtmp_server())
    relay = stack.enter_context(tcp_relay(server.port))
    engine.call("recorder.initialize", {"outputPath": str(tmp_path / "take.mp4"), **CARD})
    engine.call("recorder.start")
    relay.throttle(FAST)
    go_live(engine, through(relay), "live")
    until(engine, "live", lambda stats: stats["videoPackets"] >= 30)
    relay.throttle(SLOW)
    told = engine.wait_for("session.warning", lambda warning: warning["code"] == "bitrate_held")
    assert told["id"] == "live"
    assert stream_stats(engine, "live")["targetBitrateKbps"] == 5000
    until(engine, "live", lambda stats: stats["videoPacketsDropped"] > 0)
    # When the recording is over, the stream may have its way.
    engine.call("recorder.stop")
    until(engine, "live", lambda stats: stats["targetBitrateKbps"] < 5000)
    engine.call("streamer.stop", ["live"])
