/** The viewfinder: what is going on, large; the two buttons; the finished recording plays in its place. */
import { useEffect, useState, type ReactNode } from "react";
import { FolderOpen, Radio, TriangleAlert, X } from "lucide-react";
import {
  checkServerUrl,
  formatBitrate,
  formatBytes,
  formatDuration,
  isTakeRunning,
  liveTitle,
  qualityOf,
  serverOf,
  speakDuration,
  type HistoryEntry,
  type Problem,
  type RecordingPhase,
  type ShellState,
  type StreamPhase,
} from "@ionia/common";
import { LivePicture } from "../components/LivePicture.tsx";
import { Meter } from "../components/Meter.tsx";
import { ReplayButton } from "../components/ReplayButton.tsx";
import { RecordingButton } from "../components/RecordingButton.tsx";
import { ScreenshotButton } from "../components/ScreenshotButton.tsx";
import { StreamButton } from "../components/StreamButton.tsx";
import { TakeControls } from "../components/TakeControls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

export interface StageProps {
  readonly playing: HistoryEntry | null;
  readonly onClosePlayer: () => void;
  readonly onRecorded: (outputPath: string) => void;
}

export function Stage({ playing, onClosePlayer, onRecorded }: StageProps) {
  return (
    <section aria-label="Recorder" className="stage relative flex min-h-0 grow flex-col overflow-hidden rounded-2xl">
      {playing === null ? <Viewfinder /> : <Player entry={playing} onClose={onClosePlayer} />}
      <div className="flex flex-wrap items-center justify-center gap-3 border-t border-white/8 bg-black/25 px-4 py-3.5">
        <RecordingButton quiet onRecorded={onRecorded} />
        <TakeControls />
        <StreamButton quiet missing={useMissing()} />
      </div>
    </section>
  );
}

