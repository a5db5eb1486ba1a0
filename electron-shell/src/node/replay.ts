/** The last seconds, held in memory and saved at any time. */
import type { ParamsOf, ReplayStats, ResultOf } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";
import { INITIALIZE_TIMEOUT_MS, Session, STOP_TIMEOUT_MS } from "./session.ts";

export class Replay extends Session {
  constructor(client: EngineClient, id?: string) {
    super(client, "replay", id);
  }

  /** Give it the settings of the recording or stream beside it: then they share one encode. */
  async initialize(params: Omit<ParamsOf<"replay.initialize">, "id"> = {}): Promise<boolean> {
    await this.client.call("replay.initialize", { ...params, id: this.id }, { timeoutMs: INITIALIZE_TIMEOUT_MS });
    return true;
  }

  /** A file of the last `seconds`, or of all that is held. Resolves when it is complete. */
  save(path: string, seconds: number | null = null): Promise<ResultOf<"replay.save">> {
    return this.client.call("replay.save", { path, seconds, id: this.id }, { timeoutMs: STOP_TIMEOUT_MS });
  }

  getStatistics(): Promise<ReplayStats> {
    return this.client.call("replay.getStats", { id: this.id });
  }
}
