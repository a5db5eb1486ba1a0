"""The lines of a sidecar, literally."""

import json
from dataclasses import replace

from ionia.core.codec.codec import NO_PICTURE
from ionia.core.events import MarkSet
from ionia.core.mp4.tags import FileTags
from ionia.core.take_notes import end_line, mark_line, moment_line, split_line, start_line, warning_line
from tests.core.mp4.test_boxes import HEADER
from tests.fakes.stats import recorder_stats

VIDEO = replace(HEADER.video, width=64, height=32)


def test_every_line_is_one_object_with_its_type() -> None:
    tags = FileTags(start_utc_ns=10**9, utc_error_ns=2_500_000, metadata=(("title", "Ü"),))
    mark = MarkSet(index=3, file_seconds=1.5, utc="1970-01-01T00:00:02.500Z", path="a.mp4")
    lines = [
        start_line(path="a.mp4", part=0, tags=tags, video=VIDEO),
        moment_line("pause", file_seconds=1 / 3, utc_ns=2 * 10**9),
        mark_line(mark, "two\nlines \ud800", {"any": [None, 1.5]}),
        warning_line(code="disk_low", message="Soon full.", file_seconds=2, utc_ns=3 * 10**9),
        split_line(seconds=4, after="a-2.mp4"),
        end_line("It was asked to stop.", recorder_stats(video_frames_lagged=2)),
    ]
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines)
    assert [json.loads(line) for line in lines] == [
        {
            "type": "start",
            "path": "a.mp4",
            "part": 0,
            "startUtc": "1970-01-01T00:00:01.000Z",
            "utcErrorMs": 2.5,
            "metadata": {"title": "Ü"},
            "width": 64,
            "height": 32,
            "fps": 30,
        },
        {"type": "pause", "fileSeconds": 0.333333, "utc": "1970-01-01T00:00:02.000Z"},
        {
            "type": "mark",
            "index": 3,
            "label": "two\nlines ?",
            "data": {"any": [None, 1.5]},
            "fileSeconds": 1.5,
            "utc": "1970-01-01T00:00:02.500Z",
        },
        {
            "type": "warning",
            "code": "disk_low",
            "message": "Soon full.",
            "fileSeconds": 2,
            "utc": "1970-01-01T00:00:03.000Z",
        },
        {"type": "end", "reason": "split", "durationSeconds": 4, "next": "a-2.mp4"},
        {
            "type": "end",
            "reason": "It was asked to stop.",
            "durationSeconds": 1.5,
            "videoFramesCaptured": 45,
            "videoFramesLagged": 2,
            "videoFramesMissed": 0,
            "videoFramesSkipped": 0,
            "audioSilenceSamples": 0,
            "audioSamplesLost": 0,
        },
    ]


def test_sound_alone_has_no_size() -> None:
    mute = replace(VIDEO, codec=NO_PICTURE, extradata=b"")
    line = json.loads(start_line(path="a.m4a", part=0, tags=FileTags(), video=mute))
    assert ({"width", "height"} & line.keys(), line["fps"]) == (set(), 30)
