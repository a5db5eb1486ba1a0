/** What Recorder, Streamer and Replay have in common: one session of the engine, by kind and id, and its events alone. */
import type { EngineNotifications, ParamsOf, SessionKind } from "@ionia/common";
import type { EngineClient, EngineClientEvents, LostSession } from "./engine_client.ts";

export interface SessionEvents {
  state: EngineNotifications["session.state"];
  warning: EngineNotifications["session.warning"];
  failure: EngineNotifications["session.error"];
  stats: EngineNotifications["session.stats"];
  levels: EngineNotifications["audio.levels"];
  connection: EngineNotifications["streamer.connection"];
  backpressure: EngineNotifications["streamer.backpressure"];
  file: EngineNotifications["recorder.fileChanged"];
  saved: EngineNotifications["replay.saved"];
  lost: LostSession;
}

const SOURCES: { readonly [K in keyof SessionEvents]: keyof EngineClientEvents } = {
  state: "session.state",
  warning: "session.warning",
  failure: "session.error",
  stats: "session.stats",
  levels: "audio.levels",
  connection: "streamer.connection",
  backpressure: "streamer.backpressure",
  file: "recorder.fileChanged",
  saved: "replay.saved",
  lost: "session.lost",
};

let lastId = 0;

/** An id no other session of this process has. */
function nextSessionId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${process.pid}-${lastId}`;
}

/** The engine completes a file when it stops: that may take longer than an ordinary call on a slow disk. */
export const STOP_TIMEOUT_MS = 30_000;

/** Opening devices and encoders, one after the other, each of which may be slow to say no. */
export const INITIALIZE_TIMEOUT_MS = 30_000;

export type InitializeOptions<M extends "recorder.initialize" | "streamer.initialize"> = Omit<
  ParamsOf<M>,
  "id" | "outputPath" | "rtmpUrl" | "fps" | "videoBitrate" | "useNvenc" | "audioBitrate" | "audioMode"
>;

/** What of a session's sound changes; the rest is as it is. */
export type SoundChange = Omit<ParamsOf<"audio.set">, "kind" | "id">;

/** Every method rejects with EngineError. */
export class Session {
  readonly id: string;
  protected readonly client: EngineClient;
  readonly #kind: SessionKind;
  readonly #removals: (() => void)[] = [];

  constructor(client: EngineClient, kind: SessionKind, id = nextSessionId(kind)) {
    this.id = id;
    this.client = client;
    this.#kind = kind;
  }

  /** False if it already runs. A streamer connects in the background: listen to `connection`. */
  start(): Promise<boolean> {
    return this.client.call(`${this.#kind}.start`, { id: this.id });
  }

  /** Resolves when the file is complete and playable, or the connection is closed. */
  stop(): Promise<boolean> {
    return this.client.call(`${this.#kind}.stop`, { id: this.id }, { timeoutMs: STOP_TIMEOUT_MS });
  }

  isRunning(): Promise<boolean> {
    return this.client.call(`${this.#kind}.isRunning`, { id: this.id });
  }

  getCodecName(): Promise<string> {
    return this.client.call(`${this.#kind}.getCodecName`, { id: this.id });
  }

  getCurrentPTSSeconds(): Promise<number> {
    return this.client.call(`${this.#kind}.getCurrentPTSSeconds`, { id: this.id });
  }

  /** Within 50 ms, without a click, and for this session alone. */
  async setSound(change: SoundChange): Promise<void> {
    await this.client.call("audio.set", { kind: this.#kind, id: this.id, ...change });
  }

  on<K extends keyof SessionEvents>(event: K, listener: (payload: SessionEvents[K]) => void): this {
    const source = SOURCES[event];
    // Sessions of two kinds may have the same id: what only one kind tells is that kind's, for the rest the engine says whose
    // it is. The kind of a connection is another matter: why it failed.
    const filtered = (payload: { id: string; kind?: string | null }): void => {
      const [teller] = source.split(".");
      const owner = teller === "session" || teller === "audio" ? payload.kind : teller;
      if (payload.id === this.id && owner === this.#kind) listener(payload as SessionEvents[K]);
    };
    this.client.on(source, filtered as never);
    this.#removals.push(() => this.client.off(source, filtered as never));
    return this;
  }

  /** Hear nothing more of it: for one whose engine is gone, so that its listeners don't stay with the client. */
  unlisten(): void {
    for (const remove of this.#removals.splice(0)) remove();
  }

  /** Stop if running and free the session; no event comes after it. */
  async dispose(): Promise<void> {
    this.unlisten();
    await this.client.call(`${this.#kind}.dispose`, { id: this.id }, { timeoutMs: STOP_TIMEOUT_MS });
  }
}
