"""The boxes of an MP4 file (ISO/IEC 14496-12, -14, -15) as pure functions from values to bytes.

Only what one video track and some of AAC-LC need. No box is read here, and nothing knows about packets or files.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from ionia.core.codec.codec import NO_PICTURE, VideoCodec
from ionia.core.media import AudioTrack, VideoTrack

SAMPLE_IS_KEYFRAME = 0x0200_0000
SAMPLE_IS_DELTA = 0x0101_0000

_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)
_UINT32 = 0xFFFF_FFFF
_SECONDS_FROM_1904_TO_1970 = 2_082_844_800
"""66 years of which 17 are leap years. 32 bits of seconds since 1904 end in 2040; then the headers become wide."""

_LANGUAGE_UNDETERMINED = 0x55C4


def box(kind: bytes, *payload: bytes) -> bytes:
    """A box with a 32-bit size."""
    size = 8 + sum(map(len, payload))
    return b"".join((struct.pack(">I", size), kind, *payload))


def full_box(kind: bytes, version: int, flags: int, *payload: bytes) -> bytes:
    """A box with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *payload)


def file_type(codec: VideoCodec) -> bytes:
    """`ftyp`: an ordinary MP4 whose fragments, while there are some, are addressed from their `moof` (iso6)."""
    brand = codec.sample_entry if codec is NO_PICTURE else b"isom"
    return box(b"ftyp", brand, struct.pack(">I", 0x200), b"isom", b"iso6", b"iso2", codec.sample_entry, b"mp41")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit: show `duration` (movie time scale) from `media_time` (media time scale); -1 shows nothing."""

    duration: int
    media_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTables:
    """What `stbl` says about samples; empty while the file is made of fragments.

    `durations`, `shifts` (shown so much later than decoded; empty for never) and `chunk_lengths` are runs
    (count, value), `chunk_entries` the kind of the samples of each such run, from 0; empty for one kind. `sizes` and
    `chunk_offsets` are big-endian already, of 32 bits each; of 64 in `chunk_offsets` if `wide_offsets`. `sync` lists
    keyframes from 1; None means that every sample is one.
    """

    durations: Sequence[tuple[int, int]] = ()
    shifts: Sequence[tuple[int, int]] = ()
    sizes: bytes = b""
    chunk_lengths: Sequence[tuple[int, int]] = ()
    chunk_entries: Sequence[int] = ()
    chunk_offsets: bytes = b""
    wide_offsets: bool = False
    sync: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackBox:
    """One track of a movie. `duration` and the edits count in the movie's time scale, `media_duration` in its own.

    A `width` of 0 means sound. Players choose an `enabled` track and offer those of the same `alternate_group` (not 0)
    in its place. `name` is for people.
    """

    track_id: int
    timescale: int
    sample_entry: bytes
    name: str = ""
    enabled: bool = True
    alternate_group: int = 0
    width: int = 0
    height: int = 0
    duration: int = 0
    media_duration: int = 0
    edits: Sequence[Edit] = ()
    tables: SampleTables = field(default_factory=SampleTables)

    @property
    def is_video(self) -> bool:
        """Whether this is the picture track."""
        return self.width > 0


def mp4_time(unix_seconds: float) -> int:
    """An instant as the headers of an MP4 have it: whole seconds since 1904-01-01, UTC."""
    return int(unix_seconds) + _SECONDS_FROM_1904_TO_1970


def movie(
    timescale: int, tracks: Sequence[TrackBox], *, fragmented: bool, created: int = 0, user_data: bytes = b""
) -> bytes:
    """`moov` of the given tracks; `fragmented` announces that fragments follow. `created`: `mp4_time`, or 0.

    `user_data`: a `udta`, or nothing.
    """
    duration = max(track.duration for track in tracks)
    next_id = 1 + max(track.track_id for track in tracks)
    parts = [_movie_header(timescale, duration, next_id, created), *(_track(track, created) for track in tracks)]
    if fragmented:
        parts.append(box(b"mvex", *(_track_extends(track) for track in tracks)))
    return box(b"moov", *parts, user_data)


def video_sample_entry(track: VideoTrack) -> bytes:
    """The codec's entry with its decoder configuration, BT.709 primaries and transfer, limited range, square pixels."""
    codec = track.codec
    visual = struct.pack(">6xH16xHHIIIH32sHh", 1, track.width, track.height, 0x480000, 0x480000, 0, 1, b"", 24, -1)
    return box(
        codec.sample_entry,
        visual,
        box(codec.configuration_box, codec.decoder_configuration(track.extradata)),
        box(b"colr", b"nclx", struct.pack(">HHHB", 1, 1, track.matrix, 0)),
        box(b"pasp", struct.pack(">II", 1, 1)),
        box(b"btrt", struct.pack(">III", 0, track.bitrate, track.bitrate)),
    )


