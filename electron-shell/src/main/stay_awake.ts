/**
 * Keeps machine and display awake while something is recorded, streamed or held for replay. On Windows the engine asks for
 * that itself; elsewhere only an application of the desktop may.
 */
import { isRecordingActive, isStreamActive, type ShellState } from "@ionia/common";
import type { ShellStore } from "./shell_store.ts";

/** As Electron has it. `start` answers what `stop` takes. */
export interface SleepBlocker {
  start(type: "prevent-display-sleep"): number;
  stop(id: number): boolean;
}

function captures({ recording, stream, replay }: ShellState): boolean {
  const held = replay.phase === "starting" || replay.phase === "ready";
  return isRecordingActive(recording.phase) || isStreamActive(stream.phase) || held;
}

export function followSleep(store: ShellStore, platform: string, blocker: SleepBlocker): void {
  if (platform === "win32") return;
  let held: number | undefined;
  store.subscribe((_event, state) => {
    const wanted = captures(state);
    if (wanted === (held !== undefined)) return;
    if (held === undefined) held = blocker.start("prevent-display-sleep");
    else {
      blocker.stop(held);
      held = undefined;
    }
  });
}
