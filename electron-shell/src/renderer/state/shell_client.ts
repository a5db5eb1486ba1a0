/**
 * The shell's state in the window. Follows the main process where it tells; where an application offers only the five
 * old methods, it keeps the phases from their answers alone.
 */
import {
  INITIAL_STATE,
  isRecordingActive,
  isStreamActive,
  reduceShell,
  withDestination,
  type BasicElectronAPI,
  type CommandResult,
  type DestinationPatch,
  type ElectronAPI,
  type Levels,
  type Settings,
  type ShellEvent,
  type ShellState,
} from "@ionia/common";
import { BitrateLog } from "./bitrate_log.ts";

declare global {
  interface Window {
    electronAPI?: BasicElectronAPI | ElectronAPI;
  }
}

const isFull = (api: BasicElectronAPI | ElectronAPI): api is ElectronAPI => "onEvent" in api && "getState" in api;

/** Negative: the main process numbers its own upwards. */
let lastLocalNotice = 0;

export class ShellClient {
  readonly #api: BasicElectronAPI | ElectronAPI;
  readonly #listeners = new Set<() => void>();
  readonly #levelListeners = new Set<(levels: Levels) => void>();
  /** The last minute of each session, for the chart. */
  readonly bitrates = { recording: new BitrateLog(), stream: new BitrateLog() };
  #state: ShellState = INITIAL_STATE;
  #kept: Settings = INITIAL_STATE.settings;
  #asked: readonly Partial<Settings>[] = [];
  #early: ShellEvent[] | undefined = [];

