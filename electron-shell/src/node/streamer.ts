/** Going live, asynchronously, with the method names of the native addon. */
import type { ParamsOf, StreamerStats } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";
import { INITIALIZE_TIMEOUT_MS, Session, type InitializeOptions } from "./session.ts";

export class Streamer extends Session {
  constructor(client: EngineClient, id?: string) {
    super(client, "streamer", id);
  }

  /** `rtmpUrl` carries the stream key: keep it out of logs. */
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
    await this.client.call("streamer.initialize", { ...params, id: this.id }, { timeoutMs: INITIALIZE_TIMEOUT_MS });
    return true;
  }

  isConnected(): Promise<boolean> {
    return this.client.call("streamer.isConnected", { id: this.id });
  }

  isBackpressure(): Promise<boolean> {
    return this.client.call("streamer.isBackpressure", { id: this.id });
  }

  getStatistics(): Promise<StreamerStats> {
    return this.client.call("streamer.getStats", { id: this.id });
  }
}
