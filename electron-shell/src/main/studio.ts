/** Everything the shell can do, without Electron: what handlers, tray, shortcut and tests call. */
import { mkdir, statfs } from "node:fs/promises";
import path from "node:path";
import {
  DEFAULT_SETTINGS,
  EngineError,
  FIRST_DESTINATION,
  InvalidSettings,
  MOST_DESTINATIONS,
  NAME_IS_SECRET,
  destinationOf,
  destinationsOf,
  isRecordingActive,
  isStreamActive,
  looksLikeSecret,
  nextDestination,
  patchSettings,
  readSettings,
  soundChanges,
  toProblem,
  withDestination,
  type Clip,
  type DestinationPatch,
  type RecordingResult,
  type Settings,
  type ShellState,
  type StreamResult,
  type Strip,
} from "@ionia/common";
import type { EngineClient } from "@ionia/node";
import { Destinations, slotsOf } from "./destinations.ts";
import { FileJobs } from "./file_jobs.ts";
import { HistoryStore } from "./history_store.ts";
import { JsonFile } from "./json_file.ts";
import { KeyStore, type Vault } from "./key_store.ts";
import { Library } from "./library.ts";
import { NetworkTest } from "./network_test.ts";
import { OpenTakes } from "./open_takes.ts";
import { PreviewControl } from "./preview_control.ts";
import { Readiness } from "./readiness.ts";
import { RecordingControl } from "./recording_control.ts";
import { clipPath, screenshotPath } from "./recording_path.ts";
import { ReplayControl } from "./replay_control.ts";
import { ShellStore } from "./shell_store.ts";
import { Strips } from "./strips.ts";
import { StoredValue } from "./stored_value.ts";
import { StreamControl } from "./stream_control.ts";

/** How often the engine tells figures: smooth enough for a clock that shows seconds. */
const STATS_INTERVAL_MS = 250;
const DISK_INTERVAL_MS = 5000;

export interface StudioOptions {
  readonly client: EngineClient;
  readonly userData: string;
  readonly vault: Vault;
  readonly mediaUrl: (recordingId: string) => string;
  readonly thumbnailUrl?: (recordingId: string) => string;
  readonly stripUrl?: (recordingId: string) => string;
  readonly now?: () => Date;
}

export class Studio {
  readonly store = new ShellStore();
  readonly history: HistoryStore;
  readonly library: Library;
  readonly strips: Strips;
  readonly preview: PreviewControl;
  readonly #client: EngineClient;
  readonly #destinations: Destinations;
  readonly #settings: StoredValue<Settings>;
  readonly recordingsFolder: string;
  readonly #userData: string;
  readonly #openTakes: OpenTakes;
  readonly #jobs: FileJobs;
  readonly #now: () => Date;
  readonly #recording: RecordingControl;
  readonly #stream: StreamControl;
  readonly #networkTest: NetworkTest;
  readonly #readiness: Readiness;
  readonly #replay: ReplayControl;
  #watched = true;
  /** Whether the last levels said nothing: that is told once. */
  #silent = false;
  #greeting: Promise<void> = Promise.resolve();
  #diskTimer: NodeJS.Timeout | undefined;

