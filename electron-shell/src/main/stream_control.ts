/** One live stream at a time, to one or several destinations. Owns the streamer session; keys pass through and are kept nowhere here. */
import { createHash, randomBytes } from "node:crypto";
import {
  EngineError,
  FIRST_DESTINATION,
  IDLE_STREAM,
  checkServerUrl,
  checkStreamUrl,
  connected,
  connectionParams,
  destinationOf,
  destinationTitle,
  isStreamActive,
  isWhip,
  joinStreamUrl,
  newDestination,
  overall,
  readWarning,
  redactUrl,
  streamParams,
  trustParams,
  usesOwnServer,
  toProblem,
  type DestinationView,
  type EngineNotifications,
  type Problem,
  type Settings,
  type StreamResult,
  type StreamerStats,
} from "@ionia/common";
import { Streamer, type EngineClient, type SoundChange } from "@ionia/node";
import type { Target } from "./destinations.ts";
import { told } from "./recording_control.ts";
import type { ShellStore } from "./shell_store.ts";

/** By which a target is known to be another one, without keeping its key. */
type Digest = string;

export class StreamControl {
  readonly #client: EngineClient;
  readonly #store: ShellStore;
  readonly #settled: () => Promise<void>;
  #streamer: Streamer | undefined;
  #stopping: Promise<StreamResult> | undefined;
  /** Where the stream goes, by name; undefined: to an address that is not of the settings, whatever those become. */
  #followed: Map<string, Digest> | undefined;
  #salt = "";
  #following: Promise<void> = Promise.resolve();

  /** `settled` resolves when no opening or closing of devices is under way. */
  constructor(client: EngineClient, store: ShellStore, settled: () => Promise<void>) {
    this.#client = client;
    this.#store = store;
    this.#settled = settled;
  }

  /** To one address, with its key. Resolves and tells as `startAll`. */
  start(rtmpUrl: string): Promise<StreamResult> {
    const { settings } = this.#store.state;
    const trust = usesOwnServer(settings) ? trustParams(settings, { service: "custom" }) : {};
    return this.#start([{ id: FIRST_DESTINATION, rtmpUrl, ...trust }], false);
  }

  /**
   * To destinations of the settings, which it follows from then on. Resolves once the engine is trying to connect; how
   * that goes is told by the state. Never rejects.
   */
  startAll(targets: readonly Target[]): Promise<StreamResult> {
    return this.#start(targets, true);
  }

  async #start(targets: readonly Target[], follows: boolean): Promise<StreamResult> {
    const store = this.#store;
    if (isStreamActive(store.state.stream.phase)) return { success: false, error: "A stream is already running." };
    // Beginning anew acknowledges what went wrong before.
    if (store.state.recording.phase === "failed")
      store.dispatch({ type: "recording", change: { phase: "idle", problem: null } });
    const [first] = targets as [Target];
    const shown = redactUrl(addressOf(first));
    const streamer = new Streamer(this.#client);
    this.#streamer = streamer;
    this.#salt = randomBytes(16).toString("hex");
    this.#followed = follows ? new Map(targets.map((target) => [target.id, this.#digest(target)])) : undefined;
    this.#listen(streamer);
    const destinations = targets.map(({ id }) => newDestination(id));
    store.dispatch({ type: "stream", change: { ...IDLE_STREAM, phase: "starting", rtmpUrl: shown, destinations } });
    const begun = this.#begin(streamer, targets);
    this.#following = begun.catch(() => undefined);
    try {
      await begun;
    } catch (error) {
      // One that is being stopped is at its end when it has stopped, and nothing went wrong.
      if (store.state.stream.phase !== "stopping") this.#fail(streamer, toProblem(error));
      return { success: false, rtmpUrl: shown, error: told(toProblem(error)) };
    }
    return { success: true, rtmpUrl: shown };
  }