def audio_sample_entry(track: AudioTrack, track_id: int) -> bytes:
    """The codec's entry with its decoder configuration (AudioSpecificConfig)."""
    decoder = struct.pack(">BBBHII", track.codec.object_type, 0x15, 0, 0, track.bitrate, track.bitrate)
    decoder += _descriptor(5, track.extradata)
    elementary = struct.pack(">HB", track_id, 0) + _descriptor(4, decoder) + _descriptor(6, b"\x02")
    return box(
        track.codec.sample_entry,
        struct.pack(">6xH8xHHIHH", 1, track.channels, 16, 0, track.sample_rate, 0),
        full_box(b"esds", 0, 0, _descriptor(3, elementary)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRun:
    """The samples of one track in one fragment: decode time of the first, then (duration, size, flags) of each.

    `shifts`: by how much later than decoded each is shown; empty for not at all.
    """

    track_id: int
    decode_time: int
    samples: Sequence[tuple[int, int, int]]
    shifts: Sequence[int] = ()

    @property
    def size(self) -> int:
        """Bytes of all samples."""
        return sum(sample[1] for sample in self.samples)


def movie_fragment(sequence: int, runs: Sequence[TrackRun]) -> bytes:
    """`moof` for runs whose data follow one another in the `mdat` right behind it."""
    # The size does not depend on the offsets, so that one dry run tells where the data begin.
    size = len(_movie_fragment(sequence, runs, [0] * len(runs)))
    offsets: list[int] = []
    position = size + 8
    for run in runs:
        offsets.append(position)
        position += run.size
    return _movie_fragment(sequence, runs, offsets)


def _movie_fragment(sequence: int, runs: Sequence[TrackRun], offsets: Sequence[int]) -> bytes:
    header = full_box(b"mfhd", 0, 0, struct.pack(">I", sequence))
    return box(b"moof", header, *(_track_run(run, offset) for run, offset in zip(runs, offsets, strict=True)))


def _track_run(run: TrackRun, offset: int) -> bytes:
    flags = 0x701  # data-offset, sample-duration, -size and -flags
    values = list(chain.from_iterable(run.samples))
    if run.shifts:
        flags |= 0x800  # sample-composition-time-offsets
        rows = zip(run.samples, run.shifts, strict=True)
        values = list(chain.from_iterable((*row, shift) for row, shift in rows))
    return box(
        b"traf",
        full_box(b"tfhd", 0, 0x02_0000, struct.pack(">I", run.track_id)),  # default-base-is-moof
        full_box(b"tfdt", 1, 0, struct.pack(">Q", run.decode_time)),
        full_box(b"trun", 0, flags, struct.pack(f">Ii{len(values)}I", len(run.samples), offset, *values)),
    )


def _wide(*values: int) -> bool:
    return max(values) > _UINT32


def _times(wide: bool, created: int, duration: int, between: bytes) -> bytes:
    """Creation and modification time, then `between`, then the duration."""
    number = ">Q" if wide else ">I"
    return struct.pack(number, created) * 2 + between + struct.pack(number, duration)


def _movie_header(timescale: int, duration: int, next_id: int, created: int) -> bytes:
    wide = _wide(duration, created)
    tail = struct.pack(">IH10x", 0x10000, 0x100) + _MATRIX + b"\x00" * 24 + struct.pack(">I", next_id)
    return full_box(b"mvhd", int(wide), 0, _times(wide, created, duration, struct.pack(">I", timescale)), tail)


def _track(track: TrackBox, created: int) -> bytes:
    wide = _wide(track.duration, created)
    volume = 0 if track.is_video else 0x100
    track_header = full_box(
        b"tkhd",
        int(wide),
        2 | track.enabled,  # in movie
        _times(wide, created, track.duration, struct.pack(">II", track.track_id, 0)),
        struct.pack(">8xhhH2x", 0, track.alternate_group, volume),
        _MATRIX,
        struct.pack(">II", track.width << 16, track.height << 16),
    )
    parts = [track_header]
    if track.edits:
        parts.append(box(b"edts", edit_list(track.edits)))
    parts.append(_media(track, created))
    if track.name:
        parts.append(box(b"udta", *_name_boxes(_text(track.name))))
    return box(b"trak", *parts)


def _name_boxes(name: bytes) -> tuple[bytes, bytes]:
    """The first is libav's `title` (QuickTime's form); the second is its `name`, and VLC's, which takes the last."""
    return box(b"\xa9nam", struct.pack(">HH", len(name), _LANGUAGE_UNDETERMINED), name), box(b"name", name)


_INT32 = 0x7FFF_FFFF
"""A media time has a sign: -1 stands for none."""


def edit_list(edits: Sequence[Edit]) -> bytes:
    """`elst`."""
    wide = any(edit.duration > _UINT32 or edit.media_time > _INT32 for edit in edits)
    entry = ">QqI" if wide else ">IiI"
    rows = b"".join(struct.pack(entry, edit.duration, edit.media_time, 0x10000) for edit in edits)
    return full_box(b"elst", int(wide), 0, struct.pack(">I", len(edits)), rows)


def _media(track: TrackBox, created: int) -> bytes:
    wide = _wide(track.media_duration, created)
    media_header = full_box(
        b"mdhd",
        int(wide),
        0,
        _times(wide, created, track.media_duration, struct.pack(">I", track.timescale)),
        struct.pack(">H2x", _LANGUAGE_UNDETERMINED),
    )
    if track.is_video:
        kind, usual, specific = b"vide", b"VideoHandler", full_box(b"vmhd", 0, 1, b"\x00" * 8)
    else:
        kind, usual, specific = b"soun", b"SoundHandler", full_box(b"smhd", 0, 0, b"\x00" * 4)
    handler = full_box(b"hdlr", 0, 0, b"\x00" * 4, kind, b"\x00" * 12, _text(track.name) or usual, b"\x00")
    reference = full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1))
    return box(
        b"mdia",
        media_header,
        handler,
        box(b"minf", specific, box(b"dinf", reference), sample_table(track.sample_entry, track.tables)),
    )


