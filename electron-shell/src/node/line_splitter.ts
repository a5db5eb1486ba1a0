/** Lines out of chunks of bytes. Splits on bytes, so that a character cut in two by a pipe is never decoded in halves. */

const NEWLINE = 0x0a;

export class LineTooLong extends Error {}

export class LineSplitter {
  #parts: Uint8Array[] = [];
  #length = 0;
  readonly #limit: number;
  readonly #decoder = new TextDecoder("utf-8");

  /** `limit` is in bytes; the default is the wire's 16 MiB. */
  constructor(limit = 16 * 1024 * 1024) {
    this.#limit = limit;
  }

  /** The lines that are complete now, without their ends, empty ones left out. Throws LineTooLong. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at));
      from = at + 1;
      const line = this.#take();
      if (line !== "") lines.push(line);
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  /** What came after the last newline. */
  end(): string {
    return this.#take();
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#length += part.length;
    if (this.#length > this.#limit) throw new LineTooLong(`a line of more than ${this.#limit} bytes`);
    this.#parts.push(part);
  }

  #take(): string {
    const whole = this.#parts.length === 1 ? (this.#parts[0] as Uint8Array) : Buffer.concat(this.#parts, this.#length);
    this.#parts = [];
    this.#length = 0;
    return this.#decoder.decode(whole).replace(/\r$/, "");
  }
}
