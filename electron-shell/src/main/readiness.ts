/**
 * Keeps the chosen devices open while nothing runs: that feeds the level meters, tells of problems before REC is pressed,
 * and makes the start immediate, because a recording with equal settings takes over the engine's open pipeline.
 * It is a recorder session that is initialized and never started.
 */
import { captureParams, concernsDevices, readWarning, toProblem, type Settings } from "@ionia/common";
import { Recorder, type EngineClient } from "@ionia/node";
import path from "node:path";
import type { ShellStore } from "./shell_store.ts";

export class Readiness {
  readonly #recorder: Recorder;
  readonly #store: ShellStore;
  readonly #outputPath: string;
  #wanted: string | undefined;
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
    this.#wanted = JSON.stringify(captureParams(settings));
    return this.#next();
  }

  release(): Promise<void> {
    this.#wanted = undefined;
    return this.#next();
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
    if (wanted === this.#held) return;
    if (wanted === undefined) {
      this.#held = undefined;
      this.#listening = false;
      await this.#recorder.dispose().catch(() => undefined); // Not there any more is as good as closed.
      this.#store.dispatch({ type: "levels", levels: { desktop: null, mic: null } });
      return;
    }
    this.#listen();
    try {
      await this.#recorder.initializeWith({ outputPath: this.#outputPath, ...(JSON.parse(wanted) as object) });
      this.#held = wanted;
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