def sample_table(sample_entries: bytes, tables: SampleTables, *, kinds: int = 1) -> bytes:
    """`stbl`; `kinds`: how many entries there are."""
    parts = [
        full_box(b"stsd", 0, 0, struct.pack(">I", kinds), sample_entries),
        full_box(b"stts", 0, 0, _runs(tables.durations)),
    ]
    if tables.shifts:
        signed = any(value < 0 for _, value in tables.shifts)
        count, row = len(tables.shifts), "Ii" if signed else "II"
        parts.append(full_box(b"ctts", int(signed), 0, struct.pack(f">I{count * row}", count, *chain(*tables.shifts))))
    if tables.sync is not None:
        parts.append(full_box(b"stss", 0, 0, struct.pack(">I", len(tables.sync) // 4), tables.sync))
    width = 8 if tables.wide_offsets else 4
    parts += [
        full_box(b"stsc", 0, 0, _chunk_runs(tables.chunk_lengths, tables.chunk_entries)),
        full_box(b"stsz", 0, 0, struct.pack(">II", 0, len(tables.sizes) // 4), tables.sizes),
        full_box(
            b"co64" if tables.wide_offsets else b"stco",
            0,
            0,
            struct.pack(">I", len(tables.chunk_offsets) // width),
            tables.chunk_offsets,
        ),
    ]
    return box(b"stbl", *parts)


def _text(name: str) -> bytes:
    """UTF-8 as readers take it, for whom the first zero byte ends it."""
    return name.replace("\x00", "").encode(errors="replace")


def _runs(runs: Sequence[tuple[int, int]]) -> bytes:
    return struct.pack(f">I{2 * len(runs)}I", len(runs), *chain.from_iterable(runs))


def _chunk_runs(runs: Sequence[tuple[int, int]], entries: Sequence[int]) -> bytes:
    rows: list[int] = []
    chunk = 1
    for (count, length), entry in zip(runs, entries or [0] * len(runs), strict=True):
        rows += (chunk, length, 1 + entry)
        chunk += count
    return struct.pack(f">I{len(rows)}I", len(runs), *rows)


def _track_extends(track: TrackBox) -> bytes:
    return full_box(b"trex", 0, 0, struct.pack(">IIIII", track.track_id, 1, 0, 0, 0))


def _descriptor(tag: int, payload: bytes) -> bytes:
    """An MPEG-4 descriptor (ISO/IEC 14496-1 section 8.3.3) with the usual four-byte length."""
    size = len(payload)
    length = bytes((0x80 | size >> 21 & 0x7F, 0x80 | size >> 14 & 0x7F, 0x80 | size >> 7 & 0x7F, size & 0x7F))
    return bytes((tag,)) + length + payload
