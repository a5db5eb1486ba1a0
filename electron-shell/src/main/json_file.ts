/** One JSON value in one file, replaced as a whole: a crash leaves the old or the new content, never half of either. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";

export class JsonFile {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** What is stored, or undefined when there is nothing or it can't be read as JSON. */
  async read(): Promise<unknown> {
    try {
      return JSON.parse(await readFile(this.#file, "utf8")) as unknown;
    } catch {
      return undefined; // First run, or a damaged file: the caller has defaults for both.
    }
  }

  /** Writes happen in the order of the calls. */
  write(value: unknown): Promise<void> {
    const next = this.#writing
      .catch(() => undefined)
      .then(async () => {
        await mkdir(path.dirname(this.#file), { recursive: true });
        const fresh = `${this.#file}.new`;
        await writeFile(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
        await rename(fresh, this.#file);
      });
    this.#writing = next;
    return next;
  }
}
