"""Cuts a part out of a file: at a keyframe without decoding anything, or at any picture by encoding a second anew."""

from collections.abc import Iterator
from fractions import Fraction

from ionia.core.codec.avc_sets import AvcConfiguration
from ionia.core.events import JobResult
from ionia.core.media_request import ClipRequest
from ionia.core.mp4.assembly import PlacedTrack, assembled
from ionia.core.mp4.cutting import (
    Cut,
    Head,
    Window,
    common_timescale,
    cut,
    head_for,
    headed,
    joints,
    picture_at,
    window_from,
)
from ionia.core.mp4.movie import MovieTrack
from ionia.core.mp4.rewriting import NewTrack
from ionia.core.mp4.tag_shift import shifted_movie
from ionia.sinks.media_files.copying import Memory, copy
from ionia.sinks.media_files.new_file import VIDEO_SUFFIXES, NewFile, written_error
from ionia.sinks.media_files.source_file import SourceFile
from ionia.sinks.mp4_repair import Progress, media_error

LOST_BOXES = frozenset({b"tref"})
"""Of a track: references to tracks of text or time code, which are not taken over."""

_ENCODING = 0.6
"""Of the progress of an exact cut."""


def clip(request: ClipRequest, progress: Progress) -> JobResult:
    """Raises IoniaError(MEDIA_FAILED) with nothing left behind."""
    with SourceFile(request.path) as source:
        window = _asked(source, request)
        encoded = b""
        tracks = [
            track for track in source.movie.tracks if (track.is_video or track.is_sound) and track.table.times.size
        ]
        timescale = common_timescale(tracks)
        new: list[PlacedTrack] = []
        for track in tracks:
            entries = [entry.box for entry in track.entries]
            found: Cut | None = None
            if request.mode == "exact" and track in source.movie.videos[:1]:
                head = _head(source, track, window)
                if head is not None:
                    encoded, entries, found = _joint(
                        source, track, head, window=window, timescale=timescale, progress=progress
                    )
            found = found or cut(track, window, timescale, source=1)
            if found is not None:
                new.append(_placed(track, entries, found))
        layout = assembled(
            source.movie.scan.brands,
            shifted_movie(source.movie.scan.movie, window.begin, window.end),
            timescale,
            new,
            created_later=int(window.begin),
        )
        begun = _ENCODING if encoded else 0.0
        with NewFile(
            request.output, overwrite=request.overwrite, suffixes=VIDEO_SUFFIXES, inputs=[source.identity]
        ) as made:
            try:
                copy(layout, [Memory(encoded), source], made, lambda part: progress(begun + (1 - begun) * part))
                size = made.publish()
            except OSError as error:
                raise written_error(request.output, error) from error
        return JobResult(
            path=str(made.target),
            duration_seconds=float(window.length),
            bytes=size,
            changed=True,
            start_seconds=float(window.begin),
        )


def _asked(source: SourceFile, request: ClipRequest) -> Window:
    movie, path = source.movie, request.path
    if not movie.videos and not movie.sounds:
        raise media_error(path, "it has neither pictures nor sound")
    length = movie.duration
    start = Fraction(request.start_seconds)
    end = length if request.end_seconds is None else Fraction(request.end_seconds)
    if start >= length:
        raise media_error(path, f"it is {float(length):.3f} s long, and the part would begin at {float(start):.3f} s")
    if end <= start:
        raise media_error(path, "the part would end before it begins", "Give an end that is later than the start.")
    return window_from(movie, start, end, exact=request.mode == "exact")


def _placed(track: MovieTrack, entries: list[bytes], found: Cut) -> PlacedTrack:
    new = NewTrack(
        box=track.header.box,
        entries=entries,
        table=found.table,
        edits=found.edits,
        sync=track.is_video,
        without=LOST_BOXES,
    )
    return PlacedTrack(track=new, sources=found.sources)


def _configuration(source: SourceFile, track: MovieTrack) -> AvcConfiguration:
    entry = track.entries[0]
    if entry.kind not in {b"avc1", b"avc3"} or len(track.entries) > 1:
        hint = 'Use the mode "keyframe", which cuts any codec.'
        raise media_error(source.path, "exact cuts are made of H.264 of one kind only", hint)
    try:
        return AvcConfiguration.parsed(entry.inner(b"avcC"))
    except ValueError as error:
        raise media_error(source.path, "it has a header that is damaged") from error


def _head(source: SourceFile, track: MovieTrack, window: Window) -> Head | None:
    """What must be encoded again; None where the window begins with a keyframe."""
    if track.table.sync[picture_at(track, window.begin)]:
        return None
    configuration = _configuration(source, track)

    def begins_anew(row: int) -> bool:
        return configuration.begins_anew(source.read(int(track.table.offsets[row]), int(track.table.sizes[row])))

    shown, begin = track.shown, track.units(window.begin)
    later = (row for row in joints(track) if shown[row] > begin)
    joint = next((row for row in later if begins_anew(row)), None)
    return head_for(track, window, [] if joint is None else [joint])


def _joint(
    source: SourceFile, track: MovieTrack, head: Head, *, window: Window, timescale: int, progress: Progress
) -> tuple[bytes, list[bytes], Cut]:
    """The encoded head's samples, the sample entry with both encoders' sets, and all samples in their places."""
    import av  # noqa: PLC0415 - copying needs no libav

    from ionia.media.joint_encoder import encode_joint  # noqa: PLC0415 - likewise
    from ionia.media.picture_reader import pictures  # noqa: PLC0415 - likewise

    configuration, entry = _configuration(source, track), track.entries[0]
    wanted, times = frozenset(head.show), list[int]()
    total = head.decode.stop - head.decode.start

    def needed() -> Iterator[av.VideoFrame]:
        for count, frame in enumerate(pictures(track, source.read, head.decode)):
            progress(_ENCODING * count / total)
            if frame.pts in wanted:
                times.append(frame.pts)
                yield frame

    try:
        extradata, units = encode_joint(
            needed(), profile=configuration.profile, set_id=configuration.free_id(), rate=_rate(track)
        )
        both = configuration.joined(extradata)
    except (av.FFmpegError, ValueError, LookupError) as error:
        raise media_error(source.path, "its pictures at the cut can't be decoded") from error
    samples = [configuration.sample(unit, with_sets=entry.kind == b"avc3") for unit in units]
    places = list(zip(times, map(len, samples), strict=True))
    found = headed(track, head, places, window, timescale)
    return b"".join(samples), [entry.replaced(b"avcC", both.record())], found


def _rate(track: MovieTrack) -> Fraction:
    count = track.table.times.size
    return Fraction(count * track.timescale, max(1, track.table.end - track.table.first_time)).limit_denominator(1001)
