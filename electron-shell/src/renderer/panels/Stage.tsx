/** The picture: what will be recorded, what is recorded, or a finished recording; above it what is going on, below it the buttons. */
import { useState, type ReactNode } from "react";
import { AppWindow, ChevronDown, Crop, FlaskConical, Monitor, Radio, TriangleAlert } from "lucide-react";
import {
  destinationOf,
  destinationTitle,
  formatDuration,
  isTakeRunning,
  liveTitle,
  speakDuration,
  streamLacks,
  type HistoryEntry,
  type Problem,
  type RecordingPhase,
  type ShellState,
  type StreamPhase,
  sourceOf,
} from "@ionia/common";
import { LivePicture } from "../components/LivePicture.tsx";
import { ReplayButton } from "../components/ReplayButton.tsx";
import { RecordingButton } from "../components/RecordingButton.tsx";
import { ScreenshotButton } from "../components/ScreenshotButton.tsx";
import { StreamButton } from "../components/StreamButton.tsx";
import { TakeControls } from "../components/TakeControls.tsx";
import { useLocked } from "../state/use_locked.ts";
import { useShortcut } from "../state/use_take_keys.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { Player } from "./Player.tsx";
import { SourcePicker } from "./SourcePicker.tsx";

export interface StageProps {
  readonly playing: HistoryEntry | null;
  readonly onClosePlayer: () => void;
  readonly onRecorded: (outputPath: string) => void;
}

export function Stage({ playing, onClosePlayer, onRecorded }: StageProps) {
  return (
    <section
      aria-label="Recorder"
      className="stage relative flex min-h-0 grow flex-col overflow-hidden rounded-2xl max-roomy:min-h-[min(26rem,calc(100vh-4.5rem))] roomy:min-h-64"
    >
      {playing === null ? <Viewfinder /> : <Player entry={playing} onClose={onClosePlayer} />}
      <div className="flex shrink-0 flex-wrap items-center justify-center gap-x-2 gap-y-2 border-t lg:gap-x-4 border-white/8 bg-black/30 px-3 py-2">
        <div className="flex flex-wrap items-center justify-center gap-1">
          <ScreenshotButton />
          <ReplayButton />
        </div>
        <RecordingButton quiet onRecorded={onRecorded} shortcut={useShortcut("record")} />
        <TakeControls />
        <StreamButton quiet missing={useMissing()} shortcut={useShortcut("live")} />
      </div>
    </section>
  );
}

/** What has to be filled in before going live, or nothing. */
function useMissing(): string {
  return useShell(({ settings, savedKeys }) => streamLacks(settings, savedKeys));
}

const RECORDING_WORDS: Readonly<Record<RecordingPhase, string>> = {
  idle: "Ready",
  starting: "Starting",
  recording: "Recording",
  paused: "Paused",
  stopping: "Saving",
  failed: "Recording failed",
};

const STREAM_WORDS: Readonly<Record<StreamPhase, string>> = {
  idle: "",
  starting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  stopping: "Ending stream",
  failed: "Stream failed",
};

function Viewfinder() {
  const recording = useShell((state) => state.recording.phase);
  const engineReady = useShell((state) => state.engine.phase === "ready");
  // Why there is no picture; null: there is one. One that stands still because nobody sends another would be believed.
  const [noPicture, setNoPicture] = useState<string | null>("");
  const live = noPicture === null && engineReady;
  return (
    <div className="relative flex min-h-0 grow flex-col">
      <div className="@container flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-2">
        <SourceButton />
        <span className="grow" />
        <TakeLine />
        <State />
      </div>
      <div
        className={`relative flex min-h-32 grow flex-col items-center justify-center border-t-2 ${recording === "recording" ? "border-[#ff4d61]" : recording === "paused" ? "border-[#ffc857]" : "border-transparent"}`}
      >
        <LivePicture shown={live} onView={setNoPicture} />
        {!live && <Monitor aria-hidden size={44} strokeWidth={1.2} className="mb-3 text-[#3d4660]" />}
        <p
          role="status"
          aria-label="Live picture"
          className="max-w-lg px-4 text-center text-[13px] wrap-anywhere text-[#ffe2a3] empty:hidden"
        >
          {engineReady ? noPicture : ""}
        </p>
        <div className={live ? "absolute inset-x-0 bottom-3 flex justify-center px-4" : "relative px-4"}>
          <Message />
        </div>
      </div>
    </div>
  );
}

const SOURCE_ICONS = { screen: Monitor, window: AppWindow, test: FlaskConical, missing: TriangleAlert } as const;