  async #begin(streamer: Streamer, targets: readonly Target[]): Promise<void> {
    for (const { rtmpUrl, streamKey } of targets) {
      const check = streamKey === undefined ? checkStreamUrl(rtmpUrl) : checkServerUrl(rtmpUrl);
      if (!check.ok) throw new EngineError("bad_url", check.message);
    }
    await this.#settled();
    this.#checkWanted(streamer);
    const { settings, devices } = this.#store.state;
    await streamer.initializeWith({
      ...places(targets),
      ...streamParams(settings, devices),
      ...connectionParams(settings),
    });
    this.#checkWanted(streamer);
    await streamer.start();
  }

  #checkWanted(streamer: Streamer): void {
    if (this.#streamer !== streamer || this.#store.state.stream.phase === "stopping")
      throw new EngineError("cancelled", "The stream was ended before it began.");
  }

  /**
   * Go where the settings say now: to what is new, to what has another address or key, away from what isn't `wanted` any
   * more. What is wanted and no target is left as it is. Never rejects: what the engine refuses is told.
   */
  follow(targets: readonly Target[], wanted: ReadonlySet<string>): Promise<void> {
    const streamer = this.#streamer;
    this.#following = this.#following.then(async () => {
      if (streamer === undefined || this.#streamer !== streamer || this.#followed === undefined) return;
      const followed = this.#followed;
      for (const target of targets) {
        const digest = this.#digest(target);
        const before = followed.get(target.id);
        if (before === digest) continue;
        const { id: destination, ...place } = target;
        // First the view: what the engine tells of it may come before its answer.
        const view = this.#store.state.stream.destinations.find(({ id }) => id === destination);
        this.#put(streamer, destination, newDestination(destination));
        const done = await this.#change(streamer, destination, async () => {
          if (before === undefined) await streamer.addDestination({ ...place, destination });
          else await streamer.setDestination({ ...place, destination });
        });
        if (done) followed.set(destination, digest);
        else this.#put(streamer, destination, view);
      }
      for (const destination of [...followed.keys()].filter((id) => !wanted.has(id)))
        if (await this.#change(streamer, destination, () => streamer.removeDestination(destination))) {
          followed.delete(destination);
          this.#put(streamer, destination, undefined);
        }
    });
    return this.#following;
  }

  /** One that has failed is tried again when it is followed the next time. */
  forget(destination: string): void {
    const view = this.#store.state.stream.destinations.find(({ id }) => id === destination);
    if (view?.phase === "failed" && this.#followed?.has(destination) === true) this.#followed.set(destination, "");
  }

  /** Whether the engine did so; else it is told why not. */
  async #change(streamer: Streamer, destination: string, change: () => Promise<void>): Promise<boolean> {
    try {
      await change();
      return true;
    } catch (error) {
      if (this.#streamer !== streamer) return false;
      const { message, hint } = toProblem(error);
      const code = `destination ${destination}`;
      this.#store.notify({ level: "error", code, message: `${this.#titleOf(destination)}: ${message}`, hint });
      return false;
    }
  }

  #titleOf(destination: string): string {
    const found = destinationOf(this.#store.state.settings, destination);
    return found === undefined ? "A destination" : destinationTitle(found);
  }

  #digest({ rtmpUrl, streamKey = "", videoBitrate = 0, height = 0, caFile = "" }: Target): Digest {
    const all = [this.#salt, rtmpUrl, streamKey, videoBitrate, height, caFile];
    return createHash("sha256").update(all.join(" ")).digest("hex");
  }

  /** Who asks once more meanwhile hears the same. Never rejects. */
  stop(): Promise<StreamResult> {
    this.#stopping ??= this.#stop().finally(() => (this.#stopping = undefined));
    return this.#stopping;
  }

  async #stop(): Promise<StreamResult> {
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
      change: { phase: "idle", reason: "", liveKind: null, backpressure: false, destinations: [] },
    });
    return { success: true, rtmpUrl };
  }

  /** Of one that ends meanwhile, nothing is changed any more. */
  setSound(change: SoundChange): void {
    void this.#streamer?.setSound(change).catch(() => undefined);
  }

  /** Stream another screen, or part of one, from now on; nothing, when nothing is streamed. Rejects with EngineError. */
  async setScreen({ screen, region }: Pick<Settings, "screen" | "region">): Promise<void> {
    await this.#following;
    await this.#streamer?.setScreen(screen, region);
  }

  /** Have viewers see the stream so much later from now on; nothing, when nothing is streamed. Rejects with EngineError. */
  async setDelay(delaySeconds: number): Promise<void> {
    await this.#following;
    await this.#streamer?.setDelay(delaySeconds);
  }

  /** Leave a server for good; nothing, where the stream doesn't go. Rejects with EngineError: it goes there still. */
  leave(destination: string): Promise<void> {
    const streamer = this.#streamer;
    const left = this.#following.then(async () => {
      if (streamer === undefined || this.#streamer !== streamer || this.#followed?.has(destination) !== true) return;
      await streamer.removeDestination(destination);
      this.#followed?.delete(destination);
      this.#put(streamer, destination, undefined);
    });
    this.#following = left.catch(() => undefined);
    return left;
  }

  /** Whether the stream goes there now, or tries to. */
  goesTo(destination: string): boolean {
    const view = this.#store.state.stream.destinations.find(({ id }) => id === destination);
    return isStreamActive(this.#store.state.stream.phase) && view !== undefined && view.phase !== "failed";
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
        if (warning.code === "destination_failed") return this.#lost(streamer, warning);
        if (warning.code === "encoder_fallback" && this.#store.state.settings.encoder === "auto") return undefined;
        this.#store.notify(readWarning(warning));
        return undefined;
      })
      .on("failure", ({ message, data }) => this.#fail(streamer, toProblem(new EngineError(data.kind, message, data))))
      .on("lost", () => this.#fail(streamer, toProblem(new EngineError("engine_exited", "The engine stopped."))));
  }

  #connection(streamer: Streamer, event: EngineNotifications["streamer.connection"]): void {
    if (this.#streamer !== streamer || this.#store.state.stream.phase === "stopping") return;
    this.#show(streamer, (views) =>
      views.map((view) => (view.id === event.destination ? connected(view, event) : view)),
    );
    const { destinations } = this.#store.state.stream;
    if (event.state !== "failed" || destinations.some(({ phase }) => phase !== "failed")) return;
    const [{ reason, liveKind }] = destinations.slice(-1) as [DestinationView];
    this.#fail(
      streamer,
      toProblem(new EngineError("connect_failed", reason === "" ? "The connection failed." : reason, { liveKind })),
    );
  }

  #put(streamer: Streamer, destination: string, view: DestinationView | undefined): void {
    const put = (views: readonly DestinationView[]): readonly DestinationView[] =>
      [...views.filter(({ id }) => id !== destination), ...(view === undefined ? [] : [view])].sort((one, other) =>
        one.id.localeCompare(other.id),
      );
    this.#show(streamer, put);
  }

  /** Change how the destinations are, and with them how the stream is. */
  #show(streamer: Streamer, change: (views: readonly DestinationView[]) => readonly DestinationView[]): void {
    if (this.#streamer !== streamer) return;
    const destinations = change(this.#store.state.stream.destinations);
    this.#store.dispatch({ type: "stream", change: { destinations, ...overall(destinations) } });
  }

  /** One of several was given up; the stream goes on without it. */
  #lost(streamer: Streamer, { message, data }: EngineNotifications["session.warning"]): void {
    const { destination = "" } = data as { readonly destination?: string };
    const view = this.#store.state.stream.destinations.find(({ id }) => id === destination);
    if (this.#streamer !== streamer) return;
    // The engine knows no names but its own.
    const words = view === undefined || view.reason === "" ? message : `${view.reason} The stream goes on without it.`;
    const hint = "Mend it under Live, then try again there.";
    const code = `destination ${destination}`;
    this.#store.notify({ level: "error", code, message: `${this.#titleOf(destination)}: ${words}`, hint });
  }

  #fail(streamer: Streamer, failure: Problem): void {
    if (this.#streamer !== streamer) return;
    this.#end(streamer);
    const stopped = "The engine stopped and the stream with it.";
    const problem = failure.kind === "engine_exited" ? { ...failure, message: stopped } : failure;
    this.#store.dispatch({ type: "stream", change: { phase: "failed", problem } });
  }

  #end(streamer: Streamer): void {
    if (this.#streamer !== streamer) return;
    this.#streamer = this.#followed = undefined;
    streamer.dispose().catch(() => undefined); // Gone with the engine, or never made: nothing is left to free.
  }
}

const addressOf = ({ rtmpUrl, streamKey }: Target): string =>
  streamKey === undefined || isWhip(rtmpUrl) ? rtmpUrl : joinStreamUrl(rtmpUrl, streamKey);

/** What `initialize` is told of where it goes. The first destination alone has no name of its own there. */
function places(targets: readonly Target[]): Pick<Parameters<Streamer["initializeWith"]>[0], "rtmpUrl" | "rtmpUrls"> {
  const [{ id, ...place }] = targets as [Target];
  if (targets.length === 1 && id === FIRST_DESTINATION) return place;
  return { rtmpUrls: targets.map(({ id: destination, ...rest }) => ({ ...rest, destination })) };
}
