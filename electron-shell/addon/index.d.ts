/** The addon's classes. Every method is synchronous; a call takes 15 s at most, then throws. */

import type {
  AudioMode,
  FileChangedNotification,
  MarkResult,
  RecorderOptions,
  RecorderStats,
  SplitResult,
  StateNotification,
  StreamerOptions,
  StreamerStats,
  WarningNotification,
} from "./engine-types.js";

export type { AudioMode, MarkResult, RecorderOptions, SplitResult, StreamerOptions };

/** The addon's six counters, and from `initialize` on all that the engine tells. */
export type RecorderStatistics = Partial<RecorderStats> &
  Pick<
    RecorderStats,
    | "videoFramesCaptured"
    | "videoPacketsEncoded"
    | "audioPacketsEncoded"
    | "videoPacketsMuxed"
    | "audioPacketsMuxed"
    | "totalBytes"
  >;

/** The addon's three counters, and from `initialize` on all that the engine tells. */
export type StreamerStatistics = Partial<StreamerStats> &
  Pick<StreamerStats, "videoFrames" | "videoPackets" | "audioPackets">;

/** Thrown by every method when the engine refuses or has ended. */
export interface EngineCallError extends Error {
  /** Stable name, such as "output_failed" or "engine_exited". */
  kind?: string;
  code?: number;
  hint?: string;
}

/** What a session tells by itself, from the caller's event loop; who holds that up hears of it later, and loses nothing. */
export interface SessionEvents {
  /** Also when it ended by itself: `reason` says why. */
  stateChanged: StateNotification;
  /** Something was lost or replaced, and it goes on. */
  warning: WarningNotification;
  /** A file of a recording is complete, and the recording goes on in the next. */
  fileChanged: FileChangedNotification;
}

declare class Session {
  /** Arguments are accepted and ignored. */
  constructor(...ignored: unknown[]);
  /** False if it already runs. Throws before `initialize`. */
  start(): boolean;
  /** True once the file is complete, or the connection closed; also when it wasn't running. */
  stop(): boolean;
  /** False also when the engine has ended. */
  isRunning(): boolean;
  getCodecName(): string;
  getCurrentPTSSeconds(): number;
  /** Accepted and ignored: the engine places its threads itself. */
  setThreadConfig(...ignored: unknown[]): true;
  /**
   * Records pictures of the caller's own instead of the screen: each is shown until the next one, black before the first.
   * `pixels` are BGRA rows from the top without gaps; the size is 1920x1080 unless it is said, and stays the same until
   * `stop`. True when it was taken. The first one must come before `start`: a take that began without goes on without, and
   * the answer is false, with one warning on stderr. Throws TypeError for what is no buffer, RangeError for a wrong size.
   */
  injectFrame(pixels: ArrayBufferView, width?: number, height?: number): boolean;
  on<K extends keyof SessionEvents>(event: K, listener: (payload: SessionEvents[K]) => void): this;
  once<K extends keyof SessionEvents>(event: K, listener: (payload: SessionEvents[K]) => void): this;
  off<K extends keyof SessionEvents>(event: K, listener: (payload: SessionEvents[K]) => void): this;
}

/** What the native addon did not have. */
declare class RecordingSession extends Session {
  /** Leave out what comes from now on. False if it is paused already or does not run. */
  pause(): boolean;
  /** Go on where it was paused. False if it isn't paused. */
  resume(): boolean;
  /** Whether it is paused now. */
  togglePause(): boolean;
  /** False also when the engine has ended. */
  isPaused(): boolean;
  /** Note a moment: a chapter of the file, and a line of its sidecar. Throws when nothing is recorded. */
  mark(label?: string, data?: Record<string, unknown> | null, secondsAgo?: number): MarkResult;
  /** Go on in another file; returns when the one before is complete. Throws when nothing is recorded. */
  split(): SplitResult;
  getStatistics(): RecorderStatistics;
}

export class VideoAudioRecorder extends RecordingSession {
  /**
   * A relative path is relative to the caller's folder. Optional arguments of a wrong type keep their default, with one
   * warning on stderr. Throws TypeError when outputPath is not a string, Error when a component fails to open.
   */
  initialize(
    outputPath: string,
    fps?: number,
    videoBitrate?: number,
    useNvenc?: boolean,
    audioBitrate?: number,
    audioMode?: AudioMode,
    /** Everything else that the engine can do. The engine refuses what it doesn't know. */
    options?: RecorderOptions,
  ): boolean;
}

/** Video only. */
export class VideoRecorder extends RecordingSession {
  initialize(
    outputPath: string,
    fps?: number,
    videoBitrate?: number,
    useNvenc?: boolean,
    options?: RecorderOptions,
  ): boolean;
  /** False if nothing runs. */
  override stop(): boolean;
}

/** Sound alone, to a file that ends in .m4a or .mp4. */
export class AudioEngineEncoder extends RecordingSession {
  initialize(outputPath: string, audioBitrate?: number, audioMode?: AudioMode, options?: RecorderOptions): boolean;
  /** There is no picture. */
  override injectFrame(...ignored: unknown[]): false;
}

export class VideoAudioStreamer extends Session {
  /**
   * Waits for the connection, 8 s at most, and throws the engine's words when there is none; with `IONIA_STREAM_WAIT=0` in
   * the environment at `initialize` it returns at once and the engine goes on trying.
   */
  override start(): boolean;
  initialize(
    rtmpUrl: string,
    fps?: number,
    videoBitrate?: number,
    useNvenc?: boolean,
    audioBitrate?: number,
    audioMode?: AudioMode,
    options?: StreamerOptions,
  ): boolean;
  isConnected(): boolean;
  isBackpressure(): boolean;
  getStatistics(): StreamerStatistics;
}

/** True: the engine logs everything, and what it logs goes to this process's stderr. */
export function setDebugLogging(enabled: boolean): void;
/** Accepted and ignored: the engine places its threads itself. */
export function setThreadConfig(...ignored: unknown[]): true;
/** COM plays no part any more; both remain so that callers keep working. */
export function initializeCOMInSTAMode(): true;
export function checkCOMMode(): "STA";

export const WASAPICapture: null;
export const AudioEngine: null;