  constructor(options: StudioOptions) {
    const { client, userData, vault, now = () => new Date() } = options;
    const urls = { media: options.mediaUrl, thumbnail: options.thumbnailUrl ?? options.mediaUrl };
    this.#client = client;
    this.#userData = userData;
    this.recordingsFolder = path.join(userData, "recordings");
    this.history = new HistoryStore(new JsonFile(path.join(userData, "history.json")), urls);
    const thumbnails = path.join(userData, "thumbnails");
    this.library = new Library(client, this.history, thumbnails, () => this.#tellHistory());
    this.strips = new Strips(client, path.join(userData, "strips"), options.stripUrl ?? options.mediaUrl);
    const keys = new KeyStore(new JsonFile(path.join(userData, "stream-keys.json")), vault);
    this.#destinations = new Destinations(keys, this.store);
    this.#settings = new StoredValue(
      new JsonFile(path.join(userData, "settings.json")),
      "The settings",
      DEFAULT_SETTINGS,
    );
    this.#openTakes = new OpenTakes(new JsonFile(path.join(userData, "open-takes.json")));
    this.preview = new PreviewControl(client, this.store);
    this.#jobs = new FileJobs(client, this.store);
    this.#now = now;
    const { store, history } = this;
    this.#replay = new ReplayControl({ client, store, userData, now });
    const [replay, openTakes] = [this.#replay, this.#openTakes];
    this.#recording = new RecordingControl({ client, store, history, openTakes, replay, userData, now });
    this.#stream = new StreamControl(client, this.store);
    this.#networkTest = new NetworkTest(client, this.store);
    this.#readiness = new Readiness(client, this.store, this.recordingsFolder);
  }

  get state(): ShellState {
    return this.store.state;
  }

  /** Load what is stored and start the engine. Resolves when the window has all it shows; never rejects. */
  async open(): Promise<void> {
    // A folder that can't be made is told when it is needed: each recording makes it, or says why not.
    await mkdir(this.recordingsFolder, { recursive: true }).catch(() => undefined);
    await Promise.all([this.history.load(), this.#destinations.load(), this.#settings.load(readSettings)]);
    await this.#destinations.hideStored(this.#settings);
    await this.#recover();
    this.store.dispatch({ type: "settings", settings: this.#settings.value });
    this.store.dispatch({ type: "history", history: this.history.entries });
    this.#destinations.tell();
    await this.#measureDisk();
    this.#diskTimer = setInterval(() => void this.#measureDisk(), DISK_INTERVAL_MS);
    this.#diskTimer.unref();
    this.#listen();
    await this.startEngine();
  }

  /** Start the engine if it isn't running. Never rejects: the state says how it went. */
  async startEngine(): Promise<void> {
    try {
      await this.#client.start();
      await this.#greeting;
    } catch (error) {
      const problem = toProblem(error);
      const phase = problem.kind === "engine_exited" ? "restarting" : "missing";
      this.store.dispatch({
        type: "engine",
        engine: { phase, message: [problem.message, problem.hint].join(" ").trim(), version: "" },
      });
    }
  }

  /** Look for devices again; where there was no engine, for the engine first. */
  async refreshDevices(): Promise<void> {
    if (this.state.engine.phase === "missing") await this.startEngine();
    else await this.#listDevices();
  }

  /** What every new engine is asked first, the one after a crash too. */
  async #greet(): Promise<void> {
    await this.#client.call("engine.subscribe", { statsIntervalMs: STATS_INTERVAL_MS, audioLevels: true });
    await this.#listDevices();
  }

  async #listDevices(): Promise<void> {
    this.store.dispatch({ type: "devices", devices: await this.#client.call("engine.devices") });
  }

  /** As a `data:` address. Rejects with EngineError. */
  async thumbnail(screen: string | null, maxWidth: number): Promise<string> {
    const { mediaType, data } = await this.#client.call("engine.thumbnail", { screen, maxWidth });
    return `data:${mediaType};base64,${data}`;
  }

  async startRecording(): Promise<RecordingResult> {
    await this.#readiness.settled();
    const result = await this.#recording.start();
    this.#adjust();
    return result;
  }

  stopRecording(): Promise<RecordingResult> {
    return this.#recording.stop();
  }

  /** Reject with EngineError, as `mark` and `split`. */
  togglePause(): Promise<void> {
    return this.#recording.togglePause();
  }

  mark(): Promise<void> {
    return this.#recording.mark();
  }

  split(): Promise<void> {
    return this.#recording.split();
  }

  /** Rejects with EngineError; what is held is held on. */
  async saveReplay(): Promise<void> {
    const entry = await this.#replay.save();
    await this.history.add(entry);
    this.#tellHistory();
    this.store.notify({
      level: "info",
      code: "clip",
      message: `The replay is in the list: ${entry.name}.mp4`,
      hint: "",
    });
  }

  /** What the settings' screen shows, as a recording would. Rejects with EngineError; there is then no file. */
  async saveScreenshot(): Promise<void> {
    const { screen, cursor } = this.state.settings;
    await mkdir(this.recordingsFolder, { recursive: true }).catch(() => undefined); // The engine says what is wrong.
    const file = screenshotPath(this.#userData, this.#now());
    const saved = await this.#client.call("screenshot.save", { path: file, screen, cursor });
    this.store.notify({
      level: "info",
      code: "screenshot",
      message: `The picture is saved: ${path.basename(saved.path)}`,
      hint: `${saved.width} × ${saved.height}, in ${path.dirname(saved.path)}`,
    });
  }

  /** Never rejects: the state says how it went. */
  retryReplay(): Promise<void> {
    return this.#replay.retry(this.state.settings);
  }

  startStream(rtmpUrl: string): Promise<StreamResult> {
    return this.#goLive(() => this.#stream.start(rtmpUrl));
  }

  /** To the destinations of the settings, with the keys that were saved for them. Never rejects. */
  async startSavedStream(): Promise<StreamResult> {
    const wanted = await this.#destinations.wanted(this.state.settings);
    if ("error" in wanted) return { success: false, error: wanted.error };
    return this.#goLive(() => this.#stream.startAll(wanted));
  }

  async #goLive(start: () => Promise<StreamResult>): Promise<StreamResult> {
    await this.#readiness.settled();
    const result = await start();
    this.#adjust();
    return result;
  }

  stopStream(): Promise<StreamResult> {
    return this.#stream.stop();
  }

  /** Rejects with InvalidSettings, or with EngineError when they can't be saved; they are then what they were. */
  async updateSettings(patch: unknown): Promise<void> {
    const before = this.state.settings;
    const { customServer } = patchSettings(before, patch);
    // Their addresses may hold secrets: they have a way of their own.
    if (Object.hasOwn(patch as object, "moreDestinations"))
      throw new InvalidSettings("destinations are changed singly");
    // The shown part entered again says that the rest isn't wanted.
    const entered = Object.hasOwn(patch as object, "customServer");
    const changed = entered ? { customServer: await this.#destinations.kept(customServer, "entered") } : {};
    await this.#setScreen(before, patchSettings(before, patch));
    const { delaySeconds } = patchSettings(before, patch);
    if (delaySeconds !== before.delaySeconds) await this.#stream.setDelay(delaySeconds);
    const settings = await this.#change((current) => ({ ...patchSettings(current, patch), ...changed }));
    this.#adjust();
    for (const change of soundChanges(before.sounds, settings.sounds))
      for (const session of [this.#recording, this.#stream, this.#readiness, this.#replay]) session.setSound(change);
    if (this.state.engine.phase === "ready") void this.#replay.hold(settings);
  }

  /** Have what runs show what `after` names. Rejects with EngineError; it shows then what it did. */
  async #setScreen(before: Settings, after: Settings): Promise<void> {
    const shown = ({ screen, region }: Settings): string => JSON.stringify([screen, region]);
    if (shown(before) === shown(after)) return;
    try {
      await this.#recording.setScreen(after);
      await this.#stream.setScreen(after);
    } catch (error) {
      await this.#recording.setScreen(before).catch(() => undefined);
      if (toProblem(error).kind !== "shared") throw error;
      const message = "What runs beside it has the same pictures: recording, stream or instant replay.";
      const hint = "End one of them first. In another quality than the stream's, a recording has pictures of its own.";
      throw new EngineError("shared", message, { hint, cause: error });
    }
  }

  /** Resolves when it has begun. Rejects with EngineError where it can't: the state says the rest. */
  async testNetwork(id: string): Promise<void> {
    const found = destinationOf(this.state.settings, id);
    if (found === undefined) return;
    if (isStreamActive(this.state.stream.phase))
      throw new EngineError("already_running", "The way is tried while nothing is streamed.");
    this.#networkTest.start(await this.#destinations.target(found));
  }

  /** Rejects with EngineError. */
  cancelNetworkTest(): Promise<void> {
    return this.#networkTest.cancel();
  }

  async saveStreamKey(slot: string, key: string): Promise<void> {
    await this.#destinations.saveKey(slot, key);
    void this.#followDestinations();
  }

  async forgetStreamKey(slot: string): Promise<void> {
    await this.#destinations.forgetKey(slot);
  }

  /** Rejects with InvalidSettings when there are as many as there may be, as all of these with EngineError. */
  async addDestination(): Promise<void> {
    const live = isStreamActive(this.state.stream.phase);
    await this.#change((current) => {
      const added = nextDestination(current, !live);
      if (added === undefined) throw new InvalidSettings(`A stream has ${MOST_DESTINATIONS} destinations at most.`);
      return { ...current, moreDestinations: [...current.moreDestinations, added] };
    });
  }

  /** Rejects with InvalidSettings for an address that is none. */
  async changeDestination(id: string, patch: DestinationPatch): Promise<void> {
    const before = destinationOf(this.state.settings, id);
    if (before === undefined) return;
    const slots = slotsOf({ ...before, ...patch });
    const { server, service, name = "" } = patch;
    if (looksLikeSecret(name) || (await this.#destinations.hasKept(name))) throw new InvalidSettings(NAME_IS_SECRET);
    if (service !== undefined && service !== before.service && this.#stream.goesTo(id))
      throw new InvalidSettings("Another service is chosen when the stream does not go there any more.");
    // Another service knows nothing of this one's key and address. Of the first one each has its own.
    const another = service !== undefined && service !== before.service && id !== FIRST_DESTINATION;
    if (another) await this.#destinations.forget(slots);
    const clear =
      server !== undefined
        ? { server: await this.#destinations.kept(server, "entered", slots) }
        : another
          ? { server: "" }
          : {};
    await this.#change((current) => withDestination(current, id, { ...patch, ...clear }));
    if (patch.enabled === true) this.#stream.forget(id);
    void this.#followDestinations();
  }

  /**
   * First the stream leaves it: as long as the engine goes there, its key is not forgotten. Then its key: what can't be
   * forgotten stays in sight, switched off. Rejects with EngineError.
   */
  async removeDestination(id: string): Promise<void> {
    const found = this.state.settings.moreDestinations.find((one) => one.id === id);
    if (found === undefined) return;
    await this.#stream.leave(id);
    try {
      await this.#destinations.forget(slotsOf(found));
    } catch (error) {
      await this.#change((current) => withDestination(current, id, { enabled: false }));
      throw error;
    }
    await this.#change((current) => ({
      ...current,
      moreDestinations: current.moreDestinations.filter((one) => one.id !== id),
    }));
  }

  async #change(change: (current: Settings) => Settings): Promise<Settings> {
    const settings = await this.#settings.change(change);
    this.store.dispatch({ type: "settings", settings });
    return settings;
  }

  /** Have a running stream go where the settings say now. Never rejects. */
  async #followDestinations(): Promise<void> {
    if (!isStreamActive(this.state.stream.phase)) return;
    const { settings } = this.state;
    const targets = await this.#destinations.whole(settings);
    const used = destinationsOf(settings).filter(({ enabled }) => enabled);
    await this.#stream.follow(targets, new Set(used.map(({ id }) => id)));
  }

  async removeFromHistory(id: string): Promise<void> {
    await this.history.remove(id);
    this.#tellHistory();
    await Promise.all([this.library.drop(id), this.strips.drop(id)]);
  }

  /** The pictures along a recording of the list. Rejects with EngineError. */
  async strip(id: string): Promise<Strip> {
    const entry = this.history.entries.find((one) => one.id === id);
    if (entry === undefined) throw new EngineError("media_failed", "This recording is not in the list any more.");
    return this.strips.of(entry);
  }

  /** Rejects with EngineError in the engine's words; the recording is then what it was. */
  async repairRecording(id: string): Promise<void> {
    const file = this.history.pathOf(id);
    if (file === undefined) return;
    const made = await this.#jobs.run("repair", id, "media.finalize", { path: file });
    if (made === undefined) return;
    await this.history.whole(id, { path: made.path, bytes: made.bytes });
    this.library.forget(id);
    await this.strips.drop(id);
    this.#tellHistory();
  }

  /** Rejects with EngineError in the engine's words; there is then no new file. */
  async clipRecording(id: string, clip: Clip): Promise<void> {
    const source = this.history.entries.find((entry) => entry.id === id);
    if (source === undefined) return;
    const { width, height, fps, codec } = source;
    const output = await clipPath(source.path);
    const made = await this.#jobs.run("clip", id, "media.clip", { path: source.path, output, ...clip });
    if (made === undefined) return;
    const { path: file, durationSeconds, bytes } = made;
    const name = path.basename(file, ".mp4");
    const createdAt = this.#now().toISOString();
    const facts = { durationSeconds, bytes, width, height, fps, recovered: false, clip: true, ...(codec && { codec }) };
    await this.history.add({ id: name, name, path: file, createdAt, ...facts });
    this.#tellHistory();
    this.store.notify({ level: "info", code: "clip", message: `The clip is in the list: ${name}.mp4`, hint: "" });
  }

  cancelJob(recordingId: string): void {
    this.#jobs.cancel(recordingId);
  }

  /** Whether anybody sees the meters: devices aren't held open for a window in the tray. */
  setWatched(watched: boolean): void {
    this.#watched = watched;
    this.preview.setWatched(watched);
    this.#adjust();
  }

  /** End what runs with everything kept, then the engine. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#diskTimer);
    void this.preview.close();
    if (isRecordingActive(this.state.recording.phase)) await this.#recording.stop();
    if (isStreamActive(this.state.stream.phase)) await this.#stream.stop();
    await this.#client.close().catch(() => undefined); // It is gone, which is what was wanted.
  }

  /** Put what a crash cut off into the list. */
  async #recover(): Promise<void> {
    const left = await this.#openTakes.leftBehind();
    for (const entry of left) {
      await this.history.add(entry).catch(() => undefined); // in the list all the same, and noted still
      await this.#openTakes.ended(entry.path);
    }
    if (left.length === 0) return;
    const message =
      left.length === 1
        ? "A recording was cut off the last time."
        : `${left.length} recordings were cut off the last time.`;
    const hint = "What was recorded is in the list and plays. Repair makes it a file that every program takes.";
    this.store.notify({ level: "info", code: "recovered", message, hint });
  }

  #listen(): void {
    this.#client
      .on("engine.ready", (info) => {
        this.store.dispatch({ type: "engine", engine: { phase: "ready", message: "", version: info.version } });
        this.#readiness.forget();
        this.#replay.forget();
        void this.#replay.hold(this.state.settings);
        this.#greeting = this.#greet();
        // An engine that ends meanwhile is followed by another, which is greeted anew.
        this.#greeting.catch(() => undefined);
        void this.library.look();
        this.#adjust();
      })
      .on("engine.exited", ({ message }) => {
        this.store.dispatch({ type: "engine", engine: { phase: "restarting", message, version: "" } });
        this.#replay.forget();
        this.store.dispatch({ type: "levels", levels: [] });
      })
      .on("audio.levels", ({ sounds }) => {
        const silent = sounds.length === 0;
        if (!silent || !this.#silent) this.store.dispatch({ type: "levels", levels: sounds });
        this.#silent = silent;
      });
    this.store.subscribe((event) => {
      if (event.type === "history" && this.state.engine.phase === "ready") void this.library.look();
      const ended =
        (event.type === "recording" || event.type === "stream") &&
        (event.change.phase === "idle" || event.change.phase === "failed");
      if (ended) this.#adjust();
    });
  }

  /** Hold the devices open while somebody looks and nothing runs; a session that runs has them itself. */
  #adjust(): void {
    const { recording, stream, engine, settings } = this.state;
    const running = isRecordingActive(recording.phase) || isStreamActive(stream.phase);
    if (running) void this.#readiness.release();
    else if (this.#watched && engine.phase === "ready") void this.#readiness.hold(settings);
    else if (engine.phase === "ready") void this.#readiness.release();
  }

  #tellHistory(): void {
    this.store.dispatch({ type: "history", history: this.history.entries });
  }

  async #measureDisk(): Promise<void> {
    const free = await statfs(this.recordingsFolder).then(
      (found) => found.bavail * found.bsize,
      () => null,
    );
    this.store.dispatch({ type: "disk", diskFreeBytes: free });
  }
}
