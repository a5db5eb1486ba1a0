/** A recording, asynchronously, with the method names of the native addon. */
import type { ParamsOf, RecorderStats } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";
import { INITIALIZE_TIMEOUT_MS, Session, type InitializeOptions } from "./session.ts";

export class Recorder extends Session {
  constructor(client: EngineClient, id?: string) {
    super(client, "recorder", id);
  }

  /** Params left out have the engine's defaults. */
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
    await this.client.call("recorder.initialize", { ...params, id: this.id }, { timeoutMs: INITIALIZE_TIMEOUT_MS });
    return true;
  }

  getStatistics(): Promise<RecorderStats> {
    return this.client.call("recorder.getStats", { id: this.id });
  }
}
