"""The self-test streams the test card for ten seconds, faster than the user wants to stream, and sees what arrives.

The card and not the screen: nobody's desktop goes on the air for a test.
"""

from ionia.core.errors import IoniaError
from ionia.core.events import Event, SessionFailed
from ionia.core.live.live_url import parse_live_url
from ionia.core.live.unseen_test import unseen
from ionia.core.live.whip_url import WhipUrl
from ionia.core.selftest_report import Finding, Outcome, Part
from ionia.core.service import EngineService
from ionia.core.settings import AudioMode, EncoderChoice, MediaSettings, SessionKind, StreamerSettings
from ionia.core.stats import of_streamer
from ionia.selftest.context import SECOND_NS, TEST, SelftestContext
from ionia.selftest.judge import NETWORK_SHARE, judge_network, judge_whip

LENGTH_NS = 10 * SECOND_NS
SETTLE_NS = 2 * SECOND_NS
"""Not counted: what the system's send buffer swallows at first says nothing about the link."""

STEP_NS = SECOND_NS // 2
SESSION = "selftest"


def run_network(context: SelftestContext) -> tuple[Finding, float | None]:
    """The finding, and the bit rate that a stream may use; None: unknown. Raises CancelledError."""
    url = context.settings.rtmp_url
    if url is None:
        finding = Finding(
            part=Part.NETWORK, outcome=Outcome.ABSENT, title="Network", found="not tested, since no address was given"
        )
        return finding, None
    context.tell(0.0, "Connecting.")
    failures: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, SessionFailed):
            failures.append(event.message)

    engine = context.make_engine(listen)
    try:
        return _stream(context, engine, url, failures)
    except IoniaError as error:
        return _failed(error.message, error.hint), None
    finally:
        engine.close()


def _failed(message: str, hint: str) -> Finding:
    return Finding(
        part=Part.NETWORK,
        outcome=Outcome.BAD,
        title="Network",
        found=message,
        advice=hint or "Check the address and the stream key.",
    )


def _stream(
    context: SelftestContext, engine: EngineService, url: str, failures: list[str]
) -> tuple[Finding, float | None]:
    media = MediaSettings(
        screen=TEST,
        desktop_audio=TEST,
        audio_mode=AudioMode.DESKTOP,
        encoder=EncoderChoice.X264,  # fills its rate up on whatever picture: what is asked for is what is sent
        video_bitrate=round(context.settings.video_bitrate / NETWORK_SHARE),
    )
    server = parse_live_url(url, context.settings.stream_key)
    by_whip = isinstance(server, WhipUrl)
    address, key = unseen(url, context.settings.stream_key)
    settings = StreamerSettings(
        rtmp_url=address,
        stream_key=key,
        ca_file=context.settings.ca_file,
        media=media,
        adaptive_bitrate=by_whip,  # by which it shows whether something was lost
        require_connection=True,
    )
    engine.initialize_streamer(SESSION, settings)
    engine.start(SessionKind.STREAMER, SESSION)
    begin_ns = context.clock.now_ns()
    sent0 = begin0_ns = 0
    for step in range(1, LENGTH_NS // STEP_NS + 1):
        context.tell((step - 1) * STEP_NS / LENGTH_NS, "Streaming the test card.")
        context.wait_until(begin_ns + step * STEP_NS)
        if failures:
            return _failed(failures[0], ""), None
        if step * STEP_NS == SETTLE_NS:
            sent0 = of_streamer(engine.stats(SessionKind.STREAMER, SESSION)).bytes_sent
            begin0_ns = context.clock.now_ns()
    stats = of_streamer(engine.stats(SessionKind.STREAMER, SESSION))
    seconds = (context.clock.now_ns() - begin0_ns) / SECOND_NS
    if by_whip:
        lowered = stats.target_bitrate_kbps * 1000 < media.video_bitrate
        sent_bps = (stats.bytes_sent - sent0) * 8 / seconds
        return judge_whip(server.redacted, sent_bps, reconnects=stats.reconnect_count, lowered=lowered), None
    return judge_network(
        server=server.redacted,
        asked_bps=media.video_bitrate + media.audio_bitrate,
        sustained_bps=(stats.bytes_sent - sent0) * 8 / seconds,
        dropped=stats.video_packets_dropped,
        reconnects=stats.reconnect_count,
        wanted_bps=context.settings.video_bitrate,
    )
