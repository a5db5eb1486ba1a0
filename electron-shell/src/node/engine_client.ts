/**
 * The engine, kept running: starts it, shakes hands, calls it, passes its notifications on, starts it again when it ends
 * by itself, and says what became of the sessions that ended with it. One instance may serve many sessions.
 */
import { stat } from "node:fs/promises";
import {
  EngineError,
  PROTOCOL_MAJOR,
  type EngineInfo,
  type EngineNotifications,
  type MethodName,
  type ParamsOf,
  type ResultOf,
  type SessionKind,
} from "@ionia/common";
import { RestartPolicy } from "./restart_policy.ts";
import { RpcPeer, type CallOptions } from "./rpc_peer.ts";
import { SessionLedger, type OpenSession } from "./session_ledger.ts";
import type { CloseReason, Launch } from "./transport.ts";
import { TypedEmitter } from "./typed_emitter.ts";

/** A session that ended because the engine did. */
export interface LostSession {
  readonly kind: SessionKind;
  readonly id: string;
  /** Of a recorder: the file as far as it got, which is playable, or null when nothing was written. */
  readonly recovered: { readonly path: string; readonly bytes: number } | null;
}

export interface EngineExit extends CloseReason {
  /** Milliseconds until it is started again. */
  readonly restartInMs: number;
}

export type EngineClientEvents = EngineNotifications & {
  "engine.ready": EngineInfo;
  "engine.exited": EngineExit;
  "session.lost": LostSession;
};

export interface EngineClientOptions {
  readonly launch: Launch;
  readonly restart?: RestartPolicy;
  /** Milliseconds for the first answer of a fresh engine. */
  readonly handshakeTimeoutMs?: number;
}

/** Params may be left out where all are optional. */
export type CallArguments<M extends MethodName> =
  Record<string, never> extends ParamsOf<M>
    ? [params?: ParamsOf<M>, options?: CallOptions]
    : object extends ParamsOf<M>
      ? [params?: ParamsOf<M>, options?: CallOptions]
      : [params: ParamsOf<M>, options?: CallOptions];

type Phase = "idle" | "running" | "waiting" | "closed";

export class EngineClient extends TypedEmitter<EngineClientEvents> {
  readonly #options: EngineClientOptions;
  readonly #restart: RestartPolicy;
  readonly #ledger = new SessionLedger();
  #phase: Phase = "idle";
  #peer: RpcPeer | undefined;
  #ready: Promise<EngineInfo> | undefined;
  #wake: (() => void) | undefined;
  #subscription: ParamsOf<"engine.subscribe"> | undefined;

  constructor(options: EngineClientOptions) {
    super();
    this.#options = options;
    this.#restart = options.restart ?? new RestartPolicy();
  }

  /** The engine's process id while it runs. */
  get pid(): number | undefined {
    return this.#phase === "running" ? this.#peer?.pid : undefined;
  }

  /** Start the engine if it isn't running, and wait for its hand-shake. Rejects with EngineError. */
  start(): Promise<EngineInfo> {
    if (this.#phase === "closed") return Promise.reject(new EngineError("engine_exited", "the client was closed"));
    if (this.#phase === "idle") this.#launch();
    return this.#ready as Promise<EngineInfo>;
  }

  /** Call a method. While the engine is being started again the call waits for it, within its own time limit. */
  async call<M extends MethodName>(method: M, ...[params, options = {}]: CallArguments<M>): Promise<ResultOf<M>> {
    await within(this.start(), method, options);
    const peer = this.#peer;
    if (peer === undefined) throw new EngineError("engine_exited", "the engine is not running");
    const given = params ?? {};
    this.#ledger.calling(method, given);
    const result = (await peer.call(method, given, options)) as ResultOf<M>;
    this.#ledger.answered(method, given);
    if (method === "engine.subscribe") this.#subscription = given as ParamsOf<"engine.subscribe">;
    return result;
  }

  /** End the engine: `engine.shutdown`, then the end of its input, then kill. Files are finished first. Idempotent. */
  async close(graceMs = 6000): Promise<void> {
    const before = this.#phase;
    this.#phase = "closed";
    this.#wake?.();
    const peer = this.#peer;
    if (before !== "running" || peer === undefined) return;
    await peer.call("engine.shutdown", {}, { timeoutMs: graceMs }).catch(() => undefined);
    await peer.close(1000);
  }

  #launch(): void {
    this.#phase = "running";
    const ready = this.#handshake();
    ready.catch(() => undefined); // Whoever awaits start() sees it; nobody has to.
    this.#ready = ready;
  }

  async #handshake(): Promise<EngineInfo> {
    try {
      const peer = new RpcPeer(this.#options.launch, {
        onNotification: (method, params) => this.#notified(method, params),
        onClose: (reason) => this.#closed(reason),
      });
      this.#peer = peer;
      const timeoutMs = this.#options.handshakeTimeoutMs ?? 10_000;
      const info = (await peer.call("engine.info", {}, { timeoutMs })) as EngineInfo;
      checkProtocol(info);
      if (this.#subscription !== undefined) await peer.call("engine.subscribe", this.#subscription);
      this.emit("engine.ready", info);
      return info;
    } catch (error) {
      const engineEnded = error instanceof EngineError && error.kind === "engine_exited";
      if (!engineEnded && this.#phase === "running") {
        this.#phase = "idle"; // No engine, or one that speaks otherwise: starting it again by itself can't help.
        const peer = this.#peer;
        this.#peer = undefined;
        await peer?.close(0);
      }
      throw error;
    }
  }

  #notified(method: string, params: Record<string, unknown>): void {
    this.#ledger.notified(method, params);
    this.emit(method as keyof EngineNotifications, params as never);
  }

  #closed(reason: CloseReason): void {
    const lost = this.#ledger.takeOpen();
    this.#peer = undefined;
    if (this.#phase !== "running") return;
    const restartInMs = this.#restart.exited(Date.now());
    this.#phase = "waiting";
    this.#ready = this.#restartAfter(restartInMs);
    this.#ready.catch(() => undefined);
    this.emit("engine.exited", { ...reason, restartInMs });
    for (const session of lost) void this.#report(session);
  }

  async #restartAfter(delayMs: number): Promise<EngineInfo> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
    if (this.#phase !== "waiting") throw new EngineError("engine_exited", "the client was closed");
    this.#launch();
    return this.#ready as Promise<EngineInfo>;
  }

  async #report(session: OpenSession): Promise<void> {
    const { kind, id, outputPath } = session;
    const bytes =
      outputPath === null
        ? 0
        : await stat(outputPath).then(
            (found) => found.size,
            () => 0,
          );
    this.emit("session.lost", {
      kind,
      id,
      recovered: outputPath !== null && bytes > 0 ? { path: outputPath, bytes } : null,
    });
  }
}

function checkProtocol(info: EngineInfo): void {
  const version = String(info.protocolVersion);
  if (version.split(".")[0] === String(PROTOCOL_MAJOR)) return;
  throw new EngineError("protocol", `the engine speaks protocol ${version}, this application ${PROTOCOL_MAJOR}`, {
    hint: "Install the engine that belongs to this application.",
  });
}

/** `start`, given up after the call's own limits. */
function within(
  start: Promise<unknown>,
  method: string,
  { timeoutMs = 15_000, signal }: CallOptions,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const abort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener("abort", abort, { once: true });
    const timer =
      timeoutMs > 0
        ? setTimeout(
            () => reject(new EngineError("timeout", `no engine for ${method} within ${timeoutMs} ms`)),
            timeoutMs,
          )
        : undefined;
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    start.then(resolve, reject).finally(settle);
  });
}
