/** Start and stop a recording. Usable on its own: it needs `window.electronAPI` and nothing around it. */
import { useEffect, useRef } from "react";
import { Circle, LoaderCircle, RotateCcw, Square } from "lucide-react";
import { formatDuration, isTakeRunning, type RecordingPhase } from "@ionia/common";
import { useShell, useShellClient } from "../state/use_shell.ts";
import type { Shortcut } from "../state/shortcuts.ts";
import { Keys } from "./Keys.tsx";
import { ProblemText } from "./ProblemText.tsx";

export interface RecordingButtonProps {
  /** Where the finished recording is. */
  readonly onRecorded?: (outputPath: string) => void;
  /** Leave the message of a failure to the surroundings. */
  readonly quiet?: boolean;
  /** The key that does the same, where there is one. */
  readonly shortcut?: Shortcut | null;
}

const LABELS: Readonly<Record<RecordingPhase, string>> = {
  idle: "Record",
  starting: "Starting",
  recording: "Stop",
  paused: "Stop",
  stopping: "Saving",
  failed: "Record again",
};

export function RecordingButton({ onRecorded, quiet = false, shortcut = null }: RecordingButtonProps) {
  const client = useShellClient();
  const phase = useShell((state) => state.recording.phase);
  const problem = useShell((state) => state.recording.problem);
  const seconds = useShell((state) =>
    state.recording.stats === null ? null : Math.floor(state.recording.stats.durationSeconds ?? 0),
  );
  const unavailable = useShell((state) => state.engine.phase !== "ready");
  const before = useRef(phase);
  useEffect(() => {
    const path = client.getState().recording.outputPath;
    if (before.current === "stopping" && phase === "idle" && path !== null) onRecorded?.(path);
    before.current = phase;
  }, [client, phase, onRecorded]);

  const busy = phase === "starting" || phase === "stopping";
  const recording = isTakeRunning(phase) || phase === "stopping";
  const Icon = busy ? LoaderCircle : recording ? Square : phase === "failed" ? RotateCcw : Circle;
  return (
    <div className="inline-flex flex-col gap-2">
      <button
        type="button"
        data-phase={phase}
        disabled={busy || (unavailable && !recording)}
        aria-busy={busy}
        aria-keyshortcuts={shortcut?.aria}
        title={shortcut === null ? undefined : `${LABELS[phase]} (${shortcut.keys})`}
        onClick={() => void client.toggleRecording()}
        className={`inline-flex h-12 min-w-32 items-center justify-center gap-2.5 rounded-full px-4 lg:min-w-40 lg:px-6 text-[15px] font-semibold transition-colors disabled:opacity-60 ${
          recording ? "bg-white text-[#a3142a] hover:bg-[#ffe9ec]" : "bg-rec text-white hover:bg-rec-hover"
        }`}
      >
        <Icon
          aria-hidden
          size={17}
          strokeWidth={2.5}
          className={busy ? "animate-spin" : ""}
          fill={busy || phase === "failed" ? "none" : "currentColor"}
        />
        <span className="tabular-nums">
          {isTakeRunning(phase) && seconds !== null && !quiet
            ? `${LABELS[phase]} ${formatDuration(seconds)}`
            : LABELS[phase]}
        </span>
        {shortcut !== null && (
          <Keys keys={shortcut.keys} className={`max-[1023px]:hidden ${recording ? "bg-black/8" : "bg-black/20"}`} />
        )}
      </button>
      {!quiet && phase === "failed" && problem !== null && <ProblemText problem={problem} />}
    </div>
  );
}
