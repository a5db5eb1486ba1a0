/** What tray and quit question say, from the state. Pure. */
import {
  formatDuration,
  isRecordingActive,
  isStreamActive,
  isTakeRunning,
  spokenLength,
  streamLacks,
  type ShellState,
} from "@ionia/common";

export type TrayIcon = "idle" | "recording" | "live" | "replay" | "warning";

export interface TrayModel {
  readonly icon: TrayIcon;
  readonly tooltip: string;
  readonly recordingLabel: string;
  readonly recordingEnabled: boolean;
  readonly pauseLabel: string;
  readonly pauseEnabled: boolean;
  readonly streamLabel: string;
  readonly streamEnabled: boolean;
}

export function trayModel(state: ShellState): TrayModel {
  const { recording, stream, engine } = state;
  const parts: string[] = [];
  if (isRecordingActive(recording.phase))
    parts.push(
      `${recording.phase === "paused" ? "Paused" : "Recording"} ${formatDuration(recording.stats?.durationSeconds ?? 0)}`,
    );
  if (stream.phase === "live") parts.push("Live");
  if (stream.phase === "reconnecting") parts.push("Reconnecting");
  const { phase: replay } = state.replay;
  if (replay === "ready") parts.push(`Holding the last ${spokenLength(state.settings.replaySeconds ?? 0)}`);
  if (replay === "failed") parts.push("Instant replay ended");
  const icon =
    stream.phase === "reconnecting"
      ? "warning"
      : isRecordingActive(recording.phase)
        ? "recording"
        : stream.phase === "live"
          ? "live"
          : replay === "ready"
            ? "replay"
            : replay === "failed"
              ? "warning"
              : "idle";
  const streamActive = isStreamActive(stream.phase);
  return {
    icon,
    tooltip: ["Ionia", ...parts].join(", "),
    recordingLabel: isRecordingActive(recording.phase) ? "Stop recording" : "Start recording",
    recordingEnabled: engine.phase === "ready" && recording.phase !== "starting" && recording.phase !== "stopping",
    pauseLabel: recording.phase === "paused" ? "Resume recording" : "Pause recording",
    pauseEnabled: isTakeRunning(recording.phase),
    streamLabel: streamActive ? "End stream" : "Go live",
    streamEnabled:
      engine.phase === "ready" &&
      stream.phase !== "stopping" &&
      (streamActive || streamLacks(state.settings, state.savedKeys) === ""),
  };
}

/** The question before quitting, or null when nothing would be cut off. */
export function quitQuestion(state: ShellState): { message: string; detail: string; confirm: string } | null {
  const recording = isRecordingActive(state.recording.phase);
  const live = isStreamActive(state.stream.phase);
  const held = state.replay.secondsHeld >= 1 ? spokenLength(state.replay.secondsHeld) : null;
  if (!recording && !live) {
    if (held === null) return null;
    const message = `The instant replay holds the last ${held}.`;
    return { message, detail: "Quitting drops them. Save them first to keep them.", confirm: "Quit" };
  }
  const what =
    recording && live
      ? "A recording and a stream are running."
      : recording
        ? "A recording is running."
        : "You are live.";
  const detail = recording
    ? "Quitting finishes the recording and keeps its file."
    : "Quitting ends the stream for your viewers.";
  const dropped = held === null ? "" : ` The ${held} of the instant replay are dropped.`;
  return { message: what, detail: detail + dropped, confirm: recording ? "Finish and quit" : "End stream and quit" };
}