/** What is recorded, and the way to something else. */
function SourceButton() {
  const settings = useShell((state) => state.settings);
  const devices = useShell((state) => state.devices);
  const running = useLocked();
  const moving = useShell(({ recording, stream }) =>
    [recording.phase, stream.phase].some((phase) => phase === "starting" || phase === "stopping"),
  );
  const [picking, setPicking] = useState(false);
  const source = sourceOf(settings, devices);
  const Icon = SOURCE_ICONS[source.kind];
  const height = settings.height !== null && settings.height < source.height ? `${settings.height}p` : "";
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        disabled={moving || devices === null}
        title={running ? "Go on with another screen or window" : "What to record"}
        onClick={() => setPicking(true)}
        className="flex h-9 max-w-full min-w-0 items-center gap-2 rounded-lg bg-white/10 px-2.5 text-left enabled:hover:bg-white/18 disabled:cursor-default"
      >
        <Icon aria-hidden size={16} className="shrink-0 text-[#b3abff]" />
        <span className="truncate font-semibold">
          <span className="sr-only">What to record:</span> {source.name}
        </span>{" "}
        <span className="flex shrink-0 items-center gap-1.5 text-[12px] text-[#b6bfd3] tabular-nums max-[520px]:hidden">
          {settings.region !== null && <Crop aria-label="area" size={13} />}
          {source.width} × {source.height}
          {height !== "" && ` → ${height}`}
          <span className="-ml-1.5 @max-[600px]:hidden">, {settings.fps} fps</span>
        </span>
        {!moving && <ChevronDown aria-hidden size={15} className="shrink-0 text-[#b6bfd3]" />}
      </button>
      {picking && <SourcePicker onClose={() => setPicking(false)} />}
    </>
  );
}

/** The two states and the time. */
function State() {
  const recording = useShell((state) => state.recording.phase);
  const stream = useShell((state) => state.stream.phase);
  const seconds = useShell((state) => Math.floor(shownSeconds(state)));
  const engineReady = useShell((state) => state.engine.phase === "ready");
  const ended = useShell((state) => state.recording.endReason !== "");
  const running = isTakeRunning(recording) || recording === "stopping";
  const onAir = stream === "live" || stream === "reconnecting";
  const active = running || onAir;
  const time = (
    <span
      role="timer"
      aria-label={`Elapsed time ${speakDuration(seconds)}`}
      className={`text-[17px] leading-none font-semibold tabular-nums ${active ? "text-white" : "text-[#a7b0c5]"}`}
    >
      {formatDuration(seconds)}
    </span>
  );
  const streamsAlone = onAir && recording === "idle";
  const dot =
    recording === "recording"
      ? `bg-[#ff4d61] motion-reduce:opacity-100 ${seconds % 2 === 0 ? "" : "opacity-40"}`
      : recording === "paused"
        ? "bg-[#ffc857]"
        : recording === "failed"
          ? "bg-[#ff8b99]"
          : "bg-[#7d88a3]";
  return (
    <div className="flex items-center gap-2">
      <div
        className={`flex h-9 items-center gap-2 rounded-lg px-3 ${recording === "recording" ? "bg-[#4a0f1a]" : "bg-black/30"}`}
      >
        <span aria-hidden className={`size-2.5 shrink-0 rounded-full ${dot}`} />
        <span
          role="status"
          aria-label="Recording state"
          className={`text-[13px] font-semibold ${recording === "failed" ? "text-[#ffa3ae]" : ""}`}
        >
          {recording !== "idle"
            ? RECORDING_WORDS[recording]
            : !engineReady
              ? "Waiting for the engine"
              : streamsAlone
                ? "Not recording"
                : ended
                  ? "Saved"
                  : RECORDING_WORDS.idle}
        </span>
        {!streamsAlone && time}
      </div>
      <div role="status" aria-label="Stream state">
        {stream !== "idle" && <StreamBadge phase={stream} />}
      </div>
      {streamsAlone && time}
    </div>
  );
}

/** What was marked, and which file it is. */
function TakeLine() {
  const phase = useShell((state) => state.recording.phase);
  const marks = useShell((state) => state.recording.marks);
  const part = useShell((state) => state.recording.part);
  const shown = isTakeRunning(phase) || phase === "stopping";
  const facts = [marks > 0 && `${marks} ${marks === 1 ? "mark" : "marks"}`, part > 1 && `file ${part}`].filter(Boolean);
  return (
    <p role="status" aria-label="Take" className="text-[12px] text-[#d5dbe9] tabular-nums empty:hidden">
      {shown && facts.join("  ·  ")}
    </p>
  );
}

