/** When to start the engine again after it ended by itself. Decides only; is told the time. */

const FIRST_DELAY_MS = 500;
const WINDOW_MS = 60_000;
const MOST_IN_WINDOW = 5;

export class RestartPolicy {
  #starts: number[] = [];

  /** How long to wait, in milliseconds, before the start that this exit makes necessary. */
  exited(nowMs: number): number {
    this.#starts = this.#starts.filter((at) => at > nowMs - WINDOW_MS);
    const doubled = FIRST_DELAY_MS * 2 ** Math.min(this.#starts.length, MOST_IN_WINDOW - 1);
    const oldest = this.#starts[this.#starts.length - MOST_IN_WINDOW];
    const delay = oldest === undefined ? doubled : Math.max(doubled, oldest + WINDOW_MS - nowMs);
    this.#starts.push(nowMs + delay);
    return delay;
  }
}
