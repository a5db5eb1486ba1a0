/** Whether sources and quality are in use, and so can't be changed. */
import { isRecordingActive, isStreamActive } from "@ionia/common";
import { useShell } from "./use_shell.ts";

export function useLocked(): boolean {
  return useShell((state) => isRecordingActive(state.recording.phase) || isStreamActive(state.stream.phase));
}
