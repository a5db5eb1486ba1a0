/** Which recordings are under way, written down so that the next start knows of those that a crash cut off. */
import { stat } from "node:fs/promises";
import path from "node:path";
import type { StoredEntry } from "./history_store.ts";
import type { JsonFile } from "./json_file.ts";
import { StoredValue } from "./stored_value.ts";

export interface OpenTake {
  readonly path: string;
  readonly createdAt: string;
}

const isTake = (value: unknown): value is OpenTake =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as OpenTake).path === "string" &&
  typeof (value as OpenTake).createdAt === "string";

/** No method rejects: a take is worth more than the note of it. */
export class OpenTakes {
  readonly #stored: StoredValue<readonly OpenTake[]>;

  constructor(file: JsonFile) {
    this.#stored = new StoredValue<readonly OpenTake[]>(file, "The note of a running recording", []);
  }

  /** As StoredValue's. */
  get damage(): StoredValue<unknown>["damage"] {
    return this.#stored.damage;
  }

  async begun(take: OpenTake): Promise<void> {
    await this.#stored.change((takes) => [...takes, take]).catch(() => undefined);
  }

  async ended(file: string): Promise<void> {
    await this.#stored.change((takes) => takes.filter((take) => take.path !== file)).catch(() => undefined);
  }

  /** Those of the last run that have a file, as entries of the list. Their note is gone with `ended`. */
  async leftBehind(): Promise<readonly StoredEntry[]> {
    const takes = await this.#stored.load((content) => (Array.isArray(content) ? content.filter(isTake) : []));
    const found = await Promise.all(takes.map((take) => entryOf(take)));
    return found.filter((entry) => entry.bytes > 0);
  }
}

/** What is known of a file without opening it. */
export async function entryOf(take: OpenTake, recovered = true): Promise<StoredEntry> {
  const bytes = await stat(take.path).then(
    (file) => (file.isFile() ? file.size : 0),
    () => 0,
  );
  const name = path.basename(take.path, ".mp4");
  const unknown = { durationSeconds: 0, width: 0, height: 0, fps: 0 };
  return { id: name, name, path: take.path, createdAt: take.createdAt, bytes, ...unknown, recovered };
}
