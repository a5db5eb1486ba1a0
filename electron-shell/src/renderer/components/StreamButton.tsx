/** Go live and end the stream. Usable on its own: with `rtmpUrl`, or with the field it shows when it has no other way. */
import { useId, useState } from "react";
import { Radio, RotateCcw, Square } from "lucide-react";
import { isStreamActive, liveTitle, type StreamPhase } from "@ionia/common";
import { useShell, useShellClient } from "../state/use_shell.ts";
import type { Shortcut } from "../state/shortcuts.ts";
import { MainButton } from "./MainButton.tsx";
import { ProblemText } from "./ProblemText.tsx";

export interface StreamButtonProps {
  /** Where to stream to, key included. Without it: the saved destination, or a field to type in. */
  readonly rtmpUrl?: string;
  readonly quiet?: boolean;
  /** Why it can't be pressed now; shown as its description. */
  readonly missing?: string;
  /** The key that does the same, where there is one. */
  readonly shortcut?: Shortcut | null;
}

const LABELS: Readonly<Record<StreamPhase, string>> = {
  idle: "Go live",
  starting: "Cancel",
  live: "End stream",
  reconnecting: "End stream",
  stopping: "Ending",
  failed: "Go live again",
};

export function StreamButton({ rtmpUrl, quiet = false, missing = "", shortcut = null }: StreamButtonProps) {
  const client = useShellClient();
  const phase = useShell((state) => state.stream.phase);
  const problem = useShell((state) => state.stream.problem);
  const reason = useShell((state) => state.stream.reason);
  const unavailable = useShell((state) => state.engine.phase !== "ready");
  const [typed, setTyped] = useState("");
  const fieldId = useId();
  const hintId = useId();
  const needsField = rtmpUrl === undefined && client.full === undefined;
  const address = rtmpUrl ?? (needsField ? typed : undefined);

  const active = isStreamActive(phase);
  const spinning = phase === "starting" || phase === "stopping";
  const blocked = !active && (unavailable || missing !== "" || (needsField && typed.trim() === ""));
  return (
    <div className="inline-flex flex-col gap-2">
      {needsField && !active && (
        <label htmlFor={fieldId} className="text-[12px] text-muted">
          Stream address
          <input
            id={fieldId}
            type="url"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            placeholder="rtmp://server/app/key"
            className="mt-1 block h-9 w-full rounded-lg border border-line-strong bg-panel px-3 text-[13px] text-ink"
          />
        </label>
      )}
      <MainButton
        phase={phase}
        failure={phase === "failed" ? (problem?.liveKind ?? problem?.kind) : undefined}
        busy={spinning}
        disabled={phase === "stopping" || blocked}
        icon={active ? Square : phase === "failed" ? RotateCcw : Radio}
        filled={active}
        colours={active ? "bg-white text-[#3d309f] hover:bg-[#efedff]" : "bg-[#2a3044] text-white hover:bg-[#39415a]"}
        keyColours={active ? "bg-black/8" : "bg-white/12"}
        label={LABELS[phase]}
        title={missing || (phase === "failed" ? liveTitle(problem) : "")}
        describedBy={missing === "" ? undefined : hintId}
        shortcut={shortcut}
        onClick={() => void client.toggleStream(address)}
      >
        {LABELS[phase]}
      </MainButton>
      {missing !== "" && (
        <span id={hintId} className="sr-only">
          {missing}
        </span>
      )}
      {!quiet && phase === "reconnecting" && (
        <p role="status" className="text-[13px] text-warn-ink">
          Reconnecting. {reason}
        </p>
      )}
      {!quiet && phase === "failed" && problem !== null && <ProblemText problem={problem} />}
    </div>
  );
}
