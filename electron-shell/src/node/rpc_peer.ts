/** JSON-RPC 2.0 over one transport, for the life of that transport. Knows no method; a pending call never hangs. */
import { EngineError, type EngineErrorKind, type LiveKind } from "@ionia/common";
import type { CloseReason, Launch, Transport } from "./transport.ts";

export interface CallOptions {
  /** Milliseconds; 0 waits without limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface RpcPeerEvents {
  onNotification(method: string, params: Record<string, unknown>): void;
  onClose(reason: CloseReason): void;
}

interface Pending {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const DEFAULT_TIMEOUT_MS = 15_000;

export class RpcPeer {
  readonly #transport: Transport;
  readonly #events: RpcPeerEvents;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed: CloseReason | undefined;

  constructor(launch: Launch, events: RpcPeerEvents) {
    this.#events = events;
    this.#transport = launch({ onMessage: (text) => this.#message(text), onClose: (reason) => this.#close(reason) });
  }

  get pid(): number | undefined {
    return this.#transport.pid;
  }

  /** Rejects with EngineError: the engine's own, `timeout`, or `engine_exited`; with the signal's reason on abort. */
  call(method: string, params: object, options: CallOptions = {}): Promise<unknown> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      if (this.#closed !== undefined) return reject(exited(this.#closed, method));
      const id = this.#nextId++;
      let timer: NodeJS.Timeout | undefined;
      const settle = (): void => {
        this.#pending.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const abort = (): void => fail(signal?.reason as Error);
      if (timeoutMs > 0) {
        timer = setTimeout(() => {
          fail(new EngineError("timeout", `${method} was not answered within ${timeoutMs / 1000} s`));
        }, timeoutMs);
      }
      signal?.addEventListener("abort", abort, { once: true });
      this.#pending.set(id, {
        method,
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: fail,
      });
      this.#transport.send(JSON.stringify({ jsonrpc: "2.0", id, method, params })).catch(fail);
    });
  }

  close(graceMs: number): Promise<void> {
    return this.#transport.close(graceMs);
  }

  #message(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return; // Not ours: a line that isn't JSON can't be the answer to anything.
    }
    for (const one of Array.isArray(message) ? message : [message]) {
      if (typeof one === "object" && one !== null) this.#dispatch(one as Record<string, unknown>);
    }
  }

  #dispatch(message: Record<string, unknown>): void {
    if (typeof message["method"] === "string") {
      this.#events.onNotification(message["method"], (message["params"] ?? {}) as Record<string, unknown>);
      return;
    }
    const error = message["error"];
    // An answer to nobody: the engine couldn't read a request. If only one waits, it is that one.
    const [only] = this.#pending.size === 1 && message["id"] === null && error ? this.#pending.values() : [];
    const pending = only ?? this.#pending.get(message["id"] as number);
    if (pending === undefined) return;
    if (typeof error === "object" && error !== null) pending.reject(fromWire(error as Record<string, unknown>));
    else pending.resolve(message["result"]);
  }

  #close(reason: CloseReason): void {
    this.#closed = reason;
    for (const pending of [...this.#pending.values()]) pending.reject(exited(reason, pending.method));
    this.#events.onClose(reason);
  }
}

function fromWire(error: Record<string, unknown>): EngineError {
  const data = (typeof error["data"] === "object" && error["data"] !== null ? error["data"] : {}) as Record<
    string,
    unknown
  >;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const sessionId = text(data["id"]);
  return new EngineError(text(data["kind"]) || "protocol", text(error["message"]) || "the engine refused", {
    code: typeof error["code"] === "number" ? error["code"] : 0,
    hint: text(data["hint"]),
    liveKind: (text(data["liveKind"]) || undefined) as LiveKind | undefined,
    ...(sessionId === "" ? {} : { sessionId }),
  });
}

function exited(reason: CloseReason, method: string): EngineError {
  const tail = reason.stderrTail.slice(-3).join(" | ");
  const kind: EngineErrorKind = "engine_exited";
  return new EngineError(kind, `${reason.message} during ${method}${tail === "" ? "" : `: ${tail}`}`, {
    plain: "The engine stopped.",
  });
}
