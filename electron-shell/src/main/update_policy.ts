/**
 * When the application may look for a newer version of itself, fetch it and put it in its place. Pure.
 *
 * Never beside a recording or a stream: looking and fetching take from the network that a stream needs, and installing ends
 * the engine. A held replay and a job on a file would be lost by it, too.
 */
import { isRecordingActive, isStreamActive, type ShellState } from "@ionia/common";

export const CHECK_INTERVAL_MS = 6 * 3_600_000;

/** What is known of a newer version: nothing, that it is there, that it is here. */
export type UpdatePhase = "unknown" | "checking" | "available" | "downloading" | "ready";

export interface UpdateMoment {
  readonly phase: UpdatePhase;
  /** Whether the user asked to have it now. */
  readonly asked: boolean;
  /** On one clock; the last check counts when it began, or null for never. */
  readonly nowMs: number;
  readonly checkedMs: number | null;
  readonly state: ShellState;
}

export type UpdateStep = "wait" | "check" | "download" | "cancel" | "install";

/** Whether there is anything that an update must not end or slow down. */
export function isAtWork({ recording, stream, replay, jobs }: ShellState): boolean {
  const held = replay.phase !== "off" && replay.phase !== "failed";
  return isRecordingActive(recording.phase) || isStreamActive(stream.phase) || held || jobs.length > 0;
}

/**
 * Whether Windows may end its session (log-off, shutdown): it is "asked" beforehand, and waits for us if we say so, or
 * "told" that it ends. Work is finished either way. `finish` ends the application when that is done.
 */
export function answerSessionEnd(how: "asked" | "told", state: ShellState, finish: () => void): "wait" | "go" {
  if (how === "asked" && !isAtWork(state)) return "go";
  finish();
  return "wait";
}

export function nextUpdateStep({ phase, asked, nowMs, checkedMs, state }: UpdateMoment): UpdateStep {
  if (isAtWork(state)) return phase === "downloading" ? "cancel" : "wait";
  switch (phase) {
    case "unknown":
      return checkedMs === null || nowMs - checkedMs >= CHECK_INTERVAL_MS ? "check" : "wait";
    case "available":
      return "download";
    case "ready":
      return asked ? "install" : "wait";
    case "checking":
    case "downloading":
      return "wait";
  }
}
