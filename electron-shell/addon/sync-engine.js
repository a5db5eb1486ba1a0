"use strict";
/**
 * Synchronous calls: a Worker owns the engine process; the caller sleeps in Atomics.wait until the Worker has put the
 * answer into the message channel. Nothing here keeps the caller's event loop alive.
 */
const path = require("node:path");
const { Worker, MessageChannel, receiveMessageOnPort } = require("node:worker_threads");
const { findEngine } = require("./find-engine.js");

const CALL_LIMIT_MS = 15_000;
/** How much longer than the Worker's own limit the caller waits, should the Worker itself be gone. */
const WORKER_GRACE_MS = 1_000;

class SyncEngine {
  #worker = null;
  #port = null;
  #signal = new Int32Array(new SharedArrayBuffer(8));
  #nextId = 1;
  #debugLogging = null;
  #exit = null;

  /** Counts the engines started; a session remembers in which it was initialized. */
  life = 0;

  /** Whether the engine that was started last has ended. The Worker writes it, no call is needed to see it. */
  get ended() {
    return Atomics.load(this.#signal, 1) !== 0;
  }

  /** Why the last engine ended, for a message to people. */
  get lastWords() {
    this.#drain();
    return this.#exit ?? "the engine ended";
  }

  /** Throws Error with the engine's message; `kind`, `code` and `hint` are the engine's. Starts the engine if needed. */
  call(method, params) {
    if (this.#worker === null || this.ended) this.#launch();
    const answer = this.#exchange(method, params);
    if (answer.error === undefined) return answer.result;
    throw Object.assign(new Error(answer.error.message), answer.error);
  }

  /** Remembered for engines started later; an engine that isn't running isn't started for it. */
  setDebugLogging(enabled) {
    this.#debugLogging = enabled;
    if (this.#worker !== null && !this.ended) this.call("engine.setDebugLogging", { enabled });
  }

  /** Free a session without waiting and without hearing of errors. */
  forget(kind, id) {
    if (this.#worker !== null && !this.ended)
      this.#port.postMessage({ id: 0, method: `${kind}.dispose`, params: { id }, limitMs: 0 });
  }

  #launch() {
    const executable = findEngine();
    if (this.#worker !== null) void this.#worker.terminate();
    this.#signal = new Int32Array(new SharedArrayBuffer(8));
    this.#exit = null;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(path.join(__dirname, "engine-worker.js"), {
      workerData: { executable, port: port2, signal: this.#signal },
      transferList: [port2],
      execArgv: [],
      stdout: false,
      stderr: false,
    });
    // An unheard 'error' of a Worker would end the application: the next call tells instead.
    this.#worker.on("error", (error) => {
      this.#exit = `the engine's worker failed: ${error.message}`;
      Atomics.store(this.#signal, 1, 1);
    });
    this.#worker.unref();
    port1.unref();
    this.life += 1;
    if (this.#debugLogging !== null) this.#exchange("engine.setDebugLogging", { enabled: this.#debugLogging });
  }

  #exchange(method, params) {
    const id = this.#nextId++;
    const deadline = Date.now() + CALL_LIMIT_MS + WORKER_GRACE_MS;
    this.#port.postMessage({ id, method, params, limitMs: CALL_LIMIT_MS });
    for (;;) {
      const seen = Atomics.load(this.#signal, 0);
      const answer = this.#drain(id);
      if (answer !== undefined) return answer;
      const left = deadline - Date.now();
      if (left <= 0)
        return { error: { message: `${method} was not answered within ${CALL_LIMIT_MS / 1000} s`, kind: "timeout" } };
      Atomics.wait(this.#signal, 0, seen, left);
    }
  }

  /** Take every message that has come; the answer to `id` if it is among them. */
  #drain(id) {
    let answer;
    for (let got = this.#port && receiveMessageOnPort(this.#port); got; got = receiveMessageOnPort(this.#port)) {
      if (got.message.exit !== undefined) this.#exit = got.message.exit;
      else if (got.message.id === id) answer = got.message;
    }
    return answer;
  }
}

module.exports = { SyncEngine };
