/** The recordings that were made, newest first. Entries whose file is gone are left out. */
import { access } from "node:fs/promises";
import { codecOf, type HistoryEntry } from "@ionia/common";
import type { JsonFile } from "./json_file.ts";
import { StoredValue } from "./stored_value.ts";

export type StoredEntry = Omit<HistoryEntry, "mediaUrl" | "thumbnailUrl">;

/** Where a window gets a recording, and the picture of one. */
export interface MediaUrls {
  readonly media: (id: string) => string;
  readonly thumbnail: (id: string) => string;
}

const MOST_ENTRIES = 200;

const isEntry = (value: unknown): value is StoredEntry =>
  typeof value === "object" &&
  value !== null &&
  (["id", "name", "path", "createdAt"] as const).every(
    (member) => typeof (value as StoredEntry)[member] === "string",
  ) &&
  (["durationSeconds", "bytes", "width", "height", "fps"] as const).every((member) =>
    Number.isFinite((value as StoredEntry)[member]),
  ) &&
  [(value as StoredEntry).marks ?? []].flat().every((one) => Number.isFinite(one));

export class HistoryStore {
  readonly #stored: StoredValue<readonly StoredEntry[]>;
  readonly #urls: MediaUrls;
  readonly #pictured = new Set<string>();
  /** Recordings of this run that the list's file has no room for: they are there all the same. */
  #unsaved: readonly StoredEntry[] = [];

  constructor(file: JsonFile, urls: MediaUrls) {
    this.#stored = new StoredValue<readonly StoredEntry[]>(file, "The list of recordings", []);
    this.#urls = urls;
  }

  /** As StoredValue's. */
  get damage(): StoredValue<unknown>["damage"] {
    return this.#stored.damage;
  }

  get entries(): readonly HistoryEntry[] {
    return this.#all.map((entry) => ({
      ...entry,
      mediaUrl: this.#urls.media(entry.id),
      ...(this.#pictured.has(entry.id) ? { thumbnailUrl: this.#urls.thumbnail(entry.id) } : {}),
    }));
  }

  /** Never rejects. */
  async load(): Promise<void> {
    await this.#stored.load(async (content) => {
      const entries = Array.isArray(content) ? content.filter(isEntry) : [];
      const there = await Promise.all(entries.map((entry) => exists(entry.path)));
      return entries.filter((_, index) => there[index]);
    });
  }

  /** The newest first. Rejects when the list can't be saved; they are in it until the application ends all the same. */
  async add(...added: readonly StoredEntry[]): Promise<void> {
    const ids = new Set(added.map(({ id }) => id));
    const before = (entries: readonly StoredEntry[]): readonly StoredEntry[] =>
      [...added, ...entries.filter(({ id }) => !ids.has(id))].slice(0, MOST_ENTRIES);
    try {
      await this.#stored.change(before);
    } catch (error) {
      this.#unsaved = before(this.#unsaved);
      throw error;
    }
  }

  /** Takes it off the list; the file stays. */
  async remove(id: string): Promise<void> {
    await this.#stored.change((entries) => entries.filter((entry) => entry.id !== id));
    this.#unsaved = this.#unsaved.filter((entry) => entry.id !== id);
  }

  pathOf(id: string): string | undefined {
    return this.#all.find((entry) => entry.id === id)?.path;
  }

  /** There is a picture of it. */
  pictured(id: string): void {
    this.#pictured.add(id);
  }

  /** After its file was repaired, which may be another one then. */
  async whole(id: string, file: Pick<StoredEntry, "path" | "bytes">): Promise<void> {
    await this.#change(id, { ...file, recovered: false });
  }

  /** What its file says of itself. */
  async learnt(
    id: string,
    facts: Pick<StoredEntry, "durationSeconds" | "width" | "height" | "fps" | "marks" | "codec" | "recovered">,
  ): Promise<void> {
    await this.#change(id, facts);
  }

  async #change(id: string, facts: Partial<StoredEntry>): Promise<void> {
    const change = (entry: StoredEntry): StoredEntry => (entry.id === id ? { ...entry, ...facts } : entry);
    await this.#stored.change((entries) => entries.map(change));
    this.#unsaved = this.#unsaved.map(change);
  }

  has(file: string): boolean {
    return this.#all.some((entry) => entry.path === file);
  }

  get #all(): readonly StoredEntry[] {
    return [...this.#unsaved, ...this.#stored.value];
  }
}

/** What an entry says of its codec, by the name of its encoder or of its track. */
export function codedBy(encoder: string): Pick<StoredEntry, "codec"> {
  const codec = codecOf(encoder);
  return codec === "h264" ? {} : { codec };
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
