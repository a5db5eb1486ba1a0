/** A recording, asynchronously, with the method names of the native addon, and those it did not have. */
import type { ParamsOf, RecorderStats, RegionOption, ResultOf } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";
import type { Replay } from "./replay.ts";
import { INITIALIZE_TIMEOUT_MS, STOP_TIMEOUT_MS, Session, type InitializeOptions } from "./session.ts";

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

  /**
   * Begin `seconds` ago, or as long ago as it reaches, out of what a replay of equal settings holds. Rejects, and
   * changes nothing, when that does not run or its settings differ.
   */
  startWith(replay: Replay, seconds: number | null = null): Promise<boolean> {
    return this.client.call("recorder.start", { id: this.id, replayId: replay.id, prerollSeconds: seconds });
  }

  getStatistics(): Promise<RecorderStats> {
    return this.client.call("recorder.getStats", { id: this.id });
  }

  /** Leave out what comes from now on; false if it is paused already or does not run. */
  pause(): Promise<boolean> {
    return this.client.call("recorder.pause", { id: this.id });
  }

  /** Go on where it was paused; false if it isn't paused. */
  resume(): Promise<boolean> {
    return this.client.call("recorder.resume", { id: this.id });
  }

  /** Whether it is paused now. */
  togglePause(): Promise<boolean> {
    return this.client.call("recorder.togglePause", { id: this.id });
  }

  /** Note a moment: a chapter of the file, and a line of its sidecar. */
  mark(label = "", data: Record<string, unknown> | null = null, secondsAgo = 0): Promise<ResultOf<"recorder.mark">> {
    return this.client.call("recorder.mark", { label, data, secondsAgo, id: this.id });
  }

  /** Show another part of the screen or window, in pictures of the same size; null: all of it. */
  setRegion(region: RegionOption | null): Promise<ResultOf<"recorder.setRegion">> {
    return this.client.call("recorder.setRegion", { region, id: this.id });
  }

  /** Show another screen or window (null: the primary screen), or a part of it; resolves when it is open. */
  setScreen(screen: string | null, region: RegionOption | null = null): Promise<ResultOf<"recorder.setScreen">> {
    return this.client.call("recorder.setScreen", { screen, region, id: this.id });
  }

  /** Go on in another file. Resolves when the one before is complete, in a pause at once. */
  split(): Promise<ResultOf<"recorder.split">> {
    return this.client.call("recorder.split", { id: this.id }, { timeoutMs: STOP_TIMEOUT_MS });
  }
}
