/** A value and the file that keeps it. The value follows the file: what couldn't be written is not so. */
import { EngineError } from "@ionia/common";
import type { JsonFile } from "./json_file.ts";

export class StoredValue<T> {
  readonly #file: JsonFile;
  readonly #what: string;
  #value: T;
  #changes: Promise<unknown> = Promise.resolve();

  /** `what` names it in the message of a failure: "the settings". */
  constructor(file: JsonFile, what: string, initial: T) {
    this.#file = file;
    this.#what = what;
    this.#value = initial;
  }

  get value(): T {
    return this.#value;
  }

  /** In words, that what was stored couldn't be read, or null. */
  get damage(): { readonly message: string; readonly hint: string } | null {
    const { damaged } = this.#file;
    if (damaged === null) return null;
    return { message: `${this.#what} could not be read and had to be begun anew.`, hint: `What was there: ${damaged}` };
  }

  /** Take what the file has, as `parse` understands it. Never rejects. */
  async load(parse: (content: unknown) => T | Promise<T>): Promise<T> {
    this.#value = await parse(await this.#file.read());
    return this.#value;
  }

  /**
   * Changes happen in the order of the calls, each upon the result of the one before. Rejects with what `change` throws,
   * or with EngineError(output_failed) when the file can't be written; the value is then what it was.
   */
  change(change: (value: T) => T): Promise<T> {
    const next = this.#changes
      .catch(() => undefined)
      .then(async () => {
        const value = change(this.#value);
        await this.#file.write(value).catch((cause: unknown) => {
          const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
          throw new EngineError("output_failed", `${this.#what} could not be saved (${code}).`, { cause });
        });
        this.#value = value;
        return value;
      });
    this.#changes = next;
    return next;
  }
}
