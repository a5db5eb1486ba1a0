"use strict";
/**
 * Stands where an application requires its native addon, and keeps its promises: synchronous methods, plain values,
 * the same mistakes answered the same way. The work is done by the engine process; nothing here touches media.
 */
const { EventEmitter } = require("node:events");
const { writeSync } = require("node:fs");
const { absolutePath, checkOptions, namedOptions } = require("./arguments.js");
const { PushedPictures, checkPicture } = require("./pushed-pictures.js");
const { SyncEngine } = require("./sync-engine.js");

/** The sessions by their ids, for events; held no longer than their callers hold them. */
const sessions = new Map();
const EVENT_NAMES = {
  "session.state": "stateChanged",
  "session.warning": "warning",
  "recorder.fileChanged": "fileChanged",
};

const engine = new SyncEngine((name, params) => {
  if (name !== "engine.exited") sessions.get(params.id)?.deref()?._heard(name, params);
  else for (const session of sessions.values()) setImmediate(() => session.deref()?._engineEnded(params));
});
const RECORDER_COUNTERS = [
  "videoFramesCaptured",
  "videoPacketsEncoded",
  "audioPacketsEncoded",
  "videoPacketsMuxed",
  "audioPacketsMuxed",
  "totalBytes",
];
const STREAMER_COUNTERS = ["videoFrames", "videoPackets", "audioPackets"];

/** How long a session that takes pictures is believed to run: so much later they are refused when it has ended by itself. */
const ASK_AGAIN_MS = 250;

const zeros = (names) => Object.fromEntries(names.map((name) => [name, 0]));

/** Before anything else of the process's output, and without the event loop, which the caller may hold for long. */
function warn(line) {
  try {
    writeSync(2, `native-audio: ${line}\n`);
  } catch {
    // A process without a stderr.
  }
}

/** A session that nobody can reach any more is freed in the engine; in its own time, since nobody waits for it. */
const abandoned = new FinalizationRegistry(({ kind, id, pictures }) => {
  sessions.delete(id);
  engine.tell(`${kind}.dispose`, { id });
  pictures.close();
});

let lastId = 0;

class Session extends EventEmitter {
  #kind;
  #id;
  #counters;
  /** The life of the engine in which the session was initialized; sessions don't outlive their engine. */
  #life = 0;
  #destination = "";
  /** How to initialize again; null before the first time, and when a take is over. */
  #params = null;
  #started = false;
  /** The last that its listeners were told. */
  #state = "";
  #pictures = new PushedPictures(engine);
  #toldOfPictures = false;
  #seenRunning = -Infinity;

