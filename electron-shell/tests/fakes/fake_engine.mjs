/**
 * An engine without media: the contract's sessions, states, errors and notifications, in memory. It is what the client
 * and the shell are developed against where the real engine would only add seconds. Also runs on stdio (stdio_engine.mjs).
 */
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DEVICES } from "./fake_devices.mjs";
import { changePlaces, checkPlace, placesOf } from "./fake_places.mjs";
import { fail, runs } from "./fake_session.mjs";
import { statsOf } from "./fake_stats.mjs";
import { checkAnswer, checkCall, checkNotification } from "./wire_check.mjs";

const ASKED_TO_STOP = "It was asked to stop.";

export class FakeEngine {
  /** `send` takes each outgoing message as an object. */
  constructor(send, { now = () => performance.now() } = {}) {
    this.send = send;
    this.now = now;
    this.sessions = new Map();
    this.pushed = new Map();
    this.calls = [];
    /** Set a method's name to an RPC error object to make its next call fail. */
    this.failNext = new Map();
    /** Methods that are never answered. */
    this.silent = new Set();
    this.protocolVersion = 1;
    this.subscription = null;
    /** What `media.<verb>` makes; those without one are not known to this engine. */
    this.jobResults = new Map();
    this.jobs = 0;
    this.previews = 0;
    /** What a self-test answers. */
    this.found = { findings: [] };
    /** Where readers of previews connect; a test listens there. */
    this.previewEndpoint = "/nowhere/socket";
    /** By their verbs, the words in which jobs fail. */
    this.jobFailures = new Map();
    /** Verbs of jobs that end only when `finish` or `job.cancel` ends them. */
    this.slowJobs = new Set();
    this.runningJobs = new Map();
  }

  notify(method, params) {
    checkNotification(method, params);
    this.send({ jsonrpc: "2.0", method, params });
  }

  /** A warning, failure or other notification of a session: `params` without its id and kind. */
  tell(session, method, params) {
    this.notify(method, { id: session.id, kind: session.kind, ...params });
  }

  receive(message) {
    const { id, method, params = {} } = message;
    this.calls.push({ method, params });
    if (this.silent.has(method)) return;
    const answer = this.#answerTo(method, params);
    if (this.protocolVersion === 1) checkAnswer(method, answer); // another protocol's engine has another schema
    this.send({ jsonrpc: "2.0", id, ...answer });
  }

  #answerTo(method, params) {
    checkCall(method, params);
    try {
      const planned = this.failNext.get(method);
      if (planned !== undefined) {
        this.failNext.delete(method);
        throw Object.assign(new Error(planned.message), { rpc: planned });
      }
      return { result: this.#answer(method, params) };
    } catch (error) {
      if (error.rpc === undefined) throw error; // a mistake of the test's, or of this file
      return { error: error.rpc };
    }
  }

