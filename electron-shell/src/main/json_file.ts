/** One JSON value in one file, replaced as a whole: a crash leaves the old or the new content, never half of either. */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const TRIES = 5;
const PAUSE_MS = 20;

/** What Windows says of a file that a virus scanner or a backup looks at just now. */
const IN_USE = new Set(["EACCES", "EBUSY", "EPERM"]);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";

/** Do something to a file that others may hold for a moment. Rejects as `work` does in the end. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !IN_USE.has(codeOf(error))) throw error;
    }
    await pause(PAUSE_MS);
  }
}

export class JsonFile {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();
  #damaged: string | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** Where that is which couldn't be read, or null. */
  get damaged(): string | null {
    return this.#damaged;
  }

  /** What is stored, or undefined when there is nothing or it can't be read, or not as JSON. Never rejects. */
  async read(): Promise<unknown> {
    try {
      return JSON.parse(await patiently(() => readFile(this.#file, "utf8"))) as unknown;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined; // First run.
      // The next write would replace it: what is left of it stays beside, for whoever can still read it.
      const beside = `${this.#file}.damaged`;
      this.#damaged = await rename(this.#file, beside).then(
        () => beside,
        () => this.#file,
      );
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
      await patiently(() => rename(fresh, this.#file));
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => undefined);
      throw error;
    }
  }
}
