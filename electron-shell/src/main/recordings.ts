/** The recordings in the list, and what is made of them: their pictures, clips, whole files after a crash. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { EngineError, toProblem, type Clip, type Strip } from "@ionia/common";
import type { EngineClient } from "@ionia/node";
import { FileJobs } from "./file_jobs.ts";
import { HistoryStore, type MediaUrls, type StoredEntry } from "./history_store.ts";
import { JsonFile } from "./json_file.ts";
import { Library } from "./library.ts";
import { OpenTakes, entryOf } from "./open_takes.ts";
import { clipPath, recordingTime } from "./recording_path.ts";
import type { ShellStore } from "./shell_store.ts";
import { Strips } from "./strips.ts";

export interface RecordingsOptions {
  readonly client: EngineClient;
  readonly store: ShellStore;
  readonly userData: string;
  readonly urls: MediaUrls & { readonly strip: (id: string) => string };
  readonly now: () => Date;
}

export class Recordings {
  readonly history: HistoryStore;
  readonly library: Library;
  readonly strips: Strips;
  /** Those that are being made. */
  readonly openTakes: OpenTakes;
  readonly #store: ShellStore;
  readonly #jobs: FileJobs;
  readonly #now: () => Date;
  readonly #folder: string;

  constructor({ client, store, userData, urls, now }: RecordingsOptions) {
    this.history = new HistoryStore(new JsonFile(path.join(userData, "history.json")), urls);
    this.library = new Library(client, this.history, path.join(userData, "thumbnails"), () => this.tell());
    this.strips = new Strips(client, path.join(userData, "strips"), urls.strip);
    this.openTakes = new OpenTakes(new JsonFile(path.join(userData, "open-takes.json")));
    this.#store = store;
    this.#jobs = new FileJobs(client, store);
    this.#now = now;
    this.#folder = path.join(userData, "recordings");
  }

  /** Show the list as it is. */
  tell(): void {
    this.#store.dispatch({ type: "history", history: this.history.entries });
  }

  /** The file is what counts: that the list can't be saved is told, and makes nothing fail. Never rejects. */
  async add(entry: StoredEntry): Promise<void> {
    await this.history.add(entry).catch((error: unknown) => {
      const { message, hint } = toProblem(error);
      this.#store.notify({ level: "warning", code: "list_not_saved", message, hint });
    });
    this.tell();
  }

  /** Put what a crash cut off into the list, and where that can't be read what its folder has. Never rejects. */
  async recover(): Promise<void> {
    const left = await this.openTakes.leftBehind();
    if (this.history.damage !== null) await this.history.add(...(await filesIn(this.#folder))).catch(() => undefined);
    for (const entry of left) {
      await this.history.add(entry).catch(() => undefined); // in the list all the same, and noted still
      await this.openTakes.ended(entry.path);
    }
    if (left.length === 0) return;
    const message =
      left.length === 1
        ? "A recording was cut off the last time."
        : `${left.length} recordings were cut off the last time.`;
    const hint = "What was recorded is in the list and plays. Repair makes it a file that every program takes.";
    this.#store.notify({ level: "info", code: "recovered", message, hint });
  }

  /** Off the list; the file stays. */
  async remove(id: string): Promise<void> {
    await this.history.remove(id);
    this.tell();
    await Promise.all([this.library.drop(id), this.strips.drop(id)]);
  }

  /** The pictures along a recording of the list. Rejects with EngineError. */
  async strip(id: string): Promise<Strip> {
    const entry = this.history.entries.find((one) => one.id === id);
    if (entry === undefined) throw new EngineError("media_failed", "This recording is not in the list any more.");
    return this.strips.of(entry);
  }

  /** Rejects with EngineError in the engine's words; the recording is then what it was. */
  async repair(id: string): Promise<void> {
    const file = this.history.pathOf(id);
    if (file === undefined) return;
    const made = await this.#jobs.run("repair", id, "media.finalize", { path: file });
    if (made === undefined) return;
    await this.history.whole(id, { path: made.path, bytes: made.bytes });
    this.library.forget(id);
    await this.strips.drop(id);
    this.tell();
  }

  /** Rejects with EngineError in the engine's words; there is then no new file. */
  async clip(id: string, clip: Clip): Promise<void> {
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
    await this.add({ id: name, name, path: file, createdAt, ...facts });
    this.#store.notify({ level: "info", code: "clip", message: `The clip is in the list: ${name}.mp4`, hint: "" });
  }

  /** Nothing, where none works on it. */
  cancelJob(id: string): void {
    this.#jobs.cancel(id);
  }
}

/** The recordings of a folder, the newest first. Never rejects. */
async function filesIn(folder: string): Promise<readonly StoredEntry[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".mp4"));
  const entries = names.map(async (name) => {
    const file = path.join(folder, name);
    const begun = recordingTime(file) ?? (await stat(file)).mtime;
    return entryOf({ path: file, createdAt: begun.toISOString() }, false);
  });
  const found = (await Promise.all(entries.map((entry) => entry.catch(() => undefined)))).filter(
    (entry) => entry !== undefined && entry.bytes > 0,
  ) as StoredEntry[];
  return found.sort((one, other) => other.createdAt.localeCompare(one.createdAt));
}
