/** One recording at a time, from the button to the history. Owns the recorder session; tells the store. */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import {
  EngineError,
  IDLE_RECORDING,
  captureParams,
  endInWords,
  fileParams,
  isRecordingActive,
  isTakeRunning,
  prerollOf,
  readWarning,
  toProblem,
  type EngineNotifications,
  type Problem,
  type RecorderStats,
  type RecordingResult,
  type Settings,
} from "@ionia/common";
import { Recorder, type EngineClient, type SoundChange } from "@ionia/node";
import { codedBy, type StoredEntry } from "./history_store.ts";
import type { OpenTake, OpenTakes } from "./open_takes.ts";
import { recordingPath } from "./recording_path.ts";
import type { ReplayControl } from "./replay_control.ts";
import type { ShellStore } from "./shell_store.ts";

export interface RecordingControlOptions {
  readonly client: EngineClient;
  readonly store: ShellStore;
  /** Puts a file into the list of recordings. Never rejects. */
  readonly list: (entry: StoredEntry) => Promise<void>;
  readonly openTakes: OpenTakes;
  readonly replay: ReplayControl;
  /** Resolves when no opening or closing of devices is under way. */
  readonly settled: () => Promise<void>;
  readonly userData: string;
  readonly now: () => Date;
}

const WITHOUT_PAST: ReadonlySet<string> = new Set(["not_initialized", "no_such_session", "settings_differ"]);

type FinishedFile = EngineNotifications["recorder.fileChanged"]["finished"];

interface Take {
  readonly recorder: Recorder;
  readonly outputPath: string;
  /** The files that it has left behind it. */
  finished: readonly FinishedFile[];
  /** The file that it is in now. */
  current: OpenTake;
  /** Until what it left behind is in the list. Never rejects. */
  listing: Promise<void>;
  /** Seconds that were marked, by file. */
  readonly marks: Map<string, readonly number[]>;
  /** Set when it ends otherwise than asked for: all is in the list and told once that is done. */
  ending?: Promise<void>;
  /** Why it failed. */
  problem?: Problem;
}

export class RecordingControl {
  readonly #options: RecordingControlOptions;
  #take: Take | undefined;
  #starting: Promise<RecordingResult> | undefined;
  #stopping: Promise<RecordingResult> | undefined;

  constructor(options: RecordingControlOptions) {
    this.#options = options;
  }

