/** The instant replay, while the settings want one: held with the settings of a recording, so that both share one encode. */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import {
  EngineError,
  captureParams,
  readWarning,
  sourceKey,
  spokenLength,
  toProblem,
  type ReplayStats,
  type Settings,
} from "@ionia/common";
import { Replay, type EngineClient, type SoundChange } from "@ionia/node";
import { codedBy, type StoredEntry } from "./history_store.ts";
import { replayPath } from "./recording_path.ts";
import type { ShellStore } from "./shell_store.ts";

export interface ReplayControlOptions {
  readonly client: EngineClient;
  readonly store: ShellStore;
  readonly userData: string;
  readonly now: () => Date;
}

export class ReplayControl {
  readonly #options: ReplayControlOptions;
  #wanted: Settings | undefined;
  /** What it was begun with. */
  #held: string | undefined;
  #replay: Replay | undefined;
  #stats: ReplayStats | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: ReplayControlOptions) {
    this.#options = options;
  }

  /** One that holds what comes, for a recording to begin with. */
  get ready(): Replay | undefined {
    return this.#options.store.state.replay.phase === "ready" ? this.#replay : undefined;
  }

  /** Hold what the settings name, in place of what is held, or nothing. Resolves when that is done or has failed. */
  hold(settings: Settings): Promise<void> {
    this.#wanted = settings.replaySeconds === null ? undefined : settings;
    this.#work = this.#work.then(() => this.#apply());
    return this.#work;
  }

  /** Begin one that failed anew. Resolves as `hold` does. */
  retry(settings: Settings): Promise<void> {
    if (this.#options.store.state.replay.phase === "failed") this.#held = undefined;
    return this.hold(settings);
  }

  /** Change how a sound is mixed, in what is held from now on. */
  setSound(change: SoundChange): void {
    void this.#replay?.setSound(change).catch(() => undefined); // One that is begun has it.
  }

  /** The engine is gone, or a new one: nothing is held in it. */
  forget(): void {
    const { store } = this.#options;
    const { secondsHeld } = store.state.replay;
    this.#held = undefined;
    this.#replay?.unlisten();
    this.#replay = this.#stats = undefined;
    if (secondsHeld >= 1) {
      const message = `The engine ended, and the ${spokenLength(secondsHeld)} of the instant replay with it.`;
      store.notify({ level: "warning", code: "replay", message, hint: "It begins anew with the engine." });
    }
    const phase = this.#wanted === undefined ? "off" : "starting";
    store.dispatch({ type: "replay", change: { phase, secondsHeld: 0, problem: null } });
  }

  /** The new file's entry for the list. Rejects with EngineError. */
  async save(): Promise<StoredEntry> {
    const { store, userData, now } = this.#options;
    const replay = this.#replay;
    if (replay === undefined) throw new EngineError("not_initialized", "The instant replay is off.");
    const savedAt = now();
    const file = replayPath(userData, savedAt);
    const { width = 0, height = 0, fps = 0 } = this.#stats ?? {};
    store.dispatch({ type: "replay", change: { saving: true } });
    try {
      await mkdir(path.dirname(file), { recursive: true });
      const { path: saved, durationSeconds } = await replay.save(file, store.state.settings.replaySeconds);
      const bytes = (await stat(saved)).size;
      const name = path.basename(saved, ".mp4");
      const facts = {
        durationSeconds,
        bytes,
        width,
        height,
        fps,
        recovered: false,
        clip: true,
        ...codedBy(this.#stats?.codec ?? ""),
      };
      return { id: name, name, path: saved, createdAt: savedAt.toISOString(), ...facts };
    } finally {
      store.dispatch({ type: "replay", change: { saving: false } });
    }
  }

  async #apply(): Promise<void> {
    const { client, store } = this.#options;
    const wanted = this.#wanted;
    const key = wanted === undefined ? undefined : `${wanted.replaySeconds} ${sourceKey(wanted)}`;
    if (key === this.#held) return;
    this.#held = key;
    const before = this.#replay;
    this.#replay = this.#stats = undefined;
    const { secondsHeld, phase: phaseBefore } = store.state.replay;
    const phase = wanted === undefined ? "off" : "starting";
    store.dispatch({ type: "replay", change: { phase, secondsHeld: 0, problem: null } });
    // Who begins a failed one anew has been told what that costs.
    if (wanted !== undefined && secondsHeld >= 1 && phaseBefore !== "failed") {
      const message = `The instant replay began anew: the ${spokenLength(secondsHeld)} that it held are gone.`;
      store.notify({ level: "info", code: "replay", message, hint: "Save first, then change what is captured." });
    }
    await before?.dispose().catch(() => undefined); // Not there any more is as good as ended.
    if (wanted === undefined) return;
    const replay = new Replay(client);
    this.#replay = replay;
    this.#listen(replay);
    try {
      await replay.initialize({
        ...(wanted.replaySeconds === null ? {} : { seconds: wanted.replaySeconds }),
        ...captureParams(wanted),
      });
      await replay.start();
      if (this.#replay === replay) store.dispatch({ type: "replay", change: { phase: "ready" } });
    } catch (error) {
      this.#failed(replay, error);
    }
  }

  #listen(replay: Replay): void {
    const { store } = this.#options;
    replay
      .on("stats", (stats) => {
        if (this.#replay !== replay) return;
        this.#stats = stats as ReplayStats;
        const secondsHeld = Math.floor(this.#stats.secondsHeld);
        // Shown as whole seconds: no more often than they change.
        if (secondsHeld !== store.state.replay.secondsHeld) store.dispatch({ type: "replay", change: { secondsHeld } });
      })
      .on("warning", (warning) => {
        if (warning.code !== "encoder_fallback" || store.state.settings.encoder !== "auto")
          store.notify(readWarning(warning));
      })
      .on("failure", ({ message, data }) => this.#failed(replay, new EngineError(data.kind, message, data)));
  }

  /**
   * What it held until then can be saved still, and is kept until a retry or other settings; one that holds nothing is
   * begun anew by the next change of any setting. With its engine it is begun anew: that is told elsewhere.
   */
  #failed(replay: Replay, error: unknown): void {
    if (this.#replay !== replay) return;
    const problem = toProblem(error);
    const { message, hint, kind } = problem;
    const { store } = this.#options;
    if (store.state.replay.secondsHeld < 1) this.#held = undefined;
    store.dispatch({ type: "replay", change: { phase: "failed", problem } });
    if (kind !== "engine_exited")
      store.notify({ level: "error", code: "replay", message: `The instant replay ended: ${message}`, hint });
  }
}