  #answer(method, params) {
    const [kind, verb] = method.split(".");
    if (kind === "engine") return this.#engine(verb, params);
    if (kind === "media" && (this.jobResults.has(verb) || this.jobFailures.has(verb))) return this.#job(verb);
    if (kind === "job") return this.#cancel(params.jobId);
    if (kind === "push") return this.#push(verb, params);
    if (kind === "preview") return this.#preview(verb, params);
    if (method === "screenshot.save")
      return { path: params.path, width: 1920, height: 1080, utc: new Date().toISOString() };
    const id = params.id ?? "default";
    const key = `${kind} ${id}`;
    const session = this.sessions.get(key);
    switch (verb) {
      case "initialize": {
        if (runs(session)) throw fail(1002, "already_running", `session ${id} is running`, id);
        if (kind === "recorder" && !existsSync(path.dirname(params.outputPath))) {
          throw fail(
            1301,
            "output_failed",
            `the folder of ${params.outputPath} does not exist`,
            id,
            "Create the folder first.",
          );
        }
        const destinations = kind === "streamer" ? placesOf(params) : new Map();
        for (const place of destinations.values()) checkPlace(place, id);
        if (params.screen?.startsWith("push:")) {
          const file = this.pushed.get(params.screen);
          if (file === undefined) throw fail(1101, "capture_unavailable", `There is no screen ${params.screen}`, id);
          rmSync(file, { force: true }); // who writes it has it open
        }
        const figures = {
          startedAt: 0,
          seconds: 0,
          pausedAt: 0,
          pausedMs: 0,
          pauses: 0,
          marks: 0,
          files: [],
          saves: 0,
          destinations,
        };
        this.sessions.set(key, { kind, id, params, state: "initialized", ...figures });
        this.#state(key, "initialized");
        return true;
      }
      case "start":
        if (session === undefined || session.state === "stopped")
          throw fail(1001, "not_initialized", `session ${id} was not initialized`, id);
        if (runs(session)) return false;
        // A host of this name is one that refuses; who asked for the connection hears of it from start.
        if (session.params.requireConnection === true && session.params.rtmpUrl.includes("//refusing/"))
          throw fail(1303, "connect_failed", "The server refuses connections.", id, "Check the address.");
        session.startedAt = this.now();
        if (kind === "recorder") this.#beginFile(session, session.params.outputPath);
        this.#state(key, "starting");
        this.#state(key, "running");
        for (const destination of session.destinations.keys())
          this.connection(id, "connecting", 1, 0, "", null, destination);
        return true;
      case "stop":
        if (!runs(session)) return true;
        this.#end(session, ASKED_TO_STOP);
        return true;
      case "dispose":
        if (session === undefined) throw fail(1003, "no_such_session", `no session ${id}`, id);
        this.sessions.delete(key);
        return null;
      case "isRunning":
        return runs(session);
      case "isConnected":
        return session?.connected === true;
      case "isBackpressure":
        return false;
      case "getCodecName":
        return session === undefined ? "none" : "libx264";
      case "getCurrentPTSSeconds":
        return session === undefined ? 0 : this.#seconds(session);
      case "getStats":
      case "getStatistics":
        if (session === undefined) throw fail(1003, "no_such_session", `no session ${id}`, id);
        return this.stats(session);
      default:
        if (verb === "setScreen") return this.#setScreen(params, session, id);
        if (kind === "recorder") return this.#take(verb, params, session, id);
        if (kind === "streamer") return changePlaces(this, verb, params, session, id);
        if (kind === "replay" && verb === "save") return this.#saveReplay(params, session, id);
        throw fail(-32601, "method_not_found", `no method ${method}`, "");
    }
  }

  #setScreen({ screen = null, region = null }, session, id) {
    if (!runs(session)) throw fail(1001, "not_initialized", `The session ${id} is not running.`, id);
    session.params = { ...session.params, screen, region };
    return null;
  }

  /** What only a recording that runs is told. */
  #take(verb, params, session, id) {
    if (session === undefined) throw fail(1003, "no_such_session", `no session ${id}`, id);
    switch (verb) {
      case "pause":
        return this.#pause(session);
      case "resume":
        return this.#resume(session);
      case "togglePause":
        return this.#pause(session) || (this.#resume(session), false);
      case "mark": {
        if (!runs(session)) throw fail(1001, "not_initialized", "The recorder is not running.", id, "Start it first.");
        const index = session.marks++;
        const fileSeconds = Math.max(0, this.#fileSeconds(session) - (params.secondsAgo ?? 0));
        return { index, fileSeconds, utc: new Date().toISOString(), path: session.files.at(-1).path };
      }
      case "split": {
        if (!runs(session)) throw fail(1001, "not_initialized", "The recorder is not running.", id, "Start it first.");
        return this.split(session);
      }
      default:
        throw fail(-32601, "method_not_found", `no method recorder.${verb}`, "");
    }
  }

  #saveReplay({ path, seconds }, session, id) {
    if (session === undefined) throw fail(1003, "no_such_session", `no session ${id}`, id);
    if (!runs(session)) throw fail(1001, "not_initialized", "The replay is not running.", id, "Start it first.");
    writeFileSync(path, "saved ");
    session.saves += 1;
    const durationSeconds = Math.min(this.#seconds(session), seconds ?? session.params.seconds ?? 30);
    const saved = { path, durationSeconds, startUtc: new Date().toISOString() };
    this.notify("replay.saved", { id, ...saved });
    return saved;
  }

  #beginFile(session, path) {
    writeFileSync(path, "recorded ");
    session.files.push({ path, startedAt: this.#seconds(session), startUtc: new Date().toISOString() });
  }

  /** Goes on in another file, as if asked or by a limit of its own. */
  split(session) {
    const { path, startUtc } = session.files.at(-1);
    const finished = { path, durationSeconds: this.#fileSeconds(session), bytes: statSync(path).size, startUtc };
    const next = session.params.outputPath.replace(/(\.\w+)?$/, (ending) => `-${session.files.length + 1}${ending}`);
    this.#beginFile(session, next);
    this.notify("recorder.fileChanged", { id: session.id, finished, next });
    return { finished, next };
  }

  /** Ends as one does that reached a limit. */
  endByItself(session, reason) {
    this.#end(session, reason);
  }

  #end(session, reason) {
    const key = `${session.kind} ${session.id}`;
    this.#resume(session, false);
    session.seconds = this.#seconds(session);
    this.#state(key, "stopping", reason);
    this.#state(key, "stopped", reason);
    for (const destination of session.destinations.keys())
      this.connection(session.id, "closed", 0, 0, "", null, destination);
  }

  #pause(session) {
    if (session.state !== "running") return false;
    session.pausedAt = this.now();
    session.pauses += 1;
    this.#state(`${session.kind} ${session.id}`, "paused");
    return true;
  }

  #resume(session, told = true) {
    if (session.state !== "paused") return false;
    session.pausedMs += this.now() - session.pausedAt;
    if (told) this.#state(`${session.kind} ${session.id}`, "running");
    else session.state = "running";
    return true;
  }

  #engine(verb, params) {
    switch (verb) {
      case "info":
        return {
          name: "ionia-engine",
          version: "0.1.0",
          protocolVersion: this.protocolVersion,
          platform: "linux",
          pid: process.pid,
          python: "3.11",
          ffmpeg: "8.1",
          capabilities: [],
          logFile: null,
        };
      case "devices":
        return DEVICES;
      case "subscribe":
        this.subscription = params;
        return null;
      case "setDebugLogging":
        return null;
      case "selftest":
        this.notify("engine.selftestProgress", { part: "network", fraction: 0.5, message: "Streaming." });
        return {
          ok: true,
          verdict: "",
          cancelled: false,
          seconds: 10,
          correction: null,
          recommendation: null,
          ...this.found,
        };
      case "cancelSelftest":
        return false;
      case "shutdown":
        for (const [key, session] of this.sessions) if (runs(session)) this.#state(key, "stopped");
        this.onShutdown?.();
        return null;
      default:
        throw fail(-32601, "method_not_found", `no method engine.${verb}`, "");
    }
  }

  #job(verb) {
    const jobId = `job-${++this.jobs}`;
    const message = this.jobFailures.get(verb);
    const done = () =>
      message === undefined
        ? this.notify("job.done", { jobId, result: this.jobResults.get(verb) })
        : this.#jobFailed(jobId, message, false);
    if (this.slowJobs.has(verb)) this.runningJobs.set(jobId, done);
    else queueMicrotask(done);
    return { jobId };
  }

  /** A slow job goes on; at 1 it is done. */
  progress(jobId, fraction) {
    this.notify("job.progress", { jobId, fraction });
    if (fraction < 1) return;
    this.runningJobs.get(jobId)();
    this.runningJobs.delete(jobId);
  }

  #cancel(jobId) {
    if (!this.runningJobs.delete(jobId)) return false;
    queueMicrotask(() => this.#jobFailed(jobId, "The job was cancelled.", true));
    return true;
  }

  #jobFailed(jobId, message, cancelled) {
    this.notify("job.failed", { jobId, code: 1401, message, data: { kind: "media_failed", hint: "", cancelled } });
  }

  #preview(verb, params) {
    if (verb !== "open") return true;
    this.previews += 1;
    const { maxWidth: width = 640, maxHeight: height = 360, fps = 12 } = params;
    const previewId = `preview-${this.previews}`;
    const codec = null;
    return { previewId, endpoint: this.previewEndpoint, token: "secret", width, height, fps, format: "jpeg", codec };
  }

  #push(verb, params) {
    if (verb === "close") return this.pushed.delete(params.screen);
    const { width, height } = params;
    const slotBytes = width * height * 4;
    const screen = `push:${this.pushed.size + 1}`;
    const file = path.join(tmpdir(), `ionia-fake-${process.pid}-${this.pushed.size + 1}`);
    writeFileSync(file, Buffer.alloc(4096 + 3 * slotBytes));
    this.pushed.set(screen, file);
    return { screen, path: file, width, height, slots: 3, slotBytes, firstSlotAt: 4096 };
  }

  /** Of the recording, without pauses. */
  #seconds(session) {
    if (!runs(session)) return session.seconds;
    const until = session.state === "paused" ? session.pausedAt : this.now();
    return (until - session.startedAt - session.pausedMs) / 1000;
  }

  #fileSeconds(session) {
    return this.#seconds(session) - session.files.at(-1).startedAt;
  }

  #pausedSeconds(session) {
    const underWay = session.state === "paused" ? this.now() - session.pausedAt : 0;
    return (session.pausedMs + underWay) / 1000;
  }

  stats(session) {
    return statsOf(session, this.#seconds(session), this.#pausedSeconds(session));
  }

  connection(id, state, attempt = 0, delayMs = 0, reason = "", kind = null, destination = "1") {
    const session = this.sessions.get(`streamer ${id}`);
    if (session !== undefined) session.connected = state === "connected";
    const place = session?.destinations.get(destination);
    if (place !== undefined) place.connection = state;
    this.notify("streamer.connection", { id, state, attempt, delayMs, reason, kind, destination });
  }

  #state(key, state, reason = "") {
    const session = this.sessions.get(key);
    session.state = state;
    this.notify("session.state", { id: session.id, kind: session.kind, state, reason });
  }
}
