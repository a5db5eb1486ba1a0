/** Going live, asynchronously, with the method names of the native addon. */
import type { ParamsOf, RegionOption, StreamerStats } from "@ionia/common";
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

  /** Go to one more server, out of the same encode; resolves with its name. The params carry its stream key. */
  async addDestination(params: Omit<ParamsOf<"streamer.addDestination">, "id">): Promise<string> {
    const { destination } = await this.client.call("streamer.addDestination", { ...params, id: this.id });
    return destination;
  }

  /** Have a destination, by default the first, at another address. The params carry its stream key. */
  async setDestination(params: Omit<ParamsOf<"streamer.setDestination">, "id">): Promise<void> {
    await this.client.call("streamer.setDestination", { ...params, id: this.id });
  }

  /** Leave a server; the others don't notice. The last one stays. */
  async removeDestination(destination: string): Promise<void> {
    await this.client.call("streamer.removeDestination", { destination, id: this.id });
  }

  /** Show another screen or window (null: the primary screen), or a part of it; resolves when it is open. */
  async setScreen(screen: string | null, region: RegionOption | null = null): Promise<void> {
    await this.client.call("streamer.setScreen", { screen, region, id: this.id });
  }

  /** Have viewers see the stream so many seconds later from now on. */
  async setDelay(delaySeconds: number): Promise<void> {
    await this.client.call("streamer.setDelay", { delaySeconds, id: this.id });
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