/** What has to be filled in before going live, or nothing. */
function useMissing(): string {
  return useShell((state) => {
    const server = checkServerUrl(serverOf(state.settings));
    if (!server.ok) return server.message;
    return state.savedKeys[state.settings.service] === undefined
      ? "Enter the stream key under Live destination first."
      : "";
  });
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
  const stream = useShell((state) => state.stream.phase);
  const screen = useShell(screenLine);
  const seconds = useShell((state) => Math.floor(shownSeconds(state)));
  const engineReady = useShell((state) => state.engine.phase === "ready");
  const ended = useShell((state) => state.recording.endReason !== "");
  // Why there is no picture; null: there is one. One that stands still because nobody sends another would be believed.
  const [noPicture, setNoPicture] = useState<string | null>("");
  const live = noPicture === null && engineReady;
  const active = isTakeRunning(recording) || recording === "stopping" || stream === "live" || stream === "reconnecting";
  return (
    <div className="relative flex min-h-0 grow flex-col px-8 py-6">
      <Corners hot={recording === "recording"} />
      <div className="flex h-7 shrink-0 items-center justify-between">
        <div className="flex items-center gap-2" role="status" aria-label="Recording state">
          <span
            aria-hidden
            className={`size-2.5 rounded-full ${recording === "recording" ? `bg-[#ff4d61] motion-reduce:opacity-100 ${seconds % 2 === 0 ? "" : "opacity-40"}` : recording === "paused" ? "bg-[#ffc857]" : recording === "failed" ? "bg-[#ff8b99]" : "bg-[#5f6a84]"}`}
          />
          <span className={`text-[13px] font-semibold ${recording === "failed" ? "text-[#ffa3ae]" : ""}`}>
            {recording !== "idle"
              ? RECORDING_WORDS[recording]
              : !engineReady
                ? "Waiting for the engine"
                : ended
                  ? "Saved"
                  : RECORDING_WORDS.idle}
          </span>
        </div>
        <div className="flex items-center gap-2">
          <ScreenshotButton />
          <ReplayButton />
          <div role="status" aria-label="Stream state">
            {stream !== "idle" && <StreamBadge phase={stream} />}
          </div>
        </div>
      </div>
      <div className="relative flex min-h-0 grow flex-col items-center justify-center py-2">
        <LivePicture shown={live} onView={setNoPicture} />
        <div
          className={`relative flex flex-col items-center ${live ? "mt-auto gap-0.5 rounded-xl bg-black/70 px-4 py-1.5 backdrop-blur-sm" : "gap-3"}`}
        >
          <p
            role="timer"
            aria-label={`Elapsed time ${speakDuration(seconds)}`}
            className={`leading-none font-semibold tracking-tight tabular-nums ${live ? "text-[26px]" : "text-[clamp(44px,10vh,150px)]"} ${active ? "text-white" : live ? "text-[#c5cbdb]" : "text-[#717c96]"}`}
          >
            {formatDuration(seconds)}
          </p>
          <TakeLine quiet={live} />
          <p className={`text-center text-[#a7b0c5] ${live ? "text-[12px]" : "text-[13px]"}`}>{screen}</p>
          <p
            role="status"
            aria-label="Live picture"
            className="max-w-lg text-center text-[13px] wrap-anywhere text-[#ffe2a3] empty:hidden"
          >
            {engineReady ? noPicture : ""}
          </p>
          <Message />
        </div>
      </div>
      <div className="grid min-h-5 shrink-0 grid-cols-2 gap-6">
        <StageMeter source="desktop" label="Desktop" />
        <StageMeter source="mic" label="Mic" />
      </div>
    </div>
  );
}

/** Whether it is paused, what was marked, which file it is. Keeps its height while it says nothing, unless `quiet`. */
function TakeLine({ quiet }: { readonly quiet: boolean }) {
  const phase = useShell((state) => state.recording.phase);
  const marks = useShell((state) => state.recording.marks);
  const part = useShell((state) => state.recording.part);
  const shown = isTakeRunning(phase) || phase === "stopping";
  const facts = [marks > 0 && `${marks} ${marks === 1 ? "mark" : "marks"}`, part > 1 && `file ${part}`].filter(Boolean);
  return (
    <p
      role="status"
      aria-label="Take"
      className={`flex items-center gap-2.5 text-[13px] text-white ${quiet ? "empty:hidden" : "h-6"}`}
    >
      {phase === "paused" && (
        <strong className="rounded-full bg-[#ffc857] px-2.5 py-0.5 text-[12px] font-bold tracking-wider text-[#2b1d00]">
          PAUSED
        </strong>
      )}
      {shown && facts.length > 0 && <span className="tabular-nums">{facts.join("  ·  ")}</span>}
    </p>
  );
}

function StageMeter({ source, label }: { readonly source: "desktop" | "mic"; readonly label: string }) {
  const enabled = useShell((state) =>
    source === "desktop" ? state.settings.desktopEnabled : state.settings.micEnabled,
  );
  const running = useShell(
    ({ recording, stream }) =>
      isTakeRunning(recording.phase) || stream.phase === "live" || stream.phase === "reconnecting",
  );
  if (!running || !enabled) return <div />;
  return (
    <div className="flex items-center gap-2.5">
      <span className="shrink-0 text-[12px] text-[#a7b0c5]">{label}</span>
      <div className="grow">
        <Meter source={source} label={`${label} level now`} onDark />
      </div>
    </div>
  );
}

function StreamBadge({ phase }: { readonly phase: StreamPhase }) {
  const failure = useShell((state) => liveTitle(state.stream.problem));
  const tone =
    phase === "live"
      ? "bg-[#6757ee] text-white"
      : phase === "reconnecting"
        ? "bg-[#ffc857] text-[#2b1d00]"
        : phase === "failed"
          ? "bg-[#4a1420] text-[#ffb3bd]"
          : "bg-white/12 text-white";
  return (
    <span
      data-stream={phase}
      className={`ml-2.5 inline-flex items-center gap-1.5 rounded-full px-3 py-1 text-[12px] font-semibold ${tone}`}
    >
      <Radio aria-hidden size={13} />
      {phase === "failed" && failure !== "" ? failure : STREAM_WORDS[phase]}
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

/** The brackets of a viewfinder. */
function Corners({ hot }: { readonly hot: boolean }) {
  const tone = hot ? "border-[#ff4d61]" : "border-white/25";
  const at = [
    "top-3 left-3 border-t-2 border-l-2 rounded-tl-lg",
    "top-3 right-3 border-t-2 border-r-2 rounded-tr-lg",
    "bottom-3 left-3 border-b-2 border-l-2 rounded-bl-lg",
    "right-3 bottom-3 border-r-2 border-b-2 rounded-br-lg",
  ];
  return at.map((place) => (
    <span key={place} aria-hidden className={`pointer-events-none absolute size-6 ${place} ${tone}`} />
  ));
}

function shownSeconds({ recording, stream }: ShellState): number {
  if (isTakeRunning(recording.phase) || recording.phase === "stopping") return recording.stats?.durationSeconds ?? 0;
  if (stream.phase === "live" || stream.phase === "reconnecting") return stream.stats?.durationSeconds ?? 0;
  return 0;
}

function screenLine({ devices, settings, recording, stream }: ShellState): string {
  const { fps, videoBitrate } = qualityOf(settings);
  const running = isTakeRunning(recording.phase) ? recording.stats : stream.phase === "live" ? stream.stats : null;
  const screens = devices?.screens ?? [];
  const screen =
    screens.find(({ id }) => id === settings.screen) ??
    (settings.screen === null ? (screens.find(({ primary }) => primary) ?? screens[0]) : undefined);
  const size = running?.width
    ? `${running.width} × ${running.height}`
    : screen === undefined
      ? ""
      : `${screen.width} × ${screen.height}`;
  const name = settings.screen === "test" ? "Test card" : (screen?.name ?? "");
  return [name, size, `${fps} fps`, formatBitrate(videoBitrate)].filter((part) => part !== "").join("  ·  ");
}

function Player({ entry, onClose }: { readonly entry: HistoryEntry; readonly onClose: () => void }) {
  const client = useShellClient();
  const [broken, setBroken] = useState(false);
  useEffect(() => setBroken(false), [entry.id]);
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="flex items-center gap-2 px-4 py-2.5">
        <div className="min-w-0 grow">
          <p className="truncate text-[13px] font-semibold">{entry.name}</p>
          <p className="text-[12px] text-[#a7b0c5] tabular-nums">
            {formatDuration(entry.durationSeconds)}, {formatBytes(entry.bytes)}
            {entry.width > 0 && `, ${entry.width} × ${entry.height}`}
            {entry.recovered && ", ended early"}
          </p>
        </div>
        <button
          type="button"
          onClick={() => void client.command((api) => api.showInFolder(entry.id))}
          className="inline-flex h-8 items-center gap-2 rounded-lg bg-white/10 px-3 font-medium text-white hover:bg-white/20"
        >
          <FolderOpen aria-hidden size={14} />
          Show in folder
        </button>
        <button
          type="button"
          aria-label="Close player"
          title="Close player"
          onClick={onClose}
          className="inline-flex size-8 items-center justify-center rounded-lg text-white hover:bg-white/15"
        >
          <X aria-hidden size={16} />
        </button>
      </div>
      <div className="relative min-h-0 grow bg-black">
        {/* What was on the screen has no captions to offer. */}
        <video
          key={entry.id}
          src={entry.mediaUrl}
          controls
          preload="metadata"
          aria-label={`Recording ${entry.name}`}
          onError={() => setBroken(true)}
          className="absolute inset-0 size-full object-contain"
        />
        {broken && (
          <p role="alert" className="absolute inset-x-0 top-1/2 text-center text-[#ffd0d6]">
            This recording can't be played here. It may have been moved or deleted.
          </p>
        )}
      </div>
    </div>
  );
}
