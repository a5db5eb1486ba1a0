"""`ionia-engine selftest`: everything that recording needs is tried for half a minute, and said in plain words."""

import argparse
import queue
import shutil
import sys
import textwrap

import msgspec

from ionia.app import make_engine
from ionia.cli.asking import asked_address, asked_key
from ionia.cli.complaint import complain
from ionia.cli.live import Happenings, StopAsked, stop_signals
from ionia.cli.options import given
from ionia.cli.progress import LiveLine
from ionia.cli.selftest_file import refuse_taken, write_report
from ionia.core.audio.engine import AudioInput
from ionia.core.errors import IoniaError
from ionia.core.events import SelftestProgressed
from ionia.core.redaction import redact_text
from ionia.core.selftest_report import (
    Correction,
    Finding,
    Outcome,
    Part,
    Recommendation,
    SelftestReport,
    SelftestSettings,
)
from ionia.core.service import EngineService
from ionia.rpc.params import Selftest
from ionia.rpc.results import SelftestResult
from ionia.selftest.run import SECONDS
from ionia.threads.worker import Worker

MARKS = {Outcome.GOOD: "ok", Outcome.FAIR: "!", Outcome.BAD: "!!", Outcome.SKIPPED: "--", Outcome.ABSENT: "  "}
BAR_WIDTH = 20
WIDEST = 110
_JOIN_SECONDS = 5.0


def selftest(options: argparse.Namespace) -> int:
    """Test, print, offer the correction; 0 when recording works here, else 1."""
    if options.report:
        refuse_taken(options.report)
    url = asked_address() if options.url == "-" else options.url
    key = asked_key() if options.ask_key else ""
    only = None if options.only is None else tuple(options.only)
    asked = Selftest(rtmp_url=url, stream_key=key, folder=options.folder, parts=only, **given(options, Selftest))
    settings = asked.settings()
    line = LiveLine(sys.stderr if options.json else sys.stdout)
    happenings: Happenings = queue.SimpleQueue()
    engine = make_engine(happenings.put)
    try:
        if options.forget:
            return _forget(engine, options.forget)
        if not options.json:
            seconds = sum(SECONDS[part] for part in settings.parts if url or part is not Part.NETWORK)
            line.say(f"Self-test: about {seconds} seconds. Ctrl+C ends it.\n")
        report = _run(engine, settings, happenings, line, quiet=options.json)
        if options.json:
            print(msgspec.json.format(msgspec.json.encode(SelftestResult.of(report, redact_text)), indent=2).decode())
        else:
            _print_report(report)
        if options.report:
            write_report(options.report, report, settings, engine.info())
            told = (
                f"The figures are in {options.report}, without names of people, machines and folders, and without "
                "keys; devices are named in it, but for those that seem to be named after somebody."
            )
            print(_wrapped(told, 0), file=sys.stderr if options.json else sys.stdout)
        if report.correction is not None:
            _offer(engine, report.correction, apply=options.apply, ask=not options.json)
    finally:
        engine.close()
    return 0 if report.ok else 1


def _run(
    engine: EngineService, settings: SelftestSettings, happenings: Happenings, line: LiveLine, *, quiet: bool
) -> SelftestReport:
    """The test on a thread of its own, while this one shows how far it is and hears Ctrl+C."""
    outcome: list[SelftestReport | BaseException] = []

    def ended(by: SelftestReport | BaseException) -> None:
        outcome.append(by)
        happenings.put(StopAsked())

    worker = Worker("selftest", lambda: ended(engine.selftest(settings)), ended)
    with stop_signals(happenings):
        worker.start()
        while True:
            happened = happenings.get()
            if isinstance(happened, StopAsked):
                if outcome:
                    break
                engine.cancel_selftest()
            elif isinstance(happened, SelftestProgressed) and not quiet:
                line.show(_progress(happened), happened.fraction * 30)
        worker.join(_JOIN_SECONDS)
    if not quiet:
        line.clear()
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    return result


def _progress(happened: SelftestProgressed) -> str:
    done = round(BAR_WIDTH * happened.fraction)
    text = f"[{'#' * done}{'.' * (BAR_WIDTH - done)}] {happened.message}"
    width = shutil.get_terminal_size().columns - 1
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _print_report(report: SelftestReport) -> None:
    width = max((len(finding.title) for finding in report.findings), default=0)
    for finding in sorted(report.findings, key=lambda one: one.outcome is Outcome.ABSENT):
        _print_finding(finding, width)
    print()
    print(_wrapped(report.verdict, 0))
    if report.recommendation is not None and not report.cancelled:
        print(_wrapped(f"Recommended: {_settings_words(report.recommendation)}", 0))


def _print_finding(finding: Finding, width: int) -> None:
    first = f"{MARKS[finding.outcome]:>2}  {finding.title.ljust(width)}  "
    more = "; --url ADDRESS streams there" if finding.part is Part.NETWORK and finding.outcome is Outcome.ABSENT else ""
    body = textwrap.wrap(redact_text(finding.found) + more, max(30, _columns() - len(first)), break_on_hyphens=False)
    print(first + f"\n{' ' * len(first)}".join(body))
    for below in (finding.advice, finding.note):
        if below:
            print(_wrapped(redact_text(below).replace("engine.devices", "`ionia-engine devices`"), len(first)))


def _wrapped(text: str, indent: int) -> str:
    room = max(30, _columns() - indent)
    return "\n".join(" " * indent + part for part in textwrap.wrap(text, room, break_on_hyphens=False))


def _columns() -> int:
    return min(WIDEST, shutil.get_terminal_size((100, 24)).columns)


def _settings_words(best: Recommendation) -> str:
    size = f" --size {best.width}x{best.height}" if best.scaled else ""
    return f"--encoder {best.encoder.value} --fps {best.fps} --bitrate {best.video_bitrate / 1e6:g}M{size}"


def _offer(engine: EngineService, correction: Correction, *, apply: bool, ask: bool) -> None:
    """Say what the correction would do, and set it if the user wants it."""
    device, offset = correction.device, correction.offset_ms
    moved = f"{abs(offset):.0f} ms {'later' if offset > 0 else 'earlier'}"
    said = f"The sound of {device} is off by the same amount each time. Moving it {moved} puts it where it belongs."
    told = f"Done. `ionia-engine selftest --forget '{device}'` undoes it."
    if not offset:
        said = f"The correction that is set for {device} is not needed any more."
        told = f"Done. The sound of {device} is recorded as it comes."
    if ask:
        print()
        print(_wrapped(said, 0))
    if ask and not apply:
        if sys.stdin.isatty():
            question = "Do so in all recordings from now on?" if offset else "Take it away?"
            apply = input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
        else:
            print(_wrapped(f"`ionia-engine selftest --apply` {'corrects it' if offset else 'takes it away'}.", 0))
    if apply:
        engine.set_audio_offset(AudioInput.DESKTOP, device, offset or None)
        print(_wrapped(told, 0), file=sys.stdout if ask else sys.stderr)


def _forget(engine: EngineService, device: str) -> int:
    try:
        engine.set_audio_offset(AudioInput.DESKTOP, device, None)
    except IoniaError as error:
        complain(error)
        return 1
    print(f"The sound of {device} is recorded as it comes.", file=sys.stdout)
    return 0