  get #phase() {
    return this.#options.store.state.recording.phase;
  }

  /** Never rejects. */
  async start(): Promise<RecordingResult> {
    if (isRecordingActive(this.#phase)) return { success: false, error: "A recording is already running." };
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<RecordingResult> {
    const { client, store, openTakes, userData, now } = this.#options;
    // Beginning anew acknowledges what went wrong before.
    if (store.state.stream.phase === "failed")
      store.dispatch({ type: "stream", change: { phase: "idle", problem: null } });
    const startedAt = now();
    const outputPath = recordingPath(userData, startedAt);
    store.dispatch({ type: "recording", change: { ...IDLE_RECORDING, phase: "starting", outputPath } });
    const current = { path: outputPath, createdAt: startedAt.toISOString() };
    const take: Take = {
      recorder: new Recorder(client),
      outputPath,
      finished: [],
      current,
      listing: Promise.resolve(),
      marks: new Map(),
    };
    this.#take = take;
    this.#listen(take);
    try {
      await this.#options.settled();
      await makeFolder(path.dirname(outputPath));
      void openTakes.begun(current);
      await take.recorder.initializeWith({
        outputPath,
        ...captureParams(store.state.settings),
        ...fileParams(store.state.settings),
      });
      await this.#begin(take.recorder);
    } catch (error) {
      await this.#fail(take, toProblem(error));
      return { success: false, error: told(take.problem ?? toProblem(error)) };
    }
    if (this.#take === take && this.#phase === "starting")
      store.dispatch({ type: "recording", change: { phase: "recording" } });
    return { success: true, outputPath };
  }

  /** With what the instant replay holds, where that is wanted; where it can't be had, with what comes. */
  async #begin(recorder: Recorder): Promise<void> {
    const { store, replay } = this.#options;
    const seconds = prerollOf(store.state.settings);
    let why = "The instant replay is not ready.";
    let hint = "";
    if (seconds !== null && replay.ready !== undefined) {
      try {
        await recorder.startWith(replay.ready, seconds);
        return;
      } catch (error) {
        // Refused before anything was begun: a take that doesn't begin at all is lost.
        const problem = toProblem(error);
        if (!WITHOUT_PAST.has(problem.kind)) throw error;
        ({ message: why, hint } = problem);
      }
    }
    await recorder.start();
    if (seconds === null) return;
    const message = `The recording begins now, without what came before. ${why}`;
    store.notify({ level: "warning", code: "preroll", message, hint });
  }

  /** One that is being begun ends when it has begun; who asks once more meanwhile hears the same. Never rejects. */
  stop(): Promise<RecordingResult> {
    this.#stopping ??= this.#stop().finally(() => (this.#stopping = undefined));
    return this.#stopping;
  }

  async #stop(): Promise<RecordingResult> {
    const { store } = this.#options;
    if (this.#phase === "starting") await this.#starting;
    const take = this.#take;
    if (take !== undefined && store.state.recording.endReason !== "") {
      // It is at its end already: this waits for that, and hears how it went.
      await take.recorder.stop().catch(async (error: unknown) => {
        if (take.ending === undefined) await this.#fail(take, toProblem(error));
      });
      await take.ending;
      return resultOf(take);
    }
    if (take === undefined || !isTakeRunning(this.#phase))
      return { success: false, error: "Nothing is being recorded." };
    store.dispatch({ type: "recording", change: { phase: "stopping" } });
    try {
      await take.recorder.stop();
      const stats = await take.recorder.getStatistics();
      if (take.problem === undefined) {
        await this.#keep(take, stats, false);
        if (this.#take === take) this.#end(take);
        store.dispatch({ type: "recording", change: { phase: "idle", stats, problem: null } });
      }
    } catch (error) {
      await this.#fail(take, toProblem(error));
    }
    await take.ending;
    return resultOf(take);
  }

  /** Pause, or go on: the state says which. Rejects with EngineError, as all of these. */
  async togglePause(): Promise<void> {
    await this.#running().recorder.togglePause();
  }

  /** Of one that ends meanwhile, nothing is changed any more. */
  setSound(change: SoundChange): void {
    void this.#take?.recorder.setSound(change).catch(() => undefined);
  }

  async mark(): Promise<void> {
    const take = this.#running();
    const { index, fileSeconds, path: file } = await take.recorder.mark();
    take.marks.set(file, [...(take.marks.get(file) ?? []), fileSeconds]);
    if (this.#take === take) this.#options.store.dispatch({ type: "recording", change: { marks: index + 1 } });
  }

  async split(): Promise<void> {
    await this.#running().recorder.split();
    if (this.#phase !== "paused") return;
    const message = "The recording goes on in a new file when you resume it.";
    this.#options.store.notify({ level: "info", code: "split_in_pause", message, hint: "" });
  }

  /** Record another screen, or part of one, in the same file, once it has begun; nothing, when nothing is recorded. */
  async setScreen({ screen, region }: Pick<Settings, "screen" | "region">): Promise<void> {
    if (this.#phase === "starting") await this.#starting;
    if (isTakeRunning(this.#phase)) await this.#running().recorder.setScreen(screen, region);
  }

  #running(): Take {
    if (this.#take === undefined || !isTakeRunning(this.#phase))
      throw new EngineError("not_initialized", "Nothing is being recorded.");
    return this.#take;
  }

  #listen(take: Take): void {
    const { store } = this.#options;
    take.recorder
      .on("state", ({ state, reason }) => this.#moved(take, state, reason))
      .on("stats", (stats) => {
        if (this.#take === take) store.dispatch({ type: "recording", change: { stats: stats as RecorderStats } });
      })
      .on("file", ({ finished, next }) => this.#goOn(take, finished, next))
      .on("warning", (warning) => {
        // "Automatic" means the best that works here: that it is the software encoder surprises nobody.
        if (warning.code === "encoder_fallback" && store.state.settings.encoder === "auto") return;
        store.notify(readWarning(warning));
      })
      .on("failure", ({ message, data }) => {
        void this.#fail(take, toProblem(new EngineError(data.kind, message, data)));
      })
      .on("lost", () => void this.#fail(take, toProblem(new EngineError("engine_exited", "The engine stopped."))));
  }

  #moved(take: Take, state: string, reason: string): void {
    if (this.#take !== take) return;
    const { store } = this.#options;
    const phase = this.#phase;
    if (state === "paused" && phase === "recording") store.dispatch({ type: "recording", change: { phase: "paused" } });
    if (state === "running" && phase === "paused")
      store.dispatch({ type: "recording", change: { phase: "recording" } });
    // Nobody asked for that; a failure would have been told before, and the take be over.
    if (state === "stopping" && (isTakeRunning(phase) || phase === "starting"))
      store.dispatch({ type: "recording", change: { phase: "stopping", endReason: endInWords(reason) } });
    if (state === "stopped" && store.state.recording.endReason !== "") take.ending ??= this.#endedByItself(take);
  }

  /** A limit was reached: all is kept. Never rejects. */
  async #endedByItself(take: Take): Promise<void> {
    const { store } = this.#options;
    const stats = await take.recorder.getStatistics().catch(() => store.state.recording.stats);
    await this.#keep(take, stats, false);
    if (this.#take === take) this.#end(take);
    store.dispatch({ type: "recording", change: { phase: "idle", stats, problem: null } });
  }

  /** The recording ended otherwise than asked for: say why, and keep what there is. Once per take. Never rejects. */
  async #fail(take: Take, problem: Problem): Promise<void> {
    if (this.#take !== take) return take.ending;
    take.problem = problem;
    const { stats } = this.#options.store.state.recording;
    this.#end(take);
    take.ending = this.#keep(take, stats, true).then((kept) => {
      take.problem = problem.kind === "engine_exited" ? afterwards(problem, kept) : problem;
      this.#options.store.dispatch({ type: "recording", change: { phase: "failed", problem: take.problem } });
    });
    await take.ending;
  }

  #end(take: Take): void {
    this.#take = undefined;
    take.recorder.dispose().catch(() => undefined); // Gone with the engine, or never made: nothing is left to free.
  }

  /** A file is complete: it comes into the list, and the next one is noted. */
  #goOn(take: Take, finished: FinishedFile, next: string): void {
    const { openTakes, store, now } = this.#options;
    const before = take.current;
    const current = { path: next, createdAt: now().toISOString() };
    take.finished = [...take.finished, finished];
    take.current = current;
    if (this.#take === take) store.dispatch({ type: "recording", change: { part: take.finished.length + 1 } });
    // One after the other, and before the end: the list is in their order, and whole when the recording is over.
    take.listing = take.listing.then(async () => {
      await openTakes.begun(current);
      await this.#list(take, before, store.state.recording.stats, finished.durationSeconds, false);
      await openTakes.ended(before.path);
    });
  }

  /**
   * Into the list, if there is a file; then the note of the running take is struck out. Whether there is one, or was one
   * before. Never rejects.
   */
  async #keep(take: Take, stats: RecorderStats | null, recovered: boolean): Promise<boolean> {
    await take.listing;
    const behind = take.finished.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
    const listed = await this.#list(
      take,
      take.current,
      stats,
      Math.max(0, (stats?.durationSeconds ?? 0) - behind),
      recovered,
    );
    await this.#options.openTakes.ended(take.current.path);
    return listed || take.finished.length > 0;
  }

  async #list(
    take: Take,
    file: OpenTake,
    stats: RecorderStats | null,
    durationSeconds: number,
    recovered: boolean,
  ): Promise<boolean> {
    const bytes = await stat(file.path).then(
      ({ size }) => size,
      () => 0,
    );
    if (bytes === 0) return false;
    const name = path.basename(file.path, ".mp4");
    const entry: StoredEntry = {
      id: name,
      name,
      path: file.path,
      createdAt: file.createdAt,
      durationSeconds,
      bytes,
      width: stats?.width ?? 0,
      height: stats?.height ?? 0,
      fps: stats?.fps ?? 0,
      recovered,
      marks: take.marks.get(file.path) ?? [],
      ...codedBy(stats?.codec ?? ""),
    };
    await this.#options.list(entry);
    return true;
  }
}

/** What became of the take when the engine ended, whoever tells of that first. */
function afterwards(problem: Problem, kept: boolean): Problem {
  return {
    ...problem,
    message: `${problem.message} ${kept ? "What was recorded until then is kept." : "Nothing was recorded."}`,
  };
}

function resultOf(take: Take): RecordingResult {
  return take.problem === undefined
    ? { success: true, ...pathsOf(take) }
    : { success: false, ...pathsOf(take), error: told(take.problem) };
}

function pathsOf(take: Take): Pick<RecordingResult, "outputPath" | "outputPaths"> {
  const { outputPath, finished, current } = take;
  return finished.length === 0
    ? { outputPath }
    : { outputPath, outputPaths: [...finished.map((file) => file.path), current.path] };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    const hint = `Check that ${folder} is a folder that you may write to.`;
    throw new EngineError("output_failed", `The folder for recordings can't be made (${code}).`, {
      hint,
      cause: error,
    });
  }
}

export function told(problem: Problem): string {
  return problem.hint === "" ? problem.message : `${problem.message} ${problem.hint}`;
}
