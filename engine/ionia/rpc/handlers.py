"""What each method does: the step from a params struct to the engine's service and back to a wire value.

No validation, no errors, no threads: those are before and after.
"""

from collections.abc import Callable
from typing import Any

from ionia.core.audio.engine import AudioInput
from ionia.core.errors import IoniaError
from ionia.core.live.destination_name import check_name
from ionia.core.redaction import Redactor, redact_text
from ionia.core.service import EngineService
from ionia.core.session_state import already_running
from ionia.core.settings import SessionKind
from ionia.rpc import logs
from ionia.rpc import params as p
from ionia.rpc import results as r
from ionia.rpc.destination_params import AddDestination, SetDestination
from ionia.rpc.initialize_params import AnyInitialize, InitializeStreamer
from ionia.rpc.kinds import KINDS, KindRow
from ionia.rpc.media import MEDIA, MediaRow
from ionia.rpc.openrpc import document
from ionia.rpc.schema import METHODS
from ionia.rpc.wire import to_wire

Handler = Callable[[Any], object]
"""Takes the method's params struct, returns what `envelope.encode` takes. Raises IoniaError."""


def handlers(service: EngineService, redactor: Redactor, log_file: Callable[[], str | None]) -> dict[str, Handler]:
    """Return the handler of every method but engine.shutdown, which is the server's own."""

    def set_debug_logging(params: p.DebugLogging) -> None:
        logs.set_debug(params.enabled)
        service.set_debug_logging(params.enabled)

    def selftest(params: p.Selftest) -> r.SelftestResult:
        redactor.learn(params.secrets())
        return r.SelftestResult.of(service.selftest(params.settings()), redact_text)

    def set_sound(params: p.SoundChange) -> None:
        service.set_sound(
            SessionKind(params.kind),
            params.id,
            params.sound,
            gain_db=params.gain_db,
            muted=params.muted,
            mono=params.mono,
            ramp_ms=params.ramp_ms,
            release_ms=params.release_ms,
            filters=params.sound_filters,
        )

    table: dict[str, Handler] = {
        "audio.set": set_sound,
        "audio.get": lambda params: to_wire(r.Sounds(sounds=service.get_sounds(SessionKind(params.kind), params.id))),
        "rpc.discover": lambda _: document(),
        "engine.info": lambda _: to_wire(r.info(service.info(), log_file())),
        "engine.devices": lambda _: to_wire(service.devices(), texts=str),
        "engine.setDebugLogging": set_debug_logging,
        "engine.subscribe": lambda params: service.subscribe(params.stats_interval_ms, params.audio_levels),
        "engine.selftest": selftest,
        "engine.cancelSelftest": lambda _: service.cancel_selftest(),
        "job.cancel": lambda params: service.cancel_job(params.job_id),
        "engine.thumbnail": lambda params: to_wire(service.thumbnail(params.screen, params.max_width), texts=str),
        "screenshot.save": lambda params: to_wire(service.save_screenshot(params.request())),
        "preview.open": lambda params: to_wire(service.open_preview(params.request()), texts=str),
        "preview.update": lambda params: service.update_preview(params.preview_id, params.change()),
        "preview.close": lambda params: service.close_preview(params.preview_id),
        "push.open": lambda params: to_wire(service.open_push(params.width, params.height), texts=str),
        "push.close": lambda params: service.close_push(params.screen),
        "engine.setAudioOffset": lambda params: service.set_audio_offset(
            AudioInput(params.source), params.device, params.offset_ms
        ),
    }
    for media in MEDIA.values():
        table[f"media.{media.verb}"] = _job_handler(service, media)
    for row in KINDS.values():
        for verb, handler in _session_handlers(service, redactor, row).items():
            table[f"{row.name}.{verb}"] = handler
    for method in METHODS.values():
        if method.alias_of:
            table[method.name] = table[method.alias_of]
    return table


def _job_handler(service: EngineService, row: MediaRow) -> Handler:
    return lambda params: r.JobStarted(job_id=service.start_job(row.request(params)))


def _session_handlers(service: EngineService, redactor: Redactor, row: KindRow) -> dict[str, Handler]:
    """All handlers of a kind of session. All but initialize's take SessionRef."""
    kind = row.kind

    def initialize(params: AnyInitialize) -> bool:
        redactor.learn(params.secrets())
        try:
            if isinstance(params, InitializeStreamer):
                for one in params.destinations():
                    check_name(one.name, redactor.redact)
            settings = params.settings()
        except IoniaError as error:
            if service.is_running(kind, params.id):
                raise already_running(kind.value) from error
            raise
        row.open(service, params.id, settings)
        return True

    def asking(ask: Callable[[EngineService, str], object]) -> Handler:
        return lambda params: ask(service, params.id)

    def carrying_out(carry_out: Callable[[EngineService, Any], object]) -> Handler:
        def handle(params: object) -> object:
            if isinstance(params, SetDestination | AddDestination):
                redactor.learn(params.secrets())
                check_name(params.destination or "", redactor.redact)
            return carry_out(service, params)

        return handle

    return {
        "initialize": initialize,
        "start": lambda params: row.start(service, params),
        "stop": lambda params: service.stop(kind, params.id),
        "isRunning": lambda params: service.is_running(kind, params.id),
        "getStats": lambda params: to_wire(service.stats(kind, params.id)),
        "getCodecName": lambda params: service.codec_name(kind, params.id),
        "getCurrentPTSSeconds": lambda params: service.pts_seconds(kind, params.id),
        "dispose": lambda params: service.dispose(kind, params.id),
        **{query.verb: asking(query.ask) for query in row.queries},
        **{command.verb: carrying_out(command.carry_out) for command in row.commands},
    }