function StreamBadge({ phase }: { readonly phase: StreamPhase }) {
  const failure = useShell((state) => liveTitle(state.stream.problem));
  const all = useShell((state) => state.stream.destinations.length);
  const onAir = useShell((state) => state.stream.destinations.filter((one) => one.phase === "live").length);
  const some = phase === "live" && onAir < all;
  const later = useShell(({ stream }) => (stream.phase === "live" ? (stream.stats?.delaySeconds ?? 0) : 0));
  const tone =
    phase === "live" && !some
      ? "bg-[#6757ee] text-white"
      : phase === "reconnecting" || some
        ? "bg-[#ffc857] text-[#2b1d00]"
        : phase === "failed"
          ? "bg-[#4a1420] text-[#ffb3bd]"
          : "bg-white/12 text-white";
  return (
    <span
      data-stream={phase}
      className={`inline-flex h-9 items-center gap-1.5 rounded-lg px-3 text-[13px] font-semibold ${tone}`}
    >
      <Radio aria-hidden size={13} />
      {phase === "failed" && failure !== "" ? failure : STREAM_WORDS[phase]}
      {phase === "live" && all > 1 && ` ${onAir} of ${all}`}
      {later > 0 && `, ${Math.round(later)} s later`}
    </span>
  );
}

/** One message at a time: the failure, the outage, or what the devices' problem is. */
function Message() {
  const client = useShellClient();
  const recording = useShell((state) => state.recording);
  const stream = useShell((state) => state.stream);
  const readiness = useShell((state) => state.readiness);
  const engine = useShell((state) => state.engine);
  const settings = useShell((state) => state.settings);
  if (engine.phase === "missing") {
    return (
      <Notice problem={{ kind: "engine", message: "The engine is not running.", hint: engine.message }}>
        <button
          type="button"
          onClick={() => void client.command((api) => api.refreshDevices())}
          className="mt-2 block rounded-lg bg-white/15 px-3 py-1.5 font-semibold text-white hover:bg-white/25"
        >
          Try again
        </button>
      </Notice>
    );
  }
  if (stream.phase === "reconnecting" || (stream.phase === "starting" && stream.reason !== "")) {
    const wait = stream.delayMs >= 1000 ? ` Next try in ${Math.ceil(stream.delayMs / 1000)} s.` : "";
    const hint =
      `Try ${Math.max(1, stream.attempt)}.${wait} ${isTakeRunning(recording.phase) ? "The recording goes on." : ""}`.trim();
    return (
      <Notice
        calm
        problem={{
          kind: "reconnecting",
          message: stream.reason === "" ? "The connection was lost." : stream.reason,
          hint,
        }}
      />
    );
  }
  const away = stream.phase === "live" ? stream.destinations.find((one) => one.phase === "reconnecting") : undefined;
  if (away !== undefined) {
    const found = destinationOf(settings, away.id);
    const name = found === undefined ? "" : `${destinationTitle(found)}: `;
    const message = `${name}${away.reason === "" ? "The connection was lost." : away.reason}`;
    const hint = `Try ${Math.max(1, away.attempt)}. The stream goes on elsewhere.`;
    return <Notice calm problem={{ kind: "reconnecting", message, hint }} />;
  }
  if (recording.phase === "failed" && recording.problem !== null) return <Notice problem={recording.problem} />;
  if (stream.phase === "failed" && stream.problem !== null) return <Notice problem={stream.problem} />;
  if (recording.phase === "idle" && recording.endReason !== "") {
    const message = "The recording ended by itself and is saved.";
    return <Notice calm problem={{ kind: "ended", message, hint: recording.endReason }} />;
  }
  if (
    recording.phase === "idle" &&
    stream.phase === "idle" &&
    readiness.phase === "problem" &&
    readiness.problem !== null
  ) {
    return <Notice calm problem={readiness.problem} />;
  }
  return null;
}

function Notice({
  problem,
  calm = false,
  children,
}: {
  readonly problem: Problem;
  readonly calm?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    <div
      role={calm ? "status" : "alert"}
      className={`mt-1 flex max-w-lg items-start gap-3 rounded-xl px-4 py-3 text-left text-[13px] select-text ${calm ? "bg-[#3a2f12] text-[#ffe2a3]" : "bg-[#451521] text-[#ffd0d6]"}`}
    >
      <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
      <div className="min-w-0 wrap-anywhere">
        <strong className="block font-semibold">{problem.message}</strong>
        {problem.hint}
        {children}
      </div>
    </div>
  );
}

function shownSeconds({ recording, stream }: ShellState): number {
  if (isTakeRunning(recording.phase) || recording.phase === "stopping") return recording.stats?.durationSeconds ?? 0;
  if (stream.phase === "live" || stream.phase === "reconnecting") return stream.stats?.durationSeconds ?? 0;
  return 0;
}
