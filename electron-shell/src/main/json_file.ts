/** One JSON value in one file, replaced as a whole: a crash leaves the old or the new content, never half of either. */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";

export class JsonFile {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** What is stored, or undefined when there is nothing or it can't be read as JSON. Never rejects. */
  async read(): Promise<unknown> {
    let content: string;
    try {
      content = await readFile(this.#file, "utf8");
    } catch {
      return undefined; // First run, or no right to read it: the caller has defaults for both.
    }
    try {
      return JSON.parse(content) as unknown;
    } catch {
      // The next write would replace it: what is left of it stays beside, for whoever can still read it.
      await rename(this.#file, `${this.#file}.damaged`).catch(() => undefined);
      return undefined;
    }
  }

  /** Writes happen in the order of the calls. Resolves when the value is on the disk. */
  write(value: unknown): Promise<void> {
    const next = this.#writing.catch(() => undefined).then(() => this.#replace(`${JSON.stringify(value, null, 2)}\n`));
    this.#writing = next;
    return next;
  }

  async #replace(content: string): Promise<void> {
    const fresh = `${this.#file}.new`;
    await mkdir(path.dirname(this.#file), { recursive: true });
    try {
      const handle = await open(fresh, "w", 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync(); // Else the new name may survive a power cut and its content not.
      } finally {
        await handle.close();
      }
      await rename(fresh, this.#file);
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => undefined);
      throw error;
    }
  }
}
