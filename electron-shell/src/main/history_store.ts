/** The recordings that were made, newest first. Entries whose file is gone are left out. */
import { access } from "node:fs/promises";
import type { HistoryEntry } from "@ionia/common";
import type { JsonFile } from "./json_file.ts";

export type StoredEntry = Omit<HistoryEntry, "mediaUrl">;

const MOST_ENTRIES = 200;

const isEntry = (value: unknown): value is StoredEntry =>
  typeof value === "object" &&
  value !== null &&
  (["id", "name", "path", "createdAt"] as const).every(
    (member) => typeof (value as StoredEntry)[member] === "string",
  ) &&
  (["durationSeconds", "bytes", "width", "height", "fps"] as const).every((member) =>
    Number.isFinite((value as StoredEntry)[member]),
  );

export class HistoryStore {
  readonly #file: JsonFile;
  readonly #mediaUrl: (id: string) => string;
  #entries: readonly StoredEntry[] = [];

  constructor(file: JsonFile, mediaUrl: (id: string) => string) {
    this.#file = file;
    this.#mediaUrl = mediaUrl;
  }

  get entries(): readonly HistoryEntry[] {
    return this.#entries.map((entry) => ({ ...entry, mediaUrl: this.#mediaUrl(entry.id) }));
  }

  async load(): Promise<void> {
    const content = await this.#file.read();
    const entries = Array.isArray(content) ? content.filter(isEntry) : [];
    const there = await Promise.all(
      entries.map((entry) =>
        access(entry.path).then(
          () => true,
          () => false,
        ),
      ),
    );
    this.#entries = entries.filter((_, index) => there[index]);
  }

  async add(entry: StoredEntry): Promise<void> {
    this.#entries = [entry, ...this.#entries.filter(({ id }) => id !== entry.id)].slice(0, MOST_ENTRIES);
    await this.#file.write(this.#entries);
  }

  /** Takes it off the list; the file stays. */
  async remove(id: string): Promise<void> {
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    await this.#file.write(this.#entries);
  }

  pathOf(id: string): string | undefined {
    return this.#entries.find((entry) => entry.id === id)?.path;
  }
}
