/**
 * The Worker of the drop-in addon: owns the engine process, turns requests from the port into calls and answers back, while
 * the application's thread sleeps. Every request is answered: by the engine, by its exit, or by the time limit. When the
 * process that this belongs to ends, however that happens, the engine sees the end of its input, finishes its files and
 * ends too. Built into one file, `addon/engine-worker.js`, which is what applications copy.
 */
import { writeSync } from "node:fs";
import { workerData, type MessagePort } from "node:worker_threads";
import { EngineError } from "@ionia/common";
import { launchEngineProcess } from "./engine_process.ts";
import { RpcPeer } from "./rpc_peer.ts";

export interface SyncWorkerData {
  readonly executable: string;
  readonly port: MessagePort;
  /** [0] counts what happened, the caller sleeps on it; [1] is 1 once the engine has ended, [2] once this code runs. */
  readonly signal: Int32Array;
  /** Whether the engine's log goes to this process's stderr. */
  readonly showLog: boolean;
}

/** `id` 0 asks for no answer. */
export interface SyncRequest {
  readonly id: number;
  readonly method: string;
  readonly params: object;
  readonly limitMs: number;
}

export type SyncMessage =
  | SyncRequest
  /** Whether the engine's log is shown from now on. */
  | { readonly showLog: boolean };

/** What the application may listen to; the rest it asks for. */
const EVENTS: ReadonlySet<string> = new Set(["session.state", "session.warning", "recorder.fileChanged"]);

const { executable, port, signal, showLog } = workerData as SyncWorkerData;
let peer: RpcPeer | undefined;
let exit: string | undefined;
let logShown = showLog;

Atomics.store(signal, 2, 1);

function post(message: object): void {
  port.postMessage(message);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}

function ended(words: string, stderrTail: readonly string[] = []): void {
  if (exit !== undefined) return;
  const tail = stderrTail.slice(-3).join(" | ");
  exit = `${words}${tail === "" ? "" : ` (${tail})`}`;
  Atomics.store(signal, 1, 1);
  post({ exit });
}

function show(line: string): void {
  if (!logShown) return;
  try {
    writeSync(2, `${line}\n`); // process.stderr of a Worker goes by way of the caller's thread, which may sleep.
  } catch {
    // An application without a stderr, or one whose pipe is full: its log is worth no exception.
  }
}

function refusal(error: unknown): object {
  if (error instanceof EngineError) {
    const { message, kind, code, hint } = error;
    return { message: kind === "engine_exited" && exit !== undefined ? exit : message, kind, code, hint };
  }
  return { message: error instanceof Error ? error.message : String(error), kind: "internal", code: 0, hint: "" };
}

// Whatever goes wrong here is told: the caller's thread sleeps and hears of no event.
process.on("uncaughtException", (error: Error) => ended(`the engine's worker failed: ${error.message}`));

port.on("message", (message: SyncMessage) => {
  if ("showLog" in message) {
    logShown = message.showLog;
    return;
  }
  const { id, method, params, limitMs } = message;
  const reply = (answer: object): void => (id === 0 ? undefined : post({ id, ...answer }));
  if (peer === undefined || exit !== undefined) {
    reply({ error: { message: exit ?? "the engine is not running", kind: "engine_exited", code: 0, hint: "" } });
    return;
  }
  peer.call(method, params, { timeoutMs: limitMs }).then(
    (result) => reply({ result }),
    (error: unknown) => reply({ error: refusal(error) }),
  );
});

try {
  peer = new RpcPeer((events) => launchEngineProcess({ executable, onLog: show }, events), {
    onNotification: (event, params) => {
      if (EVENTS.has(event)) post({ event, params });
    },
    onClose: ({ message, stderrTail }) => ended(message, stderrTail),
  });
} catch (error) {
  // Some refusals of the system are thrown, others told by an event.
  ended(`the engine could not be started: ${error instanceof Error ? error.message : String(error)}`);
}
