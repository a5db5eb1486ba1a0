/** Start and stop a recording. Usable on its own: it needs `window.electronAPI` and nothing around it. */
import { useEffect, useRef } from "react";
import { Circle, RotateCcw, Square } from "lucide-react";
import { formatDuration, isTakeRunning, type RecordingPhase } from "@ionia/common";
import { useShell, useShellClient } from "../state/use_shell.ts";
import type { Shortcut } from "../state/shortcuts.ts";
import { MainButton } from "./MainButton.tsx";
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
  return (
    <div className="inline-flex flex-col gap-2">
      <MainButton
        phase={phase}
        busy={busy}
        disabled={busy || (unavailable && !recording)}
        icon={recording ? Square : phase === "failed" ? RotateCcw : Circle}
        filled={phase !== "failed"}
        colours={recording ? "bg-white text-[#a3142a] hover:bg-[#ffe9ec]" : "bg-rec text-white hover:bg-rec-hover"}
        keyColours={recording ? "bg-black/8" : "bg-black/20"}
        label={LABELS[phase]}
        shortcut={shortcut}
        onClick={() => void client.toggleRecording()}
      >
        <span className="tabular-nums">
          {isTakeRunning(phase) && seconds !== null && !quiet
            ? `${LABELS[phase]} ${formatDuration(seconds)}`
            : LABELS[phase]}
        </span>
      </MainButton>
      {!quiet && phase === "failed" && problem !== null && <ProblemText problem={problem} />}
    </div>
  );
}
