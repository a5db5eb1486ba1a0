"""The kinds of session, a row each: whatever differs between them on the wire is written here and nowhere else.

From a row come the kind's methods with their params, results and errors, its handlers, its `session.stats`, and the
options of its sub-command on the command line; from those the OpenRPC document and the TypeScript types.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, make_dataclass
from typing import Annotated, Any

from msgspec import Meta, Struct

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import MarkSet, SavedReplay, SplitFiles, StatsSampled
from ionia.core.facts import Mark
from ionia.core.service import EngineService
from ionia.core.settings import SessionKind
from ionia.core.stats import RecorderStats, ReplayStats, StreamerStats
from ionia.rpc import params as p
from ionia.rpc.destination_params import AddDestination, RemoveDestination, SetDelay, SetDestination
from ionia.rpc.initialize_params import AnyInitialize, InitializeRecorder, InitializeReplay, InitializeStreamer
from ionia.rpc.wire import to_wire, wire_type

_PICTURE_ERRORS = (
    ErrorKind.NOT_INITIALIZED,
    ErrorKind.CAPTURE_UNAVAILABLE,
    ErrorKind.ENCODER_UNAVAILABLE,
    ErrorKind.SHARED,
)
"""Of a picture that is changed while it runs: one that others have too needs another encode."""


def _set_region(service: EngineService, params: p.SetRegion) -> None:
    service.set_region(params.id, None if params.region is None else params.region.region())


class AddDestinationResult(Struct, frozen=True, rename="camel", kw_only=True):
    """Answer of streamer.addDestination."""

    destination: Annotated[str, Meta(description="What it is called.")]


_DESTINATION_ERRORS = (
    ErrorKind.NOT_INITIALIZED,
    ErrorKind.BAD_DESTINATION,
    ErrorKind.BAD_URL,
    ErrorKind.CONNECT_FAILED,
)


def _add_destination(service: EngineService, params: AddDestination) -> AddDestinationResult:
    wish = params.wish(service.destination_names(params.id))
    service.add_destination(params.id, wish)
    return AddDestinationResult(destination=wish.name)


def _set_destination(service: EngineService, params: SetDestination) -> None:
    service.set_destination(params.id, params.wish())


MarkResult = wire_type(MarkSet, "MarkResult")
SplitResult = wire_type(SplitFiles, "SplitResult")
SaveResult = wire_type(SavedReplay, "SaveResult")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question that only sessions of one kind are asked; every params list is the session's id."""

    verb: str
    result: Any  # a type as msgspec's schema generator takes it
    summary: str
    ask: Callable[[EngineService, str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something that only running sessions of one kind are told. `positional` as in `schema.Method`.

    `carry_out` may give a future of the result: then its answer comes when that is done, and no later call waits for
    it.
    """

    verb: str
    result: Any  # a type as msgspec's schema generator takes it
    summary: str
    carry_out: Callable[[EngineService, Any], object]
    params: type[Struct] = p.SessionRef
    positional: tuple[str, ...] = ("id",)
    errors: tuple[ErrorKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """One kind. `target` is the wire name of the first positional param of its `initialize`."""

    kind: SessionKind
    target: str
    initialize: type[AnyInitialize]
    initialize_summary: str
    initialize_error: ErrorKind
    open: Callable[[EngineService, str, Any], None]
    stats: type
    failure: ErrorKind
    """Beside what opening can give: the error of its `start` and `stop`."""
    start: Callable[[EngineService, Any], bool]
    start_params: type[Struct] = p.SessionRef
    start_errors: tuple[ErrorKind, ...] = ()
    queries: tuple[Query, ...] = ()
    commands: tuple[Command, ...] = ()

    @property
    def name(self) -> str:
        """The kind's word on the wire."""
        return self.kind.value


def _set_screen(kind: SessionKind) -> Command:
    def carry_out(service: EngineService, params: p.SetScreen) -> None:
        region = None if params.region is None else params.region.region()
        service.set_screen(kind, params.id, params.screen, region)

    return Command(
        verb="setScreen",
        result=None,
        summary="Show another screen or window, in pictures of the same size, without a gap; answers when it is open.",
        carry_out=carry_out,
        params=p.SetScreen,
        positional=("screen", "region", "id"),
        errors=_PICTURE_ERRORS,
    )


def _save(service: EngineService, params: p.SaveReplay) -> Future[object]:
    future: Future[object] = Future()

    def done(result: SavedReplay | IoniaError) -> None:
        if isinstance(result, IoniaError):
            future.set_exception(result)
        else:
            future.set_result(to_wire(result))

    service.save_replay(params.id, params.path, seconds=params.seconds, done=done)
    return future


def _mark(service: EngineService, params: p.SetMark) -> Future[object]:
    """Its line is waited for by nobody but the caller: a pause behind it comes at once."""
    answer = Future[object]()
    service.mark(
        params.id,
        params.label,
        params.data,
        seconds_ago=params.seconds_ago,
        noted=lambda mark: answer.set_result(to_wire(mark)),
    )
    return answer


KINDS: dict[SessionKind, KindRow] = {
    row.kind: row
    for row in [
        KindRow(
            kind=SessionKind.RECORDER,
            target="outputPath",
            initialize=InitializeRecorder,
            initialize_summary="Open screen, sound and encoders for a recording.",
            initialize_error=ErrorKind.OUTPUT_FAILED,
            open=lambda service, session, settings: service.initialize_recorder(session, settings),
            stats=RecorderStats,
            failure=ErrorKind.OUTPUT_FAILED,
            start=lambda service, params: service.start(SessionKind.RECORDER, params.id, params.preroll()),
            start_params=p.StartRecorder,
            start_errors=(ErrorKind.NO_SUCH_SESSION, ErrorKind.SETTINGS_DIFFER),
            commands=(
                Command(
                    verb="pause",
                    result=bool,
                    summary="Leave out what comes from now on; false if it is paused already or does not run.",
                    carry_out=lambda service, params: service.pause(params.id),
                ),
                Command(
                    verb="resume",
                    result=bool,
                    summary="Go on where it was paused; false if it isn't paused.",
                    carry_out=lambda service, params: service.resume(params.id),
                ),
                Command(
                    verb="togglePause",
                    result=bool,
                    summary="Pause or resume; whether it is paused now.",
                    carry_out=lambda service, params: service.toggle_pause(params.id),
                ),
                Command(
                    verb="setRegion",
                    result=None,
                    summary="Show another part of the screen or window, in pictures of the same size, from now on.",
                    carry_out=_set_region,
                    params=p.SetRegion,
                    positional=("region", "id"),
                    errors=_PICTURE_ERRORS,
                ),
                _set_screen(SessionKind.RECORDER),
                Command(
                    verb="mark",
                    result=MarkResult,
                    summary="Note a moment: a chapter, and a line of the sidecar, on the disk when this answers.",
                    carry_out=_mark,
                    params=p.SetMark,
                    positional=("label", "data", "secondsAgo", "id"),
                    errors=(ErrorKind.NOT_INITIALIZED,),
                ),
                Command(
                    verb="split",
                    result=SplitResult,
                    summary="Go on in another file; answers when the one before is complete, unless paused.",
                    carry_out=lambda service, params: to_wire(service.split(params.id)),
                    errors=(ErrorKind.NOT_INITIALIZED, ErrorKind.OUTPUT_FAILED),
                ),
            ),
        ),
        KindRow(
            kind=SessionKind.STREAMER,
            target="rtmpUrl",
            initialize=InitializeStreamer,
            initialize_summary="Open screen, sound and encoders for a live stream.",
            initialize_error=ErrorKind.BAD_URL,
            open=lambda service, session, settings: service.initialize_streamer(session, settings),
            stats=StreamerStats,
            failure=ErrorKind.CONNECT_FAILED,
            start=lambda service, params: service.start(SessionKind.STREAMER, params.id),
            queries=(
                Query(
                    verb="isConnected",
                    result=bool,
                    summary="Whether the server takes what is sent.",
                    ask=lambda service, session: service.is_connected(session),
                ),
                Query(
                    verb="isBackpressure",
                    result=bool,
                    summary="Whether the network is too slow now.",
                    ask=lambda service, session: service.is_backpressure(session),
                ),
            ),
            commands=(
                _set_screen(SessionKind.STREAMER),
                Command(
                    verb="addDestination",
                    result=AddDestinationResult,
                    summary="Go to one more server, out of the same encode; the others don't notice.",
                    carry_out=_add_destination,
                    params=AddDestination,
                    positional=("rtmpUrl", "streamKey", "destination", "id"),
                    errors=_DESTINATION_ERRORS,
                ),
                Command(
                    verb="setDestination",
                    result=None,
                    summary="Go to another server instead: a goodbye to the old one, and a connection to the new one.",
                    carry_out=_set_destination,
                    params=SetDestination,
                    positional=("rtmpUrl", "streamKey", "destination", "id"),
                    errors=_DESTINATION_ERRORS,
                ),
                Command(
                    verb="setDelay",
                    result=None,
                    summary="Have viewers see the stream so much later from now on. Longer: it stands still for as "
                    "long as that takes; shorter: what is too old by then is left out, up to a keyframe.",
                    carry_out=lambda service, params: service.set_delay(params.id, params.delay_seconds),
                    params=SetDelay,
                    positional=("delaySeconds", "id"),
                    errors=(ErrorKind.NOT_INITIALIZED, ErrorKind.BAD_DELAY),
                ),
                Command(
                    verb="removeDestination",
                    result=None,
                    summary="Leave a server; the others don't notice. The last that wasn't given up stays.",
                    carry_out=lambda service, params: service.remove_destination(params.id, params.destination),
                    params=RemoveDestination,
                    positional=("destination", "id"),
                    errors=(ErrorKind.NOT_INITIALIZED, ErrorKind.BAD_DESTINATION),
                ),
            ),
        ),
        KindRow(
            kind=SessionKind.REPLAY,
            target="seconds",
            initialize=InitializeReplay,
            initialize_summary="Open screen, sound and encoders to hold what comes last in memory.",
            initialize_error=ErrorKind.OUTPUT_FAILED,
            open=lambda service, session, settings: service.initialize_replay(session, settings),
            stats=ReplayStats,
            failure=ErrorKind.OUTPUT_FAILED,
            start=lambda service, params: service.start(SessionKind.REPLAY, params.id),
            commands=(
                Command(
                    verb="save",
                    result=SaveResult,
                    summary="Make a file of what came last; answers when it is complete, and holds up nothing.",
                    carry_out=_save,
                    params=p.SaveReplay,
                    positional=("path", "seconds", "id"),
                    errors=(ErrorKind.NOT_INITIALIZED, ErrorKind.OUTPUT_FAILED),
                ),
            ),
        ),
    ]
}

SAMPLES: dict[type, type] = {
    row.stats: make_dataclass(
        f"{row.name.capitalize()}Sample",
        [("session_id", str), ("session_kind", SessionKind), ("stats", Annotated[row.stats, Mark.FLAT])],
        frozen=True,
        slots=True,
        kw_only=True,
        namespace={"__doc__": f"session.stats of a {row.name}: what {row.name}.getStats answers, and whose it is."},
    )
    for row in KINDS.values()
}
"""The payload of `session.stats`, by the type of the figures."""


def sample(event: StatsSampled) -> object:
    """The payload of `session.stats`."""
    return SAMPLES[type(event.stats)](session_id=event.session_id, session_kind=event.session_kind, stats=event.stats)