  constructor(kind, counters) {
    super();
    this.#kind = kind;
    this.#counters = counters;
    lastId += 1;
    this.#id = `addon-${process.pid}-${lastId}`;
    sessions.set(this.#id, new WeakRef(this));
    abandoned.register(this, { kind, id: this.#id, pictures: this.#pictures });
  }

  /** `positional` and `options` are the caller's, `more` is ours. */
  _initialize(firstName, first, positional, options, more = {}) {
    if (typeof first !== "string") throw new TypeError(`${firstName} must be a string`);
    const destination = firstName === "outputPath" ? absolutePath(first) : first;
    const given = { ...namedOptions(options), ...checkOptions(positional, warn) };
    const params = { ...given, ...more, [firstName]: destination, id: this.#id };
    engine.call(`${this.#kind}.initialize`, { ...params, ...this.#pictures.open() });
    this.#life = engine.life;
    this.#destination = firstName === "outputPath" ? destination : "";
    this.#params = params;
    this.#started = false;
    return true;
  }

  start() {
    if (this.#life === 0) throw new Error("initialize() must be called before start()");
    const started = this._call("start");
    this.#started = true;
    this.#seenRunning = -Infinity;
    return started;
  }

  stop() {
    try {
      return this.#life === 0 ? true : this._call("stop");
    } finally {
      this.#params = null;
      this.#started = false;
      this.#pictures.close();
    }
  }

  isRunning() {
    return this._isTrue("isRunning");
  }

  /** False also when nothing was initialized, or its engine is gone. */
  _isTrue(method, is = (answer) => answer) {
    if (this.#life === 0 || this._ended) return false;
    try {
      return is(this._call(method));
    } catch (error) {
      if (this._ended) return false; // It ended during the call.
      throw error;
    }
  }

  getCodecName() {
    return this.#life === 0 ? "none" : this._call("getCodecName");
  }

  getCurrentPTSSeconds() {
    return this.#life === 0 ? 0 : this._call("getCurrentPTSSeconds");
  }

  getStatistics() {
    return this.#life === 0 ? zeros(this.#counters) : this._call("getStats");
  }

  /** The engine places its threads itself. */
  setThreadConfig() {
    return true;
  }

  /**
   * A picture of the caller's own, shown until the next one. The first one before `start` decides that such pictures are
   * recorded and not the screen; a take that began without them goes on without them, which is told.
   */
  injectFrame(pixels, width, height) {
    const picture = checkPicture(pixels, width, height);
    if (this.#started) return this.#injectWhileStarted(picture);
    if (this.#params === null || this._ended) {
      this.#pictures.keep(picture);
    } else if (this.#pictures.takes(picture)) {
      this.#pictures.write(picture);
    } else {
      this.#pictures.keep(picture);
      this.#initializeAgain();
    }
    return true;
  }

  /** Asks now and then: a call for each picture would cost more than the picture. */
  #seemsRunning() {
    if (this._ended || performance.now() - this.#seenRunning > ASK_AGAIN_MS) {
      if (!this._call("isRunning")) return false;
      this.#seenRunning = performance.now();
    }
    return true;
  }

  /** It was opened for the screen, or for pictures of another size. */
  #initializeAgain() {
    const params = this.#params;
    this.#params = null;
    engine.call(`${this.#kind}.dispose`, { id: this.#id });
    engine.call(`${this.#kind}.initialize`, { ...params, ...this.#pictures.open() });
    this.#params = params;
  }

  #injectWhileStarted(picture) {
    if (!this.#seemsRunning()) return false; // It ended by itself; stop() tells why.
    if (this.#pictures.isOpen) {
      this.#pictures.write(picture);
      return true;
    }
    if (!this.#toldOfPictures)
      warn("injectFrame is ignored: this take began without pictures; the first one must come before start()");
    this.#toldOfPictures = true;
    return false;
  }

  /** Whether the engine in which it was initialized is gone, and with it what ran. */
  get _ended() {
    return this.#life !== 0 && (this.#life !== engine.life || engine.ended);
  }

  _call(method, params = {}) {
    if (this._ended) {
      const kept = this.#destination === "" ? "" : `; what was recorded is in ${this.#destination}`;
      throw new Error(`${engine.lastWords}${kept}. Call initialize() to begin again.`);
    }
    return engine.call(`${this.#kind}.${method}`, { ...params, id: this.#id });
  }

  /** Of what only a session that runs is told. `idle`: the answer before `initialize`; without one that throws. */
  _tell(method, params, idle) {
    if (this.#life !== 0) return this._call(method, params);
    if (idle === undefined) throw new Error(`initialize() and start() must be called before ${method}()`);
    return idle;
  }

  _heard(name, params) {
    if (name === "session.state") this.#state = params.state;
    this.emit(EVENT_NAMES[name], params);
  }

  /**
   * What ran in that life of the engine has ended with it; nobody else says so to who doesn't ask. What had ended before
   * is as it was told then, and an end that is told of twice is one.
   */
  _engineEnded({ life, words }) {
    if (this.#life !== life || !this.#started || this.#state === "stopped" || this.#state === "failed") return;
    this._heard("session.state", { id: this.#id, kind: this.#kind, state: "failed", reason: words });
  }
}

class VideoAudioRecorder extends Session {
  constructor() {
    super("recorder", RECORDER_COUNTERS);
  }

  initialize(outputPath, fps, videoBitrate, useNvenc, audioBitrate, audioMode, options) {
    const positional = { fps, videoBitrate, useNvenc, audioBitrate, audioMode };
    return this._initialize("outputPath", outputPath, positional, options);
  }

  pause() {
    return this._tell("pause", {}, false);
  }

  resume() {
    return this._tell("resume", {}, false);
  }

  togglePause() {
    return this._tell("togglePause", {}, false);
  }

  isPaused() {
    return this._isTrue("getStats", ({ state }) => state === "paused");
  }

  mark(label, data, secondsAgo) {
    return this._tell("mark", { label: label ?? "", data: data ?? null, secondsAgo: secondsAgo ?? 0 });
  }

  split() {
    return this._tell("split", {});
  }
}

class VideoRecorder extends VideoAudioRecorder {
  initialize(outputPath, fps, videoBitrate, useNvenc, options) {
    const positional = { fps, videoBitrate, useNvenc };
    return this._initialize("outputPath", outputPath, positional, options, { audioMode: "none" });
  }

  /** False if nothing runs. An engine that ended in mid-take is no such case: that throws. */
  stop() {
    return this._ended || this.isRunning() ? super.stop() : false;
  }
}

/** Sound alone, to an .m4a or .mp4. */
class AudioEngineEncoder extends VideoAudioRecorder {
  initialize(outputPath, audioBitrate, audioMode, options) {
    return this._initialize("outputPath", outputPath, { audioBitrate, audioMode }, options, { video: "none" });
  }

  /** There is no picture to be had of it. */
  injectFrame() {
    return false;
  }
}

class VideoAudioStreamer extends Session {
  constructor() {
    super("streamer", STREAMER_COUNTERS);
  }

  initialize(rtmpUrl, fps, videoBitrate, useNvenc, audioBitrate, audioMode, options) {
    const positional = { fps, videoBitrate, useNvenc, audioBitrate, audioMode };
    return this._initialize("rtmpUrl", rtmpUrl, positional, {
      requireConnection: waitsForServer(),
      ...namedOptions(options),
    });
  }

  isConnected() {
    return this._isTrue("isConnected");
  }

  isBackpressure() {
    return this._isTrue("isBackpressure");
  }
}

/** Callers of the old addon never ask whether they are connected: `start` tells them, by throwing, within 8 s. */
function waitsForServer() {
  return process.env.IONIA_STREAM_WAIT !== "0";
}

module.exports = {
  VideoAudioRecorder,
  VideoAudioStreamer,
  VideoRecorder,
  AudioEngineEncoder,
  setDebugLogging: (enabled) => engine.setDebugLogging(Boolean(enabled)),
  setThreadConfig: () => true,
  initializeCOMInSTAMode: () => true,
  checkCOMMode: () => "STA",
  WASAPICapture: null,
  AudioEngine: null,
};
