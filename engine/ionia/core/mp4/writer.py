"""An MP4 file that plays whenever its writing stops, and is an ordinary one once it is finished.

While packets arrive the file is `ftyp, free, moov, (moof, mdat)*`: a fragmented movie, complete up to its last
fragment. `finish` gives the `moov` of an ordinary movie to append, and 16 bytes that turn the `free` at the front into
the header of one `mdat` around everything in between: `ftyp, mdat, moov`. That patch is one small write, so there is
no moment at which the file does not play.

Pure: bytes come out, and whoever writes them says `commit` when they are safe. Memory is four bytes per packet and a
few per fragment. Decision 0050 says why this is not libav's muxer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ionia.core.codec.h264 import (
    NAL_PPS,
    NAL_SPS,
    annex_b,
    length_prefixed,
    nal_type,
    nal_units,
    parameter_set_id,
    parameter_sets,
)
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, EncodedPacket, MediaHeader, Track
from ionia.core.mp4 import boxes
from ionia.core.mp4.index import Sample, SampleIndex

FRAGMENT_SECONDS = 0.5
"""Media time in one fragment: what a crash can lose, apart from what is still being encoded."""

_MISSING_AUDIO_SECONDS = 1.0
"""How long the first fragment waits for the first sound, whose position its edit list has to name."""

_LONE_AUDIO_SECONDS = 0.75
"""Sound in a fragment when no video comes; above FRAGMENT_SECONDS, so that video alone sets the pace otherwise."""


def video_timescale(fps: int) -> int:
    """Units per second of the video track: fps times a power of two, at least 10,000, as players are used to."""
    scale = fps
    while scale < 10_000:
        scale *= 2
    return scale


def movie_timescale(fps: int) -> int:
    """Units per second in which both a frame and a sample are whole numbers."""
    return math.lcm(SAMPLE_RATE, fps)


def init_segment(header: MediaHeader) -> bytes:
    """`ftyp` and `moov` of an empty fragmented MP4 that describes the tracks: MediaHeader.init_segment."""
    tracks = [_video_box(header)]
    if header.has_audio:
        tracks.append(_audio_box(header))
    return boxes.file_type() + boxes.movie(movie_timescale(header.fps), tracks, fragmented=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """What makes a file longer: append `data`, and only when all of it is there put `seal` at `seal_offset`.

    Until then its `moof` is called `free`, which every reader skips: players refuse a file whose last `moof` is torn.
    """

    data: bytes
    seal_offset: int
    seal: bytes = b"moof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finale:
    """What completes a file: append `tail`, and then put `patch` at `patch_offset`."""

    tail: bytes
    patch_offset: int
    patch: bytes


@dataclass(slots=True, kw_only=True)
class _TrackState:
    unit: int  # time scale units per tick of the packet's time base
    timescale: int
    table: SampleIndex
    origin: int = 0  # packet time at which the track's media time is 0
    pending: list[Sample] = field(default_factory=list)

    def append(self, sample: Sample) -> None:
        end = self.pending[-1].time + self.pending[-1].duration if self.pending else self.table.end
        if sample.time < end:
            raise IoniaError(ErrorKind.INTERNAL, f"a packet at {sample.time} follows one that ends at {end}")
        self.pending.append(sample)

    def span(self) -> float:
        if not self.pending:
            return 0.0
        last = self.pending[-1]
        return (last.time + last.duration - self.pending[0].time) / self.timescale

    def run(self, track_id: int) -> boxes.TrackRun:
        rows: list[tuple[int, int, int]] = []
        following = [sample.time for sample in self.pending[1:]]
        for index, sample in enumerate(self.pending):
            duration = following[index] - sample.time if index < len(following) else sample.duration
            flags = boxes.SAMPLE_IS_KEYFRAME if sample.keyframe else boxes.SAMPLE_IS_DELTA
            rows.append((duration, len(sample.data), flags))
        return boxes.TrackRun(track_id=track_id, decode_time=self.pending[0].time, samples=rows)


class Mp4Writer:
    """Packets in, bytes to append out. Not thread-safe; the caller owns it.

    Use: `add` each packet; when `due`, carry out `fragment()` and `commit()` once it is in the file.
    At the end write what is `pending` the same way, then carry out `finish()`. A fragment that was not committed
    never becomes part of the final index, and the next `fragment()` offers its samples again.

    Time 0 of the file is the first video keyframe. Audio that ends before it is left out, but for one packet of
    preroll that the decoder needs and the edit list hides; so the first sample heard is the exact one.
    """

    def __init__(self, header: MediaHeader) -> None:
        self._header = header
        self._known_sets = frozenset(nal for sets in parameter_sets(header.video_extradata) for nal in sets)
        self._set_ids = {_set_key(nal) for nal in self._known_sets}
        scale = video_timescale(header.fps)
        self._video = _TrackState(unit=scale // header.fps, timescale=scale, table=SampleIndex("I"))
        self._audio = _TrackState(unit=1, timescale=SAMPLE_RATE, table=SampleIndex("H"))
        self._early_audio: list[EncodedPacket] = []
        self._audio_zero: int | None = None  # the sample index that is heard at time 0
        self._started = False
        self._sequence = 0
        self._position = 0
        self._offered: tuple[Fragment, list[tuple[_TrackState, int]]] | None = None

    @property
    def started(self) -> bool:
        """Whether the first fragment, and the file's header with it, was committed."""
        return self._started

    @property
    def size(self) -> int:
        """Bytes committed so far: the length of a file that ends with a whole fragment."""
        return self._position

    @property
    def duration_seconds(self) -> float:
        """Length of the video committed so far."""
        return self._video.table.end / self._video.timescale

    @property
    def pending(self) -> bool:
        """Whether there are samples that no committed fragment holds."""
        return bool(self._video.pending or (self._audio.pending and self._started))

    @property
    def due(self) -> bool:
        """Whether enough media has come together for a fragment."""
        waiting = not self._started and self._header.has_audio and not self._audio.pending
        limit = _MISSING_AUDIO_SECONDS if waiting else FRAGMENT_SECONDS
        return self._video.span() >= limit or self._audio.span() >= _LONE_AUDIO_SECONDS

    def add(self, packet: EncodedPacket) -> None:
        """Take one packet. Video before the first keyframe is left out.

        Raises IoniaError(INTERNAL) when a track's packets do not come in the order of their times.
        """
        if packet.track is Track.VIDEO:
            self._add_video(packet)
        elif self._audio_zero is None:
            # Two packets are the preroll and the one that sounds at the keyframe.
            self._early_audio = [*self._early_audio[-1:], packet]
        elif self._header.has_audio:
            self._add_audio(packet, self._audio_zero)

    def fragment(self) -> Fragment:
        """What to add to the file next. Only while something is `pending`."""
        if self._offered is None:
            self._offered = self._make_fragment()
        return self._offered[0]

    def commit(self) -> None:
        """The bytes of the last `fragment()` are in the file."""
        if self._offered is None:
            raise RuntimeError("commit without a fragment")
        fragment, chunks = self._offered
        end = position = self._position + len(fragment.data)
        position -= sum(len(sample.data) for state, count in chunks for sample in state.pending[:count])
        for state, count in chunks:
            samples = state.pending[:count]
            state.table.add_chunk(samples, position, sync=state is self._video)
            position += sum(len(sample.data) for sample in samples)
            del state.pending[:count]
        self._position = end
        self._sequence += 1
        self._started = True
        self._offered = None

    def finish(self) -> Finale:
        """What makes the committed fragments an ordinary file. Only once `started`."""
        header = self._header
        movie_scale = movie_timescale(header.fps)
        video, audio = self._video.table, self._audio.table
        frames = video.end // self._video.unit
        shown = frames * movie_scale // header.fps
        tracks = [_video_box(header, duration=shown, tables=video.boxed(sync=True), media_duration=video.end)]
        if header.has_audio:
            skip = self._audio_skip()
            silent = max(0, audio.first_time - skip)
            heard = max(0, audio.end - max(skip, audio.first_time))
            unit = movie_scale // SAMPLE_RATE
            edits = [boxes.Edit(duration=silent * unit, media_time=-1)] if silent else []
            # The table has no way to begin later than 0: what a fragment's decode time said, an empty edit says here.
            edits.append(boxes.Edit(duration=heard * unit, media_time=max(0, skip - audio.first_time)))
            tracks.append(
                _audio_box(
                    header,
                    edits=edits,
                    duration=(silent + heard) * unit,
                    media_duration=audio.end - audio.first_time,
                    tables=audio.boxed(sync=False),
                )
            )
        patch_offset = len(boxes.file_type())
        return Finale(
            tail=boxes.movie(movie_scale, tracks, fragmented=False),
            patch_offset=patch_offset,
            patch=b"\x00\x00\x00\x01mdat" + (self._position - patch_offset).to_bytes(8, "big"),
        )

    def _add_video(self, packet: EncodedPacket) -> None:
        state = self._video
        if self._audio_zero is None:
            if not packet.keyframe:
                return
            state.origin = packet.dts
            self._audio_zero = round(packet.dts * SAMPLE_RATE / self._header.fps)
            self._append_video(packet)
            for early in self._early_audio if self._header.has_audio else ():
                self._add_audio(early, self._audio_zero)
            self._early_audio = []
            return
        self._append_video(packet)

    def _append_video(self, packet: EncodedPacket) -> None:
        state = self._video
        if packet.keyframe:
            self._learn_sets(packet.data)
        state.append(
            Sample(
                time=(packet.dts - state.origin) * state.unit,
                duration=packet.duration * state.unit,
                keyframe=packet.keyframe,
                data=length_prefixed(packet.data, drop=self._known_sets),
            )
        )

    def _learn_sets(self, data: bytes) -> None:
        """An encoder was replaced: the final header gets the new one's parameter sets as well (decision 0076).

        They stay in the samples, too, for a file that is never finished. One whose id is taken stays there only: in
        the header it would stand for the pictures of the first encoder.
        """
        for nal in nal_units(data):
            key = _set_key(nal)
            if key[0] in (NAL_SPS, NAL_PPS) and key[1] is not None and key not in self._set_ids:
                self._set_ids.add(key)
                extradata = self._header.video_extradata + annex_b([nal])
                self._header = replace(self._header, video_extradata=extradata)

    def _add_audio(self, packet: EncodedPacket, zero: int) -> None:
        state = self._audio
        if packet.dts + packet.duration + AUDIO_TICK_SAMPLES <= zero:
            return
        if not state.pending and not self._started:
            state.origin = min(packet.dts, zero)
        elif packet.dts < state.origin:
            return  # the header already says where sound begins
        state.append(Sample(time=packet.dts - state.origin, duration=packet.duration, keyframe=True, data=packet.data))

    def _audio_skip(self) -> int:
        """Samples at the head of the audio track that are decoded and not heard."""
        return 0 if self._audio_zero is None else self._audio_zero - self._audio.origin

    def _make_fragment(self) -> tuple[Fragment, list[tuple[_TrackState, int]]]:
        if self._audio_zero is not None and not self._started and not self._audio.pending:
            self._audio.origin = self._audio_zero
        chunks = [
            (track_id, state)
            for track_id, state in ((boxes.VIDEO_TRACK_ID, self._video), (boxes.AUDIO_TRACK_ID, self._audio))
            if state.pending
        ]
        head = b"" if self._started else self._head()
        moof = boxes.movie_fragment(self._sequence + 1, [state.run(track_id) for track_id, state in chunks])
        samples = [sample.data for _, state in chunks for sample in state.pending]
        mdat = (sum(map(len, samples)) + 8).to_bytes(4, "big") + b"mdat"
        fragment = Fragment(
            data=b"".join((head, moof[:4], b"free", moof[8:], mdat, *samples)),
            seal_offset=self._position + len(head) + 4,
        )
        return fragment, [(state, len(state.pending)) for _, state in chunks]

    def _head(self) -> bytes:
        """`ftyp`, room for the header of an `mdat` with a 64-bit size, and the `moov` of a fragmented movie."""
        header = self._header
        tracks = [_video_box(header)]
        if header.has_audio:
            # A duration of 0 means: to the end, whenever that is (ISO/IEC 14496-12 section 8.6.6).
            edits = [boxes.Edit(duration=0, media_time=self._audio_skip())] if self._audio_skip() else []
            tracks.append(_audio_box(header, edits=edits))
        movie = boxes.movie(movie_timescale(header.fps), tracks, fragmented=True)
        return boxes.file_type() + boxes.box(b"free", b"\x00" * 8) + movie


def _set_key(nal: bytes) -> tuple[int, int | None]:
    return nal_type(nal), parameter_set_id(nal)


def _video_box(
    header: MediaHeader, *, duration: int = 0, media_duration: int = 0, tables: boxes.SampleTables | None = None
) -> boxes.TrackBox:
    return boxes.TrackBox(
        track_id=boxes.VIDEO_TRACK_ID,
        timescale=video_timescale(header.fps),
        sample_entry=boxes.video_sample_entry(header),
        width=header.width,
        height=header.height,
        duration=duration,
        media_duration=media_duration,
        edits=[boxes.Edit(duration=duration, media_time=0)] if duration else [],
        tables=tables or boxes.SampleTables(),
    )


def _audio_box(
    header: MediaHeader,
    *,
    edits: Sequence[boxes.Edit] = (),
    duration: int = 0,
    media_duration: int = 0,
    tables: boxes.SampleTables | None = None,
) -> boxes.TrackBox:
    return boxes.TrackBox(
        track_id=boxes.AUDIO_TRACK_ID,
        timescale=SAMPLE_RATE,
        sample_entry=boxes.audio_sample_entry(header),
        duration=duration,
        media_duration=media_duration,
        edits=edits,
        tables=tables or boxes.SampleTables(),
    )
