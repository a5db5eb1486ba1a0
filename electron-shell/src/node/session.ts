/** What Recorder and Streamer have in common: one session of the engine, by id, and its events alone. */
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
  lost: "session.lost",
};

let lastId = 0;

/** An id no other session of this process has. */
export function nextSessionId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${process.pid}-${lastId}`;
}

/** The events of one session. `release` must be called when the session is disposed of. */
export class SessionListener {
  readonly #client: EngineClient;
  readonly #kind: SessionKind;
  readonly #id: string;
  readonly #removals: (() => void)[] = [];

  constructor(client: EngineClient, kind: SessionKind, id: string) {
    this.#client = client;
    this.#kind = kind;
    this.#id = id;
  }

  listen<K extends keyof SessionEvents>(event: K, listener: (payload: SessionEvents[K]) => void): void {
    const source = SOURCES[event];
    // A recorder and a streamer may have the same id; where the engine says the kind, it decides.
    const filtered = (payload: { id: string; kind?: SessionKind | null }): void => {
      if (payload.id === this.#id && (payload.kind ?? this.#kind) === this.#kind) listener(payload as SessionEvents[K]);
    };
    this.#client.on(source, filtered as never);
    this.#removals.push(() => this.#client.off(source, filtered as never));
  }

  release(): void {
    for (const remove of this.#removals.splice(0)) remove();
  }
}

/** The engine writes a file when it stops: that may take longer than an ordinary call on a slow disk. */
export const STOP_TIMEOUT_MS = 30_000;

/** Opening devices and encoders, one after the other, each of which may be slow to say no. */
export const INITIALIZE_TIMEOUT_MS = 30_000;

export type InitializeOptions<M extends "recorder.initialize" | "streamer.initialize"> = Omit<
  ParamsOf<M>,
  "id" | "outputPath" | "rtmpUrl" | "fps" | "videoBitrate" | "useNvenc" | "audioBitrate" | "audioMode"
>;
