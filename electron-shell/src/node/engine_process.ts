/** The engine as a child process: pipes, no shell, no window. Knows lines and exits, not JSON. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { EngineError } from "@ionia/common";
import { LineSplitter } from "./line_splitter.ts";
import type { CloseReason, Transport, TransportEvents } from "./transport.ts";

const KEPT_STDERR_LINES = 20;
const LONGEST_STDERR_LINE = 500;

export interface EngineProcessOptions {
  readonly executable: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Each line the engine logs. */
  readonly onLog?: (line: string) => void;
}

/** Start it. The returned transport closes when the process has exited and its pipes are drained. */
export function launchEngineProcess(options: EngineProcessOptions, events: TransportEvents): Transport {
  const child = spawn(options.executable, options.args ?? [], {
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
    // Windows' Node ends its children with itself, whatever they write. Our engine hears of our end, and finishes its files.
    detached: process.platform === "win32",
    shell: false,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  return new EngineProcess(child, options, events);
}

class EngineProcess implements Transport {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #stderrTail: string[] = [];
  readonly #closed: Promise<void>;
  #open = true;

  constructor(child: ChildProcessWithoutNullStreams, options: EngineProcessOptions, events: TransportEvents) {
    this.#child = child;
    const stdout = new LineSplitter();
    child.stdout.on("data", (chunk: Buffer) => {
      try {
        for (const line of stdout.push(chunk)) events.onMessage(line);
      } catch (error) {
        this.#note(`unreadable output: ${String(error)}`, options);
        child.kill("SIGKILL");
      }
    });
    const stderr = new LineSplitter(1024 * 1024);
    child.stderr.on("data", (chunk: Buffer) => {
      for (const line of stderr.push(chunk)) this.#note(line, options);
    });
    // An engine that died with our message in its pipe: the exit is reported by `close`, this is only its echo.
    child.stdin.on("error", () => undefined);
    this.#closed = new Promise((resolve) => {
      const finish = (reason: CloseReason): void => {
        if (!this.#open) return;
        this.#open = false;
        events.onClose(reason);
        resolve();
      };
      child.on("error", (error) => {
        if (child.pid === undefined)
          finish(this.#reason(`the engine could not be started: ${error.message}`, null, null));
      });
      child.on("close", (code, signal) => {
        this.#note(stderr.end(), options);
        const how = signal === null ? `with code ${code ?? "unknown"}` : `by ${signal}`;
        finish(this.#reason(`the engine ended ${how}`, code, signal));
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects only once the process has ended: why it did is told first. */
  send(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = (cause?: Error | null): void => {
        const gone = new EngineError("engine_exited", "the engine is not running", { cause: cause ?? undefined });
        void this.#closed.then(() => reject(gone));
      };
      if (!this.#open || !this.#child.stdin.writable) refuse();
      else this.#child.stdin.write(`${text}\n`, (error) => (error ? refuse(error) : resolve()));
    });
  }

  async close(graceMs: number): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    await this.#closed;
    clearTimeout(timer);
  }

  #note(line: string, options: EngineProcessOptions): void {
    if (line === "") return;
    this.#stderrTail.push(clip(line, LONGEST_STDERR_LINE));
    if (this.#stderrTail.length > KEPT_STDERR_LINES) this.#stderrTail.shift();
    options.onLog?.(line);
  }

  #reason(message: string, code: number | null, signal: string | null): CloseReason {
    return { message, code, signal, stderrTail: [...this.#stderrTail] };
  }
}

/** A long line's beginning says when and where, its end what: both are kept. */
function clip(line: string, most: number): string {
  return line.length <= most ? line : `${line.slice(0, 100)} … ${line.slice(103 - most)}`;
}
