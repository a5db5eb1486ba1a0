/**
 * Learns of the recordings in the list what their entries lack: a picture, and the length of those that a crash cut off.
 * One after the other, by jobs of the lowest priority; what can't be learnt stays unknown and is not asked for again.
 */
import { access, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { HistoryEntry } from "@ionia/common";
import { runJob, type EngineClient } from "@ionia/node";
import { codedBy, type HistoryStore } from "./history_store.ts";

/** Twice the width of a row's picture. */
const THUMBNAIL_WIDTH = 320;
/** Of the recording: later than the window's own fade, and not the end of a very short one. */
const THUMBNAIL_SHARE = 0.125;

export class Library {
  readonly #client: EngineClient;
  readonly #history: HistoryStore;
  readonly #folder: string;
  readonly #changed: () => void;
  readonly #asked = new Set<string>();
  #running = false;

  /** `folder`: where the pictures are kept; `changed`: the list has something new to show. */
  constructor(client: EngineClient, history: HistoryStore, folder: string, changed: () => void) {
    this.#client = client;
    this.#history = history;
    this.#folder = folder;
    this.#changed = changed;
  }

  /** Where the picture of a recording is kept. */
  thumbnailPath(id: string): string {
    return path.join(this.#folder, `${encodeURIComponent(id)}.jpg`);
  }

  /** Its file is another one: learn anew. */
  forget(id: string): void {
    this.#asked.delete(id);
  }

  /** It is off the list: so is its picture. Never rejects. */
  async drop(id: string): Promise<void> {
    await rm(this.thumbnailPath(id), { force: true }).catch(() => undefined);
  }

  /** Look at what is new in the list. Never rejects, and never looks twice at one time. */
  async look(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
        this.#asked.add(entry.id);
        await this.#learn(entry).catch(() => undefined); // it plays and is listed all the same
      }
    } finally {
      this.#running = false;
    }
  }

  #next(): HistoryEntry | undefined {
    return this.#history.entries.find(({ id }) => !this.#asked.has(id));
  }

  async #learn(entry: HistoryEntry): Promise<void> {
    let { durationSeconds } = entry;
    if (durationSeconds === 0) {
      const { durationSeconds: found, media } = await runJob(this.#client, "media.probe", { path: entry.path });
      const video = media?.tracks.find(({ kind }) => kind === "video");
      durationSeconds = found;
      const { width = 0, height = 0, fps = 0 } = video ?? {};
      const marks = media?.chapters.map(({ startSeconds }) => startSeconds) ?? entry.marks ?? [];
      await this.#history.learnt(entry.id, {
        durationSeconds,
        width,
        height,
        fps: Math.round(fps),
        marks,
        recovered: entry.recovered || media?.state === "unfinished",
        ...codedBy(video?.codec ?? ""),
      });
      this.#changed();
    }
    const output = this.thumbnailPath(entry.id);
    const there = await access(output).then(
      () => true,
      () => false,
    );
    if (!there) {
      await mkdir(this.#folder, { recursive: true });
      const seconds = durationSeconds * THUMBNAIL_SHARE;
      await runJob(this.#client, "media.thumbnail", { path: entry.path, output, seconds, maxWidth: THUMBNAIL_WIDTH });
    }
    this.#history.pictured(entry.id);
    this.#changed();
  }
}
