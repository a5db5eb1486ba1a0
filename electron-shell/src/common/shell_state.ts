/** The one picture of what is going on: main keeps it, every window and the tray show it. Pure: events in, state out. */
import type { Codec } from "./codecs.ts";
import type { SavedKeys } from "./destinations.ts";
import type { DeviceList, RecorderStats, StreamerStats } from "./engine_types.ts";
import type { LiveKind, Problem } from "./engine_error.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import type { DestinationView } from "./stream_view.ts";

export type RecordingPhase = "idle" | "starting" | "recording" | "paused" | "stopping" | "failed";
export type StreamPhase = "idle" | "starting" | "live" | "reconnecting" | "stopping" | "failed";
export type EnginePhase = "starting" | "ready" | "restarting" | "missing";

export interface RecordingView {
  readonly phase: RecordingPhase;
  readonly outputPath: string | null;
  readonly problem: Problem | null;
  readonly stats: RecorderStats | null;
  /** Moments that were marked, over all its files. */
  readonly marks: number;
  /** Which of its files it is in, counted from 1. */
  readonly part: number;
  /** Why it ended by itself with everything kept; empty after one that was stopped. */
  readonly endReason: string;
}

/** The instant replay. One that failed may have something to save still. */
export interface ReplayView {
  readonly phase: "off" | "starting" | "ready" | "failed";
  /** Whole seconds that a save would give now. */
  readonly secondsHeld: number;
  readonly saving: boolean;
  /** Why it failed. */
  readonly problem: Problem | null;
}

export interface StreamView {
  readonly phase: StreamPhase;
  /** Redacted: the key is never in it. */
  readonly rtmpUrl: string | null;
  readonly problem: Problem | null;
  readonly stats: StreamerStats | null;
  /** While connecting again and again: which try comes next, how long until then, and why it is needed. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: string;
  /** The same in the engine's word. */
  readonly liveKind: LiveKind | null;
  readonly backpressure: boolean;
  /** Each of those that it goes to; what the members above say is of the best of them. */
  readonly destinations: readonly DestinationView[];
}

export interface EngineView {
  readonly phase: EnginePhase;
  readonly message: string;
  readonly version: string;
}

/** Whether the chosen devices open, found out before anybody presses a button. */
export interface ReadinessView {
  readonly phase: "unknown" | "ready" | "problem";
  readonly problem: Problem | null;
}

export interface Notice {
  readonly id: number;
  readonly level: "info" | "warning" | "error";
  readonly message: string;
  readonly hint: string;
  /** Equal codes replace each other instead of piling up. */
  readonly code: string;
}

export interface HistoryEntry {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: string;
  readonly durationSeconds: number;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** True when the engine stopped before the recording did and the file was kept as it was. */
  readonly recovered: boolean;
  /** Where moments were marked, in seconds of the file. */
  readonly marks?: readonly number[];
  /** A part of another recording. */
  readonly clip?: boolean;
  /** What its pictures are coded in, where that is not H.264. */
  readonly codec?: Exclude<Codec, "h264">;
  /** Where this window can play it from. */
  readonly mediaUrl: string;
  /** Where its picture is, once there is one. */
  readonly thumbnailUrl?: string;
}

/** A try of the way to a destination, with the test card, that its service shows to nobody where it can. */
export interface NetworkTestView {
  readonly phase: "idle" | "running" | "done" | "failed";
  /** Which destination it is of. */
  readonly destination: string;
  /** From 0 to 1. */
  readonly fraction: number;
  /** What was found, or why nothing was; in words. */
  readonly found: string;
  /** What to do about it, or empty. */
  readonly advice: string;
  /** Bits per second that a stream may have there; null: as many as the settings say, or not known. */
  readonly videoBitrate: number | null;
}

/** Work on a recording of the list that was asked for; one at a time of each. */
export interface JobView {
  readonly kind: "clip" | "repair";
  readonly recordingId: string;
  /** From 0 to 1. */
  readonly fraction: number;
}

/** How loud a sound is: what of it reaches the mix. */
export interface Level {
  readonly name: string;
  readonly peakDb: number;
  readonly rmsDb: number;
  readonly clipped: boolean;
  readonly muted: boolean;
}

/** Empty: nothing listens. */
export type Levels = readonly Level[];

export interface ShellState {
  readonly engine: EngineView;
  readonly recording: RecordingView;
  readonly stream: StreamView;
  readonly replay: ReplayView;
  readonly networkTest: NetworkTestView;
  readonly readiness: ReadinessView;
  readonly devices: DeviceList | null;
  readonly settings: Settings;
  readonly savedKeys: SavedKeys;
  readonly keysEncrypted: boolean;
  readonly history: readonly HistoryEntry[];
  readonly jobs: readonly JobView[];
  readonly notices: readonly Notice[];
  readonly diskFreeBytes: number | null;
  readonly shortcut: string | null;
}

