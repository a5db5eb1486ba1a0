/** One live stream at a time. Owns the streamer session; the key passes through and is kept nowhere here. */
import {
  EngineError,
  asSentence,
  checkServerUrl,
  checkStreamUrl,
  connectionParams,
  isStreamActive,
  joinStreamUrl,
  readWarning,
  redactUrl,
  streamParams,
  toProblem,
  type EngineNotifications,
  type Problem,
  type StreamResult,
  type StreamerStats,
} from "@ionia/common";
import { Streamer, type EngineClient, type SoundChange } from "@ionia/node";
import { told } from "./recording_control.ts";
import type { ShellStore } from "./shell_store.ts";

export class StreamControl {
  readonly #client: EngineClient;
  readonly #store: ShellStore;
  #streamer: Streamer | undefined;

  constructor(client: EngineClient, store: ShellStore) {
    this.#client = client;
    this.#store = store;
  }

  /**
   * Resolves once the engine is trying to connect; how that goes is told by the state. Never rejects. `streamKey`: for an
   * address without it.
   */
  async start(rtmpUrl: string, streamKey?: string): Promise<StreamResult> {
    const store = this.#store;
    if (isStreamActive(store.state.stream.phase)) return { success: false, error: "A stream is already running." };
    // Beginning anew acknowledges what went wrong before.
    if (store.state.recording.phase === "failed")
      store.dispatch({ type: "recording", change: { phase: "idle", problem: null } });
    const shown = redactUrl(streamKey === undefined ? rtmpUrl : joinStreamUrl(rtmpUrl, streamKey));
    const streamer = new Streamer(this.#client);
    this.#streamer = streamer;
    this.#listen(streamer);
    const fresh = {
      rtmpUrl: shown,
      problem: null,
      stats: null,
      attempt: 0,
      delayMs: 0,
      reason: "",
      liveKind: null,
      backpressure: false,
    };
    store.dispatch({ type: "stream", change: { phase: "starting", ...fresh } });
    try {
      const check = streamKey === undefined ? checkStreamUrl(rtmpUrl) : checkServerUrl(rtmpUrl);
      if (!check.ok) throw new EngineError("bad_url", check.message);
      const settings = store.state.settings;
      await streamer.initializeWith({
        rtmpUrl,
        ...(streamKey === undefined ? {} : { streamKey }),
        ...streamParams(settings),
        ...connectionParams(settings),
      });
      await streamer.start();
    } catch (error) {
      this.#fail(streamer, toProblem(error));
      return { success: false, rtmpUrl: shown, error: told(toProblem(error)) };
    }
    return { success: true, rtmpUrl: shown };
  }

  /** Never rejects. */
  async stop(): Promise<StreamResult> {
    const streamer = this.#streamer;
    if (streamer === undefined) return { success: false, error: "Nothing is being streamed." };
    const rtmpUrl = this.#store.state.stream.rtmpUrl ?? "";
    this.#store.dispatch({ type: "stream", change: { phase: "stopping" } });
    try {
      await streamer.stop();
    } catch (error) {
      this.#fail(streamer, toProblem(error));
      return { success: false, rtmpUrl, error: told(toProblem(error)) };
    }
    this.#end(streamer);
    this.#store.dispatch({
      type: "stream",
      change: { phase: "idle", reason: "", liveKind: null, backpressure: false },
    });
    return { success: true, rtmpUrl };
  }

  /** Of one that ends meanwhile, nothing is changed any more. */
  setSound(change: SoundChange): void {
    void this.#streamer?.setSound(change).catch(() => undefined);
  }

  #listen(streamer: Streamer): void {
    const change = (part: Parameters<ShellStore["dispatch"]>[0] & { type: "stream" }): void => {
      if (this.#streamer === streamer) this.#store.dispatch(part);
    };
    streamer
      .on("connection", (event) => this.#connection(streamer, event))
      .on("stats", (stats) => change({ type: "stream", change: { stats: stats as StreamerStats } }))
      .on("backpressure", ({ active }) => change({ type: "stream", change: { backpressure: active } }))
      .on("warning", (warning) => {
        if (warning.code === "encoder_fallback" && this.#store.state.settings.encoder === "auto") return;
        this.#store.notify(readWarning(warning));
      })
      .on("failure", ({ message, data }) => this.#fail(streamer, toProblem(new EngineError(data.kind, message, data))))
      .on("lost", () =>
        this.#fail(streamer, toProblem(new EngineError("engine_exited", "The engine stopped and the stream with it."))),
      );
  }

  #connection(streamer: Streamer, event: EngineNotifications["streamer.connection"]): void {
    if (this.#streamer !== streamer || this.#store.state.stream.phase === "stopping") return;
    const { attempt, delayMs } = event;
    // Why a try is needed is told once, before the wait; it stays true while the try is under way.
    const before = this.#store.state.stream;
    const reason = asSentence(event.reason) || before.reason;
    const liveKind = event.kind ?? before.liveKind;
    switch (event.state) {
      case "connected":
        this.#store.dispatch({
          type: "stream",
          change: { phase: "live", attempt: 0, delayMs: 0, reason: "", liveKind: null },
        });
        break;
      case "connecting":
        this.#store.dispatch({ type: "stream", change: { attempt, delayMs, reason, liveKind } });
        break;
      case "reconnecting":
        this.#store.dispatch({ type: "stream", change: { phase: "reconnecting", attempt, delayMs, reason, liveKind } });
        break;
      case "failed":
        this.#fail(
          streamer,
          toProblem(new EngineError("connect_failed", reason === "" ? "The connection failed." : reason, { liveKind })),
        );
        break;
      case "closed":
        break; // The answer of `stop`, or the failure, says the same.
    }
  }

  #fail(streamer: Streamer, problem: Problem): void {
    if (this.#streamer !== streamer) return;
    this.#end(streamer);
    this.#store.dispatch({ type: "stream", change: { phase: "failed", problem } });
  }

  #end(streamer: Streamer): void {
    this.#streamer = undefined;
    streamer.dispose().catch(() => undefined); // Gone with the engine, or never made: nothing is left to free.
  }
}
