/**
 * The pictures along a recording that the list shows under the pointer: made when they are asked for the first time, kept
 * as files, the oldest of which go. One at a time, by jobs of the lowest priority; of what waits only the newest wish counts.
 */
import { mkdir, readFile, readdir, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { EngineError, readStrip, type HistoryEntry, type Strip } from "@ionia/common";
import { runJob, type EngineClient } from "@ionia/node";

/** Twice the width of a row's picture. */
const WIDTH = 224;
/** As many as can be told apart by moving over a row's picture. */
const PICTURES = 24;
/** About 8 MB. */
const MOST_SHEETS = 60;

interface Wish {
  readonly entry: HistoryEntry;
  readonly settle: (made: Promise<void>) => void;
}

export class Strips {
  readonly #client: EngineClient;
  readonly #folder: string;
  readonly #url: (id: string) => string;
  #running = false;
  #waiting: Wish | undefined;

  /** `folder`: where the sheets are kept. */
  constructor(client: EngineClient, folder: string, url: (id: string) => string) {
    this.#client = client;
    this.#folder = folder;
    this.#url = url;
  }

  /** Where the sheet of a recording is kept. */
  path(id: string): string {
    return path.join(this.#folder, `${encodeURIComponent(id)}.jpg`);
  }

  /** Rejects with EngineError: in the engine's words, or `cancelled` for a wish that another one came before. */
  async of(entry: HistoryEntry): Promise<Strip> {
    const index = `${this.path(entry.id).slice(0, -".jpg".length)}.vtt`;
    const kept = await readFile(index, "utf8").catch(() => undefined);
    if (kept === undefined) await this.#made(entry);
    const strip = readStrip(kept ?? (await readFile(index, "utf8")), this.#url(entry.id));
    if (strip === undefined) throw new EngineError("media_failed", "There are no pictures along this recording.");
    const now = new Date();
    await utimes(index, now, now).catch(() => undefined); // it goes later than those that nobody looks at
    return strip;
  }

  /** Its file is another one, or off the list. Never rejects. */
  async drop(id: string): Promise<void> {
    const sheet = this.path(id);
    for (const file of [sheet, sheet.replace(/jpg$/, "vtt")]) await rm(file, { force: true }).catch(() => undefined);
  }

  #made(entry: HistoryEntry): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#waiting?.settle(Promise.reject(new EngineError("cancelled", "Another recording is looked at.")));
      this.#waiting = { entry, settle: resolve };
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let wish = this.#waiting; wish !== undefined; wish = this.#waiting) {
      this.#waiting = undefined;
      const made = this.#make(wish.entry);
      wish.settle(made);
      await made.catch(() => undefined);
    }
    this.#running = false;
  }

  async #make(entry: HistoryEntry): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const intervalSeconds = Math.max(entry.durationSeconds / PICTURES, 0.1);
    const params = { path: entry.path, output: this.path(entry.id), intervalSeconds, width: WIDTH, overwrite: true };
    await runJob(this.#client, "media.sprites", params);
    await this.#clear();
  }

  /** Those go that nobody has looked at for longest. */
  async #clear(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(".vtt"));
    const dated = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(path.join(this.#folder, name))).mtimeMs })),
    );
    const old = dated.sort((one, other) => other.at - one.at).slice(MOST_SHEETS);
    for (const { name } of old) await this.drop(decodeURIComponent(name.slice(0, -".vtt".length)));
  }
}
