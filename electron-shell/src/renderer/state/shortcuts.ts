/** The keys that work while the window has the focus: what buttons show, what is carried out, and what Settings lists. */
import { isRecordingActive, isStreamActive, isTakeRunning, streamLacks, type ShellState } from "@ionia/common";
import type { ShellClient } from "./shell_client.ts";

export type ShortcutId = "record" | "live" | "pause" | "mark" | "split" | "replay" | "picture";

export interface Shortcut {
  readonly id: ShortcutId;
  /** As `aria-keyshortcuts` has it. */
  readonly aria: string;
  /** As people see it. */
  readonly keys: string;
  readonly does: string;
  readonly works: (state: ShellState) => boolean;
  /** Never rejects. */
  readonly carryOut: (client: ShellClient) => Promise<unknown>;
}

const whileItRuns = ({ recording }: ShellState): boolean => isTakeRunning(recording.phase);

/** What begins and ends something needs two keys: a slip of one finger must not end a take, nor put anybody on air. */
export const SHORTCUTS: readonly Shortcut[] = [
  {
    id: "record",
    aria: "Control+Enter",
    keys: "Ctrl+Enter",
    does: "Record, or stop",
    works: ({ engine, recording }) =>
      isTakeRunning(recording.phase) || (engine.phase === "ready" && !isRecordingActive(recording.phase)),
    carryOut: (client) => client.toggleRecording(),
  },
  {
    id: "live",
    aria: "Control+L",
    keys: "Ctrl+L",
    does: "Go live, or end the stream",
    works: ({ engine, stream, settings, savedKeys }) =>
      isStreamActive(stream.phase)
        ? stream.phase !== "stopping"
        : engine.phase === "ready" && streamLacks(settings, savedKeys) === "",
    carryOut: (client) => client.toggleStream(),
  },
  {
    id: "pause",
    aria: "Space",
    keys: "Space",
    does: "Pause the recording, or go on",
    works: whileItRuns,
    carryOut: (client) => client.command((api) => api.togglePause()),
  },
  {
    id: "mark",
    aria: "M",
    keys: "M",
    does: "Mark this moment",
    works: whileItRuns,
    carryOut: (client) => client.command((api) => api.mark()),
  },
  {
    id: "split",
    aria: "S",
    keys: "S",
    does: "Go on in a new file",
    works: whileItRuns,
    carryOut: (client) => client.command((api) => api.split()),
  },
  {
    id: "replay",
    aria: "R",
    keys: "R",
    does: "Save what the instant replay holds",
    works: ({ replay }) => replay.secondsHeld >= 1 && !replay.saving,
    carryOut: (client) => client.command((api) => api.saveReplay()),
  },
  {
    id: "picture",
    aria: "P",
    keys: "P",
    does: "Save a picture of the screen",
    works: ({ engine }) => engine.phase === "ready",
    carryOut: (client) => client.command((api) => api.saveScreenshot()),
  },
];

export function shortcutOf(id: ShortcutId): Shortcut {
  return SHORTCUTS.find((one) => one.id === id) as Shortcut;
}

/** Which one was pressed, whatever state anything is in. */
export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey">): Shortcut | undefined {
  if (event.altKey || event.metaKey) return undefined;
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const name = event.ctrlKey ? `control+${key}` : key;
  return SHORTCUTS.find(({ aria }) => aria.toLowerCase() === name);
}