  constructor(api: BasicElectronAPI | ElectronAPI) {
    this.#api = api;
    if (isFull(api)) {
      api.onEvent((event) => (this.#early === undefined ? this.#apply(event) : this.#early.push(event)));
      api.getState().then(
        (state) => this.#begin(state),
        (error: unknown) => {
          this.#begin(INITIAL_STATE);
          this.#refused(wordsOf(error));
        },
      );
    } else {
      this.#begin({ ...INITIAL_STATE, engine: { phase: "ready", message: "", version: "" } });
    }
  }

  /** The richer API, or undefined in an application that has only the five old methods. */
  get full(): ElectronAPI | undefined {
    return isFull(this.#api) ? this.#api : undefined;
  }

  readonly getState = (): ShellState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Levels come 20 times a second and go round React, straight to the meters. */
  subscribeLevels(listener: (levels: Levels) => void): () => void {
    this.#levelListeners.add(listener);
    return () => this.#levelListeners.delete(listener);
  }

  /** Never rejects: the phase says how it went. */
  async toggleRecording(): Promise<void> {
    const active = isRecordingActive(this.#state.recording.phase);
    const change = (part: Partial<ShellState["recording"]>): void => this.#local({ type: "recording", change: part });
    change(active ? { phase: "stopping" } : { phase: "starting", problem: null });
    const answer = await answered(active ? this.#api.stopRecording() : this.#api.startRecording());
    if (answer.success) change({ phase: active ? "idle" : "recording", outputPath: answer.outputPath ?? null });
    else
      change({
        phase: "failed",
        problem: { kind: "internal", message: answer.error ?? "The recorder did not answer.", hint: "" },
      });
  }

  /** Ends a running stream; else goes live to `rtmpUrl`, or to the saved destination without one. Never rejects. */
  async toggleStream(rtmpUrl?: string): Promise<void> {
    const active = isStreamActive(this.#state.stream.phase);
    const change = (part: Partial<ShellState["stream"]>): void => this.#local({ type: "stream", change: part });
    change(active ? { phase: "stopping" } : { phase: "starting", problem: null });
    const answer = await answered(active ? this.#api.stopStream() : this.#startStream(rtmpUrl));
    if (answer.success) change({ phase: active ? "idle" : "live", rtmpUrl: answer.rtmpUrl ?? null });
    else
      change({
        phase: "failed",
        problem: { kind: "internal", message: answer.error ?? "The streamer did not answer.", hint: "" },
      });
  }

  /** Carry out and, if it is refused, say why. Whether it succeeded. Never rejects. */
  async command(action: (api: ElectronAPI) => Promise<CommandResult>): Promise<boolean> {
    const api = this.full;
    if (api === undefined) return false;
    const { success, error } = await answered(action(api));
    if (!success) this.#refused(error);
    return success;
  }

  /** Shown at once, so that a control follows the finger; taken back if it is refused. Never rejects. */
  updateSettings(patch: Partial<Settings>): Promise<void> {
    return this.#change(patch, (api) => api.updateSettings(patch));
  }

  /** The same of one destination; but an address is shown when it is known what of it may be. Never rejects. */
  changeDestination(id: string, patch: DestinationPatch): Promise<void> {
    const { server: _secret, ...clear } = patch;
    const { settings } = this.#state;
    const shown = Object.entries(withDestination(settings, id, clear)).filter(
      ([name, value]) => settings[name as keyof Settings] !== value,
    );
    return this.#change(Object.fromEntries(shown), (api) => api.changeDestination(id, patch));
  }

  async #change(patch: Partial<Settings>, action: (api: ElectronAPI) => Promise<CommandResult>): Promise<void> {
    const kept = this.#kept;
    this.#asked = [...this.#asked, patch];
    this.#showSettings(kept);
    const success = await this.command(action);
    this.#asked = this.#asked.filter((one) => one !== patch);
    // An application that tells of no settings keeps none: what was accepted is all there is to know.
    this.#showSettings(success && this.#kept === kept ? { ...kept, ...patch } : this.#kept);
  }

  dismissNotice(id: number): void {
    if (id < 0) this.#apply({ type: "noticeDismissed", id });
    else void this.command((api) => api.dismissNotice(id));
  }

  async #startStream(rtmpUrl: string | undefined): ReturnType<BasicElectronAPI["startStream"]> {
    if (rtmpUrl !== undefined) return this.#api.startStream(rtmpUrl);
    const api = this.full;
    if (api === undefined) return { success: false, error: "Enter the address to stream to." };
    const answer = await api.startSavedStream();
    // Nothing was begun, so no state says it: a missing key, for one.
    if (!answer.success && !isStreamActive(this.#state.stream.phase) && this.#state.stream.phase !== "failed")
      this.#refused(answer.error);
    return answer;
  }

  #refused(message = "That did not work."): void {
    lastLocalNotice -= 1;
    this.#apply({
      type: "notice",
      notice: { id: lastLocalNotice, level: "error", code: "refused", message, hint: "" },
    });
  }

  /** `kept` is what the main process has; what was asked for since lies above it until it is answered. */
  #showSettings(kept: Settings): void {
    this.#kept = kept;
    this.#state = { ...this.#state, settings: Object.assign({ ...kept }, ...this.#asked) as Settings };
    this.#tell();
  }

  #begin(state: ShellState): void {
    this.#state = state;
    this.#kept = state.settings;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const event of early) this.#apply(event);
    this.#tell();
  }

  /** Only where nobody else keeps the state. */
  #local(event: ShellEvent): void {
    if (this.full === undefined) this.#apply(event);
  }

  #apply(event: ShellEvent): void {
    if (event.type === "levels") {
      for (const listener of this.#levelListeners) listener(event.levels);
      return;
    }
    if (event.type === "settings") {
      this.#showSettings(event.settings);
      return;
    }
    this.#state = reduceShell(this.#state, event);
    if (event.type === "recording" && "stats" in event.change)
      this.bitrates.recording.recorded(event.change.stats ?? null);
    if (event.type === "stream" && "stats" in event.change) this.bitrates.stream.streamed(event.change.stats ?? null);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** An application's method may reject, whatever ours does: that is a refusal like any other. */
async function answered<T extends CommandResult>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    return { success: false, error: wordsOf(error) } as T; // What else an answer has is optional in all of them.
  }
}