export type ShellEvent =
  | { readonly type: "engine"; readonly engine: EngineView }
  | { readonly type: "recording"; readonly change: Partial<RecordingView> }
  | { readonly type: "stream"; readonly change: Partial<StreamView> }
  | { readonly type: "replay"; readonly change: Partial<ReplayView> }
  | { readonly type: "networkTest"; readonly change: Partial<NetworkTestView> }
  | { readonly type: "readiness"; readonly readiness: ReadinessView }
  | { readonly type: "devices"; readonly devices: DeviceList }
  | { readonly type: "settings"; readonly settings: Settings }
  | { readonly type: "savedKeys"; readonly savedKeys: SavedKeys; readonly keysEncrypted: boolean }
  | { readonly type: "history"; readonly history: readonly HistoryEntry[] }
  | { readonly type: "jobs"; readonly jobs: readonly JobView[] }
  | { readonly type: "notice"; readonly notice: Notice }
  | { readonly type: "noticeDismissed"; readonly id: number }
  | { readonly type: "disk"; readonly diskFreeBytes: number | null }
  | { readonly type: "shortcut"; readonly shortcut: string | null }
  | { readonly type: "levels"; readonly levels: Levels };

export const IDLE_RECORDING: RecordingView = {
  phase: "idle",
  outputPath: null,
  problem: null,
  stats: null,
  marks: 0,
  part: 1,
  endReason: "",
};
export const IDLE_STREAM: StreamView = {
  phase: "idle",
  rtmpUrl: null,
  problem: null,
  stats: null,
  attempt: 0,
  delayMs: 0,
  reason: "",
  liveKind: null,
  backpressure: false,
  destinations: [],
};

export const NO_NETWORK_TEST: NetworkTestView = {
  phase: "idle",
  destination: "",
  fraction: 0,
  found: "",
  advice: "",
  videoBitrate: null,
};

export const INITIAL_STATE: ShellState = {
  engine: { phase: "starting", message: "", version: "" },
  recording: IDLE_RECORDING,
  stream: IDLE_STREAM,
  replay: { phase: "off", secondsHeld: 0, saving: false, problem: null },
  networkTest: NO_NETWORK_TEST,
  readiness: { phase: "unknown", problem: null },
  devices: null,
  settings: DEFAULT_SETTINGS,
  savedKeys: {},
  keysEncrypted: true,
  history: [],
  jobs: [],
  notices: [],
  diskFreeBytes: null,
  shortcut: null,
};

const MOST_NOTICES = 4;

/** The next state. Levels come 20 times a second and concern only the meters: they leave the state as it is. */
export function reduceShell(state: ShellState, event: ShellEvent): ShellState {
  switch (event.type) {
    case "engine":
      return { ...state, engine: event.engine };
    case "recording":
      return { ...state, recording: { ...state.recording, ...event.change } };
    case "stream":
      return { ...state, stream: { ...state.stream, ...event.change } };
    case "replay":
      return { ...state, replay: { ...state.replay, ...event.change } };
    case "networkTest":
      return { ...state, networkTest: { ...state.networkTest, ...event.change } };
    case "readiness":
      return { ...state, readiness: event.readiness };
    case "devices":
      return { ...state, devices: event.devices };
    case "settings":
      return { ...state, settings: event.settings };
    case "savedKeys":
      return { ...state, savedKeys: event.savedKeys, keysEncrypted: event.keysEncrypted };
    case "history":
      return { ...state, history: event.history };
    case "jobs":
      return { ...state, jobs: event.jobs };
    case "notice": {
      // One about a device replaces what was said of devices without their names, too. A name may begin with another's.
      const replaced = ({ code }: Notice) => code === event.notice.code || event.notice.code.startsWith(`${code}\n`);
      const others = state.notices.filter((notice) => !replaced(notice));
      return { ...state, notices: [...others, event.notice].slice(-MOST_NOTICES) };
    }
    case "noticeDismissed":
      return { ...state, notices: state.notices.filter((notice) => notice.id !== event.id) };
    case "disk":
      return { ...state, diskFreeBytes: event.diskFreeBytes };
    case "shortcut":
      return { ...state, shortcut: event.shortcut };
    case "levels":
      return state;
  }
}

export function isRecordingActive(phase: RecordingPhase): boolean {
  return phase === "starting" || isTakeRunning(phase) || phase === "stopping";
}

/** It has begun and nobody has ended it: it can be paused, marked, split and stopped. */
export function isTakeRunning(phase: RecordingPhase): boolean {
  return phase === "recording" || phase === "paused";
}

export function isStreamActive(phase: StreamPhase): boolean {
  return phase === "starting" || phase === "live" || phase === "reconnecting" || phase === "stopping";
}
