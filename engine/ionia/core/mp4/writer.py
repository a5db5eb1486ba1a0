"""An MP4 file that plays whenever its writing stops, and is an ordinary one once it is finished.

While packets arrive the file is `ftyp, free, moov, (moof, mdat)*`: a fragmented movie, complete up to its last
fragment. `finish` gives the `moov` of an ordinary movie to append, and 16 bytes that turn the `free` at the front into
the header of one `mdat` around everything in between: `ftyp, mdat, moov`. That patch is one small write, so there is
no moment at which the file does not play.

With room in front (`front_seconds`) another `free` stands before that one. When the index fits in there, it is put into
it as well; 8 bytes then make of it a `moov`, and the one at the end can go: `ftyp, moov, free, mdat`. Nothing moves.

Pure: bytes come out, and whoever writes them says `commit` when they are safe. Memory is four bytes per picture, two
per sound packet and a few per fragment. Decision 0050 says why this is not libav's muxer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate
from ionia.core.media import SAMPLE_RATE, AudioTrack, EncodedPacket, MediaHeader
from ionia.core.mp4 import boxes
from ionia.core.mp4.fragment import FRAGMENT_SECONDS, Fragment
from ionia.core.mp4.front import Front, front_index, index_room
from ionia.core.mp4.index import Sample, SampleIndex
from ionia.core.mp4.tags import FileTags, user_data
from ionia.core.mp4.track_samples import TrackSamples

_MISSING_AUDIO_SECONDS = 1.0
"""How long the first fragment waits for the first sound, whose position its edit list has to name."""

_SOUNDS_GROUP = 1
"""alternate_group of several sounds: only one of them is meant to be played at a time."""

_TRACK_BYTES = 160
"""What a finished track has beyond its tables and what the header of a fragmented one has: edits, wider numbers."""

_LONE_AUDIO = 1.5
"""Sound in a fragment when no video comes, by its length: longer, so that video alone sets the pace otherwise."""


def video_timescale(fps: FrameRate) -> int:
    """Units per second of the video track: fps (of 30000/1001, 30000) times a power of two, at least 10,000, as players
    are used to. A frame lasts a whole number of them."""
    scale = fps.numerator
    while scale < 10_000:
        scale *= 2
    return scale


def movie_timescale(fps: FrameRate) -> int:
    """Units per second in which both a frame and a sample are whole numbers."""
    return math.lcm(SAMPLE_RATE, fps.numerator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finale:
    """What completes a file: append `tail`, put `patch` at `patch_offset`. `front`: if the index fits there, too."""

    tail: bytes
    patch_offset: int
    patch: bytes
    front: Front | None


class Mp4Writer:
    """Packets in, bytes to append out. Not thread-safe; the caller owns it.

    Use: `add` each packet; when `due`, carry out `fragment()` and `commit()` once it is in the file.
    At the end write what is `pending` the same way, then carry out `finish()`. A fragment that was not committed
    never becomes part of the final index, and the next `fragment()` offers its samples again.

    Packets come with the times of the file (`FileTimeline`): 0 is the first picture, a keyframe. Sound before it is
    what the decoder needs, and the edit list hides it; so the first sample heard is the exact one. Where pictures are
    reordered the first is decoded a frame earlier, and the edit list takes that frame away likewise: what each is shown
    later than it is decoded is never below 0, as old readers want it.
    """

    def __init__(
        self,
        header: MediaHeader,
        tags: FileTags | None = None,
        *,
        front_seconds: float = 0,
        fragment_seconds: float = FRAGMENT_SECONDS,
    ) -> None:
        """`tags`: what the file says of itself; see `describe`. `front_seconds`: for how much media the index has room
        in front. `fragment_seconds`: media time in one fragment."""
        self._tags = tags or FileTags()
        self._fragment_seconds = fragment_seconds
        self._head_bytes: int | None = None  # of `_head`; None when that may have another length
        self._room = boxes.box(b"free", bytes(index_room(header, front_seconds))) if front_seconds else b""
        self._picture = header.video
        self._shown = header.has_picture
        self._sounds = header.sounds
        codec = self._picture.codec
        codec.decoder_configuration(self._picture.extradata)  # a header without it would be noticed by players only
        self._known_sets = self._picture.left_out_sets
        self._set_keys = {codec.parameter_set_key(one) for one in codec.parameter_sets(self._picture.extradata)}
        rate = self._picture.fps
        scale = video_timescale(rate)
        unit = scale * rate.denominator // rate.numerator
        reordered = self._picture.reordered
        self._video = TrackSamples(
            box_id=1,
            unit=unit,
            timescale=scale,
            sync=True,
            reordered=reordered,
            table=SampleIndex("I", reordered=reordered),
            origin=-unit if reordered else 0,
        )
        self._audio = {
            sound.id: TrackSamples(box_id=box_id, unit=1, timescale=sound.timescale, sync=False, table=SampleIndex("H"))
            for box_id, sound in enumerate(self._sounds, start=2)
        }
        self._started = False
        self._sequence = 0
        self._position = 0
        self._offered: tuple[Fragment, list[tuple[TrackSamples, int]]] | None = None
        self._long = False  # whether so much of a track is pending that a fragment may be due

    @property
    def started(self) -> bool:
        """Whether the first fragment, and the file's header with it, was committed."""
        return self._started

    @property
    def size(self) -> int:
        """Bytes committed so far: the length of a file that ends with a whole fragment."""
        return self._position

    @property
    def index_bytes(self) -> int:
        """At most so many bytes `finish` will add, once all that is pending is in the file as one fragment."""
        tracks = self._written_tracks
        if self._head_bytes is None:
            self._head_bytes = len(self._head()) - len(self._room)
        return self._head_bytes + sum(_TRACK_BYTES + track.index_bytes for track in tracks)

    @property
    def duration_seconds(self) -> float:
        """Length of the video committed so far."""
        return max(0, self._video.table.shown_end + self._video.origin) / self._video.timescale

    @property
    def pending(self) -> bool:
        """Whether there are samples that no committed fragment holds."""
        return bool(self._video.pending or (self._started and any(sound.pending for sound in self._audio.values())))

    @property
    def due(self) -> bool:
        """Whether enough media has come together for a fragment."""
        if not self._long:
            return False  # as behind nearly all packets, of which each makes one track longer
        sounds = self._audio.values()
        seconds = self._fragment_seconds
        waiting = not self._started and not all(sound.pending for sound in sounds)
        # Sounds come a packet each by turns: so the file has as many samples of each, wherever it ends.
        uneven = len({sound.end for sound in sounds}) > 1
        limit = max(_MISSING_AUDIO_SECONDS, seconds)
        if self._video.span() >= (limit if waiting or uneven else seconds):
            return True
        alone = _LONE_AUDIO * (limit if uneven else seconds)
        return any(sound.span() >= alone for sound in sounds)

    def _is_long(self, track: TrackSamples) -> bool:
        return track.span() >= (1 if track is self._video else _LONE_AUDIO) * self._fragment_seconds

    @property
    def _written_tracks(self) -> tuple[TrackSamples, ...]:
        """Those that the file has. The frames of sound alone only say when a fragment is due and how long it all is."""
        return (*((self._video,) if self._shown else ()), *self._audio.values())

    def describe(self, tags: FileTags) -> None:
        """What the file says of itself. The header gets what is known by the first fragment, the final index all."""
        self._tags, self._head_bytes = tags, None

    def leave_no_room(self) -> None:
        """Without room for the index in front, as long as nothing was committed: the next `fragment` is smaller."""
        if self._started:
            raise RuntimeError("what lies in front is in the file")
        self._room, self._offered, self._head_bytes = b"", None, None

    def add(self, packet: EncodedPacket) -> None:
        """Take one packet. Those of tracks that the header lacks are left out.

        Raises IoniaError(INTERNAL) when a track's packets do not come in the order of their times, or its pictures do
        not begin with a keyframe at 0.
        """
        if packet.track == self._picture.id:
            self._add_video(packet)
            self._long = self._long or self._is_long(self._video)
        elif (track := self._audio.get(packet.track)) is not None:
            self._add_audio(track, packet)
            self._long = self._long or self._is_long(track)

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
        end = position = self._position + fragment.size
        position -= sum(len(sample.data) for track, count in chunks for sample in track.pending[:count])
        for track, count in chunks:
            position = track.written(count, position)
        self._position = end
        self._sequence += 1
        self._started = True
        self._offered = None
        self._long = any(self._is_long(track) for track in (self._video, *self._audio.values()))

    def finish(self) -> Finale:
        """What makes the committed fragments an ordinary file. Only once `started`."""
        rate = self._picture.fps
        movie_scale = movie_timescale(rate)
        video = self._video.table
        shown_end = video.shown_end + self._video.origin
        frames = shown_end // self._video.unit
        shown = frames * movie_scale * rate.denominator // rate.numerator
        tracks = []
        if self._shown:
            tables = video.boxed(sync=True, until=shown_end)
            tracks.append(self._video_box(duration=shown, tables=tables, media_duration=max(video.end, shown_end)))
        tracks += [self._finished_sound(sound, movie_scale // sound.timescale) for sound in self._sounds]
        room_offset = len(boxes.file_type(self._picture.codec))
        patch_offset = room_offset + len(self._room)
        movie = boxes.movie(
            movie_scale, tracks, fragmented=False, created=self._tags.created, user_data=user_data(self._tags)
        )
        return Finale(
            tail=movie,
            patch_offset=patch_offset,
            patch=b"\x00\x00\x00\x01mdat" + (self._position - patch_offset).to_bytes(8, "big"),
            front=front_index(movie, room=len(self._room), offset=room_offset),
        )

    def _finished_sound(self, sound: AudioTrack, unit: int) -> boxes.TrackBox:
        """`unit`: the movie's time scale units per sample."""
        audio = self._audio[sound.id].table
        skip = -self._audio[sound.id].origin
        silent = max(0, audio.first_time - skip)
        heard = max(0, audio.end - max(skip, audio.first_time))
        edits = [boxes.Edit(duration=silent * unit, media_time=-1)] if silent else []
        # The table has no way to begin later than 0: what a fragment's decode time said, an empty edit says here.
        edits.append(boxes.Edit(duration=heard * unit, media_time=max(0, skip - audio.first_time)))
        return self._sound_box(
            sound,
            edits=edits,
            duration=(silent + heard) * unit,
            media_duration=audio.end - audio.first_time,
            tables=audio.boxed(sync=False),
        )

    def _add_video(self, packet: EncodedPacket) -> None:
        track = self._video
        if not (self._started or track.pending) and (packet.pts or not packet.keyframe):
            raise IoniaError(ErrorKind.INTERNAL, f"a file would begin with picture {packet.pts}, not a keyframe at 0")
        if packet.keyframe:
            self._learn_sets(packet)
        track.append(
            Sample(
                time=packet.dts * track.unit - track.origin,
                duration=packet.duration * track.unit,
                shift=(packet.pts - packet.dts) * track.unit,
                keyframe=packet.keyframe,
                data=packet.data if packet.stored else self._sample(packet.data),
            )
        )

    def _sample(self, data: bytes) -> bytes:
        return self._picture.codec.sample(data, drop=self._known_sets)

    def _learn_sets(self, packet: EncodedPacket) -> None:
        """An encoder was replaced: the final header gets the new one's parameter sets as well (decision 0076).

        They stay in the samples, too, for a file that is never finished. One whose id is taken stays there only: in
        the header it would stand for the pictures of the first encoder.
        """
        codec = self._picture.codec
        for one in codec.sets_of_sample(packet.data) if packet.stored else codec.parameter_sets(packet.data):
            key = codec.parameter_set_key(one)
            if key is not None and key not in self._set_keys:
                self._set_keys.add(key)
                self._head_bytes = None
                self._picture = replace(self._picture, extradata=self._picture.extradata + codec.extradata_of([one]))

    def _add_audio(self, track: TrackSamples, packet: EncodedPacket) -> None:
        if not track.pending and not self._started:
            track.origin, self._head_bytes = min(packet.dts, 0), None
        elif packet.dts < track.origin:
            return  # the header already says where sound begins
        track.append(Sample(time=packet.dts - track.origin, duration=packet.duration, keyframe=True, data=packet.data))

    def _make_fragment(self) -> tuple[Fragment, list[tuple[TrackSamples, int]]]:
        tracks = (self._video, *self._audio.values())
        chunks = [track for track in tracks if track.pending]
        head = b"" if self._started else self._head()
        runs = [track.run() for track in self._written_tracks if track.pending]
        moof = boxes.movie_fragment(self._sequence + 1, runs)
        samples = [sample.data for track in chunks for sample in track.pending]
        media_bytes = sum(map(len, samples))
        mdat = (media_bytes + 8).to_bytes(4, "big") + b"mdat"
        front = b"".join((head, moof[:4], b"free", moof[8:], mdat))
        fragment = Fragment(
            pieces=(front, *samples),
            size=len(front) + media_bytes,
            seal_offset=self._position + len(head) + 4,
        )
        return fragment, [(track, len(track.pending)) for track in chunks]

    def _head(self) -> bytes:
        """`ftyp`, room for the index and for the header of an `mdat` (64-bit), and the `moov` of a fragmented movie."""
        tracks = [self._video_box()] if self._shown else []
        for sound in self._sounds:
            skip = -self._audio[sound.id].origin
            # A duration of 0 means: to the end, whenever that is (ISO/IEC 14496-12 section 8.6.6).
            tracks.append(self._sound_box(sound, edits=[boxes.Edit(duration=0, media_time=skip)] if skip else []))
        movie = boxes.movie(
            movie_timescale(self._picture.fps),
            tracks,
            fragmented=True,
            created=self._tags.created,
            user_data=user_data(self._tags),
        )
        return boxes.file_type(self._picture.codec) + self._room + boxes.box(b"free", b"\x00" * 8) + movie

    def _video_box(
        self, *, duration: int = 0, media_duration: int = 0, tables: boxes.SampleTables | None = None
    ) -> boxes.TrackBox:
        late = -self._video.origin
        return boxes.TrackBox(
            track_id=self._video.box_id,
            timescale=self._video.timescale,
            sample_entry=boxes.video_sample_entry(self._picture),
            name=self._picture.name,
            width=self._picture.width,
            height=self._picture.height,
            duration=duration,
            media_duration=media_duration,
            # As with sound, a duration of 0 means to the end.
            edits=[boxes.Edit(duration=duration, media_time=late)] if duration or late else [],
            tables=tables or boxes.SampleTables(),
        )

    def _sound_box(
        self,
        sound: AudioTrack,
        *,
        edits: Sequence[boxes.Edit] = (),
        duration: int = 0,
        media_duration: int = 0,
        tables: boxes.SampleTables | None = None,
    ) -> boxes.TrackBox:
        track = self._audio[sound.id]
        return boxes.TrackBox(
            track_id=track.box_id,
            timescale=track.timescale,
            sample_entry=boxes.audio_sample_entry(sound, track.box_id),
            name=sound.name,
            # Of several sounds players play the enabled one, and let the user choose another of its group.
            enabled=sound is self._sounds[0],
            alternate_group=_SOUNDS_GROUP if len(self._sounds) > 1 else 0,
            duration=duration,
            media_duration=media_duration,
            edits=edits,
            tables=tables or boxes.SampleTables(),
        )
