/** Carries out what update_policy decides, with whatever finds, fetches and installs versions. Works without Electron. */
import type { ShellStore } from "./shell_store.ts";
import { nextUpdateStep, type UpdatePhase } from "./update_policy.ts";

const LOOK_INTERVAL_MS = 60_000;

export interface UpdateSource {
  /** The newer version's number, or null. Rejects when nobody answers. */
  check(): Promise<string | null>;
  /** Resolves when it is here and its checksum is right; rejects when `signal` aborts or it can't be had. */
  download(signal: AbortSignal): Promise<void>;
  /** End the application by way of its own `quit`, and start the installer. */
  install(): void;
}

export interface UpdatesOptions {
  readonly source: UpdateSource;
  readonly store: ShellStore;
  readonly nowMs: () => number;
  readonly log: (line: string) => void;
}

export class Updates {
  readonly #options: UpdatesOptions;
  #phase: UpdatePhase = "unknown";
  #version = "";
  #asked = false;
  #checkedMs: number | null = null;
  #download = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  /** Lives as long as the application, and keeps it alive no longer. */
  follow(): void {
    this.#options.store.subscribe((event) => {
      if (event.type !== "levels") this.consider();
    });
    this.#timer = setInterval(() => this.consider(), LOOK_INTERVAL_MS);
    this.#timer.unref();
    this.consider();
  }

  /** The version that is here and waits, or null. */
  get waiting(): string | null {
    return this.#phase === "ready" ? this.#version : null;
  }

  /** Have it now, or as soon as nothing is at work. */
  ask(): void {
    this.#asked = true;
    this.consider();
  }

  /** Do what is to be done now. Never throws. */
  consider(): void {
    const { store, nowMs, source } = this.#options;
    const [phase, asked, checkedMs] = [this.#phase, this.#asked, this.#checkedMs];
    switch (nextUpdateStep({ phase, asked, checkedMs, nowMs: nowMs(), state: store.state })) {
      case "wait":
        break;
      case "check":
        this.#phase = "checking";
        this.#checkedMs = nowMs();
        void this.#check();
        break;
      case "download":
        this.#phase = "downloading";
        this.#download = new AbortController();
        void this.#fetch(this.#download.signal);
        break;
      case "cancel":
        this.#phase = "available";
        this.#download.abort();
        break;
      case "install":
        this.#asked = false;
        source.install();
        break;
    }
  }

  async #check(): Promise<void> {
    try {
      const found = await this.#options.source.check();
      this.#version = found ?? "";
      this.#phase = found === null ? "unknown" : "available";
    } catch (error) {
      this.#fail("looking for a newer version failed", error);
    }
    this.consider();
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    try {
      await this.#options.source.download(signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(`fetching version ${this.#version} failed`, error);
      return;
    }
    if (signal.aborted) return; // It is fetched anew, from what is here already.
    this.#phase = "ready";
    this.#options.store.notify({
      level: "info",
      code: "update",
      message: `Ionia ${this.#version} is ready.`,
      hint: "It is installed when you quit, or now from the icon beside the clock.",
    });
  }

  #fail(what: string, error: unknown): void {
    this.#phase = "unknown";
    this.#options.log(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
