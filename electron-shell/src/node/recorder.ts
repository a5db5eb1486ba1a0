/** A recording, asynchronously, with the method names of the native addon. */
import type { ParamsOf, RecorderStats } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";
import {
  INITIALIZE_TIMEOUT_MS,
  SessionListener,
  STOP_TIMEOUT_MS,
  nextSessionId,
  type InitializeOptions,
  type SessionEvents,
} from "./session.ts";

export class Recorder {
  readonly id: string;
  readonly #client: EngineClient;
  readonly #listener: SessionListener;

  constructor(client: EngineClient, id = nextSessionId("recorder")) {
    this.id = id;
    this.#client = client;
    this.#listener = new SessionListener(client, "recorder", id);
  }

  /** Every method rejects with EngineError. Params left out have the engine's defaults. */
  initialize(
    outputPath: string,
    fps?: number,
    videoBitrate?: number,
    useNvenc?: boolean,
    audioBitrate?: number,
    audioMode?: ParamsOf<"recorder.initialize">["audioMode"],
    options: InitializeOptions<"recorder.initialize"> = {},
  ): Promise<boolean> {
    const params = { outputPath, fps, videoBitrate, useNvenc, audioBitrate, audioMode, ...options, id: this.id };
    return this.initializeWith(params as ParamsOf<"recorder.initialize">);
  }

  /** The same with params by name. */
  async initializeWith(params: Omit<ParamsOf<"recorder.initialize">, "id">): Promise<boolean> {
    await this.#client.call("recorder.initialize", { ...params, id: this.id }, { timeoutMs: INITIALIZE_TIMEOUT_MS });
    return true;
  }

  /** False if it already runs. */
  start(): Promise<boolean> {
    return this.#client.call("recorder.start", { id: this.id });
  }

  /** Resolves when the file is complete and playable. */
  stop(): Promise<boolean> {
    return this.#client.call("recorder.stop", { id: this.id }, { timeoutMs: STOP_TIMEOUT_MS });
  }

  isRunning(): Promise<boolean> {
    return this.#client.call("recorder.isRunning", { id: this.id });
  }

  getStatistics(): Promise<RecorderStats> {
    return this.#client.call("recorder.getStats", { id: this.id });
  }

  getCodecName(): Promise<string> {
    return this.#client.call("recorder.getCodecName", { id: this.id });
  }

  getCurrentPTSSeconds(): Promise<number> {
    return this.#client.call("recorder.getCurrentPTSSeconds", { id: this.id });
  }

  on<K extends keyof SessionEvents>(event: K, listener: (payload: SessionEvents[K]) => void): this {
    this.#listener.listen(event, listener);
    return this;
  }

  /** Stop if running and free the session; no event comes after it. */
  async dispose(): Promise<void> {
    this.#listener.release();
    await this.#client.call("recorder.dispose", { id: this.id }, { timeoutMs: STOP_TIMEOUT_MS });
  }
}
