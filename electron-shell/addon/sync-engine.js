"use strict";
/**
 * Synchronous calls: a Worker owns the engine process; the caller sleeps in Atomics.wait until the Worker has put the
 * answer into the message channel. Nothing here keeps the caller's event loop alive.
 */
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { performance } = require("node:perf_hooks");
const { Worker, MessageChannel, receiveMessageOnPort } = require("node:worker_threads");
const { findEngine } = require("./find-engine.js");

const CALL_LIMIT_MS = 15_000;
/** How much longer than the Worker's own limit the caller waits, should the Worker itself be gone. */
const WORKER_GRACE_MS = 1_000;
/** Within this the Worker's code runs, on the slowest machine; its failure to load reaches no thread that sleeps. */
const WORKER_START_MS = 5_000;

/** Places in the signal, as the Worker has them. */
const HAPPENED = 0;
const ENDED = 1;
const LOADED = 2;

const newSignal = () => new Int32Array(new SharedArrayBuffer(12));

class SyncEngine {
  #worker = null;
  #port = null;
  #signal = newSignal();
  #launchedAt = 0;
  #nextId = 1;
  #debugLogging = null;
  #exit = null;
  #onEvent;

  /** Counts the engines started; a session remembers in which it was initialized. */
  life = 0;

  /**
   * `onEvent(name, params)` hears of the engine's events, and by "engine.exited" of its last words; from the caller's event
   * loop, never within a call.
   */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /** Whether the engine that was started last has ended. The Worker writes it, no call is needed to see it. */
  get ended() {
    return Atomics.load(this.#signal, ENDED) !== 0;
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

  /**
   * Whether the engine logs everything, and to this process's stderr. Remembered for engines started later; an engine that
   * isn't running isn't started for it.
   */
  setDebugLogging(enabled) {
    this.#debugLogging = enabled;
    if (this.#worker === null || this.ended) return;
    this.#port.postMessage({ showLog: enabled });
    this.call("engine.setDebugLogging", { enabled });
  }

  /** Call without waiting and without hearing of errors; nothing where no engine runs. */
  tell(method, params) {
    if (this.#worker !== null && !this.ended) this.#port.postMessage({ id: 0, method, params, limitMs: CALL_LIMIT_MS });
  }

  #launch() {
    const executable = locate();
    this.#drain();
    if (this.#worker !== null) void this.#worker.terminate();
    this.#signal = newSignal();
    this.#exit = null;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    // As text: a Worker can't be loaded by its path from everywhere that a module can, an application's archive for one.
    this.#worker = new Worker(readFileSync(path.join(__dirname, "engine-worker.js"), "utf8"), {
      eval: true,
      workerData: { executable, port: port2, signal: this.#signal, showLog: this.#debugLogging === true },
      transferList: [port2],
      execArgv: [],
      stdout: false,
      stderr: false,
    });
    this.#launchedAt = performance.now();
    // An unheard 'error' of a Worker would end the application: the next call tells instead.
    this.#worker.on("error", (error) => this.#failed(`the engine's worker failed: ${error.message}`));
    this.#worker.unref();
    port1.on("message", (message) => {
      if (this.#port === port1) this.#take(message); // not the last words of the engine before
    });
    port1.unref(); // after `on`, which holds the event loop
    this.life += 1;
    if (this.#debugLogging !== null) this.#exchange("engine.setDebugLogging", { enabled: this.#debugLogging });
  }

  #failed(words) {
    this.#exited(words);
    Atomics.store(this.#signal, ENDED, 1);
  }

  #exchange(method, params) {
    const id = this.#nextId++;
    const answerBy = performance.now() + CALL_LIMIT_MS + WORKER_GRACE_MS;
    const loadedBy = this.#launchedAt + WORKER_START_MS;
    this.#port.postMessage({ id, method, params, limitMs: CALL_LIMIT_MS });
    for (;;) {
      const seen = Atomics.load(this.#signal, HAPPENED);
      const answer = this.#drain(id);
      if (answer !== undefined) return answer;
      const loaded = Atomics.load(this.#signal, LOADED) !== 0;
      const left = (loaded ? answerBy : Math.min(answerBy, loadedBy)) - performance.now();
      if (left <= 0) return { error: this.#unanswered(method, loaded) };
      Atomics.wait(this.#signal, HAPPENED, seen, left);
    }
  }

  #unanswered(method, loaded) {
    if (loaded) return { message: `${method} was not answered within ${CALL_LIMIT_MS / 1000} s`, kind: "timeout" };
    this.#failed(`the engine's worker did not start within ${WORKER_START_MS / 1000} s`);
    return { message: this.#exit, kind: "engine_exited" };
  }

  /** Take every message that has come; the answer to `id` if it is among them. */
  #drain(id) {
    let answer;
    for (let got = this.#port && receiveMessageOnPort(this.#port); got; got = receiveMessageOnPort(this.#port)) {
      if (got.message.id === id && id !== undefined) answer = got.message;
      else this.#take(got.message);
    }
    return answer;
  }

  /** What is no answer to who waits: an event, or the engine's last words. */
  #take({ event, params, exit }) {
    if (exit !== undefined) this.#exited(exit);
    if (event !== undefined) this.#tell(event, params);
  }

  #exited(words) {
    this.#exit = words;
    this.#tell("engine.exited", { life: this.life, words });
  }

  /** One at a time: a listener that throws keeps no other from hearing. */
  #tell(event, params) {
    setImmediate(() => this.#onEvent(event, params));
  }
}

/** The engine's path. What to do when there is none belongs to the message: callers show nothing else of an error. */
function locate() {
  try {
    return findEngine({ resourcesPath: process.resourcesPath, besideFolder: __dirname, startDirectory: __dirname });
  } catch (error) {
    throw Object.assign(new Error(`${error.message}. ${error.hint}`), { kind: error.kind, hint: error.hint });
  }
}

module.exports = { SyncEngine };
