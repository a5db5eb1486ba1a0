/** Everything the shell can do, without Electron: what handlers, tray, shortcut and tests call. */
import { mkdir, statfs } from "node:fs/promises";
import path from "node:path";
import {
  DEFAULT_SETTINGS,
  EngineError,
  InvalidSettings,
  isRecordingActive,
  isStreamActive,
  isTakeRunning,
  patchSettings,
  readSettings,
  soundChanges,
  toProblem,
  type RecordingResult,
  type Settings,
  type ShellState,
  type StreamResult,
} from "@ionia/common";
import type { EngineClient } from "@ionia/node";
import type { StoredEntry } from "./history_store.ts";
import { DestinationList } from "./destination_list.ts";
import { Destinations } from "./destinations.ts";
import { JsonFile } from "./json_file.ts";
import { KeyStore, type Vault } from "./key_store.ts";
import { NetworkTest } from "./network_test.ts";
import { PreviewControl } from "./preview_control.ts";
import { Readiness } from "./readiness.ts";
import { RecordingControl } from "./recording_control.ts";
import { screenshotPath } from "./recording_path.ts";
import { Recordings } from "./recordings.ts";
import { ReplayControl } from "./replay_control.ts";
import { ShellStore } from "./shell_store.ts";
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
  readonly recordings: Recordings;
  readonly destinations: DestinationList;
  readonly preview: PreviewControl;
  readonly #client: EngineClient;
  readonly #destinations: Destinations;
  readonly #settings: StoredValue<Settings>;
  readonly recordingsFolder: string;
  readonly #userData: string;
  readonly #now: () => Date;
  readonly #recording: RecordingControl;
  readonly #stream: StreamControl;
  readonly #readiness: Readiness;
  readonly #replay: ReplayControl;
  #watched = true;
  /** Whether the last levels said nothing: that is told once. */
  #silent = false;
  #greeting: Promise<void> = Promise.resolve();
  #diskTimer: NodeJS.Timeout | undefined;

  constructor(options: StudioOptions) {
    const { client, userData, vault, now = () => new Date() } = options;
    const { mediaUrl: media, thumbnailUrl: thumbnail = media, stripUrl: strip = media } = options;
    const { store } = this;
    this.#client = client;
    this.#userData = userData;
    this.recordingsFolder = path.join(userData, "recordings");
    this.recordings = new Recordings({ client, store, userData, urls: { media, thumbnail, strip }, now });
    const keys = new KeyStore(new JsonFile(path.join(userData, "stream-keys.json")), vault);
    this.#destinations = new Destinations(keys, this.store);
    this.#settings = new StoredValue(
      new JsonFile(path.join(userData, "settings.json")),
      "The settings",
      DEFAULT_SETTINGS,
    );
    this.preview = new PreviewControl(client, this.store);
    this.#now = now;
    const replay = (this.#replay = new ReplayControl({ client, store, userData, now }));
    const { openTakes } = this.recordings;
    const settled = (): Promise<void> => this.#readiness.settled();
    const list = (entry: StoredEntry): Promise<void> => this.recordings.add(entry);
    this.#recording = new RecordingControl({ client, store, list, openTakes, replay, settled, userData, now });
    const stream = (this.#stream = new StreamControl(client, store, settled));
    this.destinations = new DestinationList({
      store,
      destinations: this.#destinations,
      stream,
      networkTest: new NetworkTest(client, store),
      change: (change) => this.#change(change),
    });
    this.#readiness = new Readiness(client, store, this.recordingsFolder);
  }

  get state(): ShellState {
    return this.store.state;
  }

  /** Load what is stored and start the engine. Resolves when the window has all it shows; never rejects. */
  async open(): Promise<void> {
    // A folder that can't be made is told when it is needed: each recording makes it, or says why not.
    await mkdir(this.recordingsFolder, { recursive: true }).catch(() => undefined);
    await Promise.all([this.recordings.history.load(), this.#destinations.load(), this.#settings.load(readSettings)]);
    await this.#destinations.hideStored(this.#settings);
    await this.recordings.recover();
    this.#tellDamage();
    this.store.dispatch({ type: "settings", settings: this.#settings.value });
    this.recordings.tell();
    this.#destinations.tell();
    await this.#measureDisk();
    this.#diskTimer = setInterval(() => void this.#measureDisk(), DISK_INTERVAL_MS);
    this.#diskTimer.unref();
    this.#listen();
    await this.startEngine();
  }

  #tellDamage(): void {
    const { history, openTakes } = this.recordings;
    for (const { damage } of [this.#settings, this.#destinations, history, openTakes])
      if (damage !== null) this.store.notify({ level: "warning", code: damage.message, ...damage });
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
    const result = await this.#recording.start();
    this.#adjust();
    return result;
  }

  stopRecording(): Promise<RecordingResult> {
    return this.#recording.stop();
  }

  /** For a key, which may be held: nothing, while one begins or ends. Never rejects. */
  async toggleRecording(): Promise<void> {
    const { phase } = this.state.recording;
    if (isTakeRunning(phase)) await this.stopRecording();
    else if (!isRecordingActive(phase)) await this.startRecording();
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
    await this.recordings.add(entry);
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
    const settings = await this.#carriedOut(before, patchSettings(before, patch), () =>
      this.#change((current) => ({ ...patchSettings(current, patch), ...changed })),
    );
    this.#adjust();
    for (const change of soundChanges(before.sounds, settings.sounds))
      for (const session of [this.#recording, this.#stream, this.#readiness, this.#replay]) session.setSound(change);
    if (this.state.engine.phase === "ready") void this.#replay.hold(settings);
  }

  /** Have what runs go on by the settings `after`, then `keep` them. Rejects as `keep` does; what runs is then as it was. */
  async #carriedOut(before: Settings, after: Settings, keep: () => Promise<Settings>): Promise<Settings> {
    const back: (() => Promise<void>)[] = [];
    try {
      await this.#setScreen(before, after);
      back.push(() => this.#setScreen(after, before));
      if (after.delaySeconds !== before.delaySeconds) {
        await this.#stream.setDelay(after.delaySeconds);
        back.push(() => this.#stream.setDelay(before.delaySeconds));
      }
      return await keep();
    } catch (error) {
      for (const goBack of back) await goBack().catch(() => undefined);
      throw error;
    }
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

  async #change(change: (current: Settings) => Settings): Promise<Settings> {
    const settings = await this.#settings.change(change);
    this.store.dispatch({ type: "settings", settings });
    return settings;
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
        void this.recordings.library.look();
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
      if (event.type === "history" && this.state.engine.phase === "ready") void this.recordings.library.look();
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

  async #measureDisk(): Promise<void> {
    const free = await statfs(this.recordingsFolder).then(
      (found) => found.bavail * found.bsize,
      () => null,
    );
    this.store.dispatch({ type: "disk", diskFreeBytes: free });
  }
}
