/**
 * Keeps the chosen devices open while nothing runs: that feeds the level meters, tells of problems before REC is pressed,
 * and makes the start immediate, because a recording with equal settings takes over the engine's open pipeline.
 * It is a recorder session that is initialized and never started.
 */
import { captureParams, concernsDevices, readWarning, sourceKey, toProblem, type Settings } from "@ionia/common";
import { Recorder, type EngineClient, type SoundChange } from "@ionia/node";
import path from "node:path";
import type { ShellStore } from "./shell_store.ts";

export class Readiness {
  readonly #recorder: Recorder;
  readonly #store: ShellStore;
  readonly #outputPath: string;
  #wanted: Settings | undefined;
  /** What it was opened with. */
  #held: string | undefined;
  #listening = false;
  #work: Promise<void> = Promise.resolve();

  constructor(client: EngineClient, store: ShellStore, recordingsFolder: string) {
    this.#recorder = new Recorder(client, "readiness");
    this.#store = store;
    this.#outputPath = path.join(recordingsFolder, ".readiness.mp4"); // Claimed, never written.
  }

  /** Open what the settings name, in place of what is open. Resolves when that is done or has failed. */
  hold(settings: Settings): Promise<void> {
    this.#wanted = settings;
    return this.#next();
  }

  release(): Promise<void> {
    this.#wanted = undefined;
    return this.#next();
  }

  /** Change how a sound is mixed, in what is open. */
  setSound(change: SoundChange): void {
    if (this.#wanted !== undefined) void this.#recorder.setSound(change).catch(() => undefined); // One that opens has it.
  }

  /** The engine is a new one: nothing is open in it. */
  forget(): void {
    this.#held = undefined;
  }

  /** Resolves when no opening or closing is under way. */
  settled(): Promise<void> {
    return this.#work;
  }

  #next(): Promise<void> {
    this.#work = this.#work.then(() => this.#apply());
    return this.#work;
  }

  async #apply(): Promise<void> {
    const wanted = this.#wanted;
    const key = wanted === undefined ? undefined : sourceKey(wanted);
    if (key === this.#held) return;
    if (wanted === undefined) {
      this.#held = undefined;
      this.#listening = false;
      await this.#recorder.dispose().catch(() => undefined); // Not there any more is as good as closed.
      this.#store.dispatch({ type: "levels", levels: [] });
      return;
    }
    this.#listen();
    try {
      await this.#recorder.initializeWith({ outputPath: this.#outputPath, ...captureParams(wanted) });
      this.#held = key;
      this.#store.dispatch({ type: "readiness", readiness: { phase: "ready", problem: null } });
    } catch (error) {
      this.#held = undefined;
      this.#store.dispatch({ type: "readiness", readiness: { phase: "problem", problem: toProblem(error) } });
    }
  }

  /** A muted microphone is worth knowing of before REC is pressed. A recorder that is disposed of tells no more. */
  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#recorder.on("warning", (warning) => {
      if (concernsDevices(warning.code)) this.#store.notify(readWarning(warning));
    });
  }
}
