/** Going live, asynchronously, with the method names of the native addon. */
import type { ParamsOf, StreamerStats } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";
import {
  INITIALIZE_TIMEOUT_MS,
  SessionListener,
  STOP_TIMEOUT_MS,
  nextSessionId,
  type InitializeOptions,
  type SessionEvents,
} from "./session.ts";

export class Streamer {
  readonly id: string;
  readonly #client: EngineClient;
  readonly #listener: SessionListener;

  constructor(client: EngineClient, id = nextSessionId("streamer")) {
    this.id = id;
    this.#client = client;
    this.#listener = new SessionListener(client, "streamer", id);
  }

  /** Every method rejects with EngineError. `rtmpUrl` carries the stream key: keep it out of logs. */
  initialize(
    rtmpUrl: string,
    fps?: number,
    videoBitrate?: number,
    useNvenc?: boolean,
    audioBitrate?: number,
    audioMode?: ParamsOf<"streamer.initialize">["audioMode"],
    options: InitializeOptions<"streamer.initialize"> = {},
  ): Promise<boolean> {
    const params = { rtmpUrl, fps, videoBitrate, useNvenc, audioBitrate, audioMode, ...options, id: this.id };
    return this.initializeWith(params as ParamsOf<"streamer.initialize">);
  }

  /** The same with params by name. */
  async initializeWith(params: Omit<ParamsOf<"streamer.initialize">, "id">): Promise<boolean> {
    await this.#client.call("streamer.initialize", { ...params, id: this.id }, { timeoutMs: INITIALIZE_TIMEOUT_MS });
    return true;
  }

  /** False if it already runs. Connects in the background: listen to `connection`. */
  start(): Promise<boolean> {
    return this.#client.call("streamer.start", { id: this.id });
  }

  /** Resolves when the connection is closed. */
  stop(): Promise<boolean> {
    return this.#client.call("streamer.stop", { id: this.id }, { timeoutMs: STOP_TIMEOUT_MS });
  }

  isRunning(): Promise<boolean> {
    return this.#client.call("streamer.isRunning", { id: this.id });
  }

  isConnected(): Promise<boolean> {
    return this.#client.call("streamer.isConnected", { id: this.id });
  }

  isBackpressure(): Promise<boolean> {
    return this.#client.call("streamer.isBackpressure", { id: this.id });
  }

  getStatistics(): Promise<StreamerStats> {
    return this.#client.call("streamer.getStats", { id: this.id });
  }

  getCodecName(): Promise<string> {
    return this.#client.call("streamer.getCodecName", { id: this.id });
  }

  getCurrentPTSSeconds(): Promise<number> {
    return this.#client.call("streamer.getCurrentPTSSeconds", { id: this.id });
  }

  on<K extends keyof SessionEvents>(event: K, listener: (payload: SessionEvents[K]) => void): this {
    this.#listener.listen(event, listener);
    return this;
  }

  /** Stop if running and free the session; no event comes after it. */
  async dispose(): Promise<void> {
    this.#listener.release();
    await this.#client.call("streamer.dispose", { id: this.id }, { timeoutMs: STOP_TIMEOUT_MS });
  }
}
