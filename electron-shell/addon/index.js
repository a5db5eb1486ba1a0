"use strict";
/**
 * Stands where an application requires its native addon, and keeps its promises: synchronous methods, plain values,
 * the same mistakes answered the same way. The work is done by the engine process; nothing here touches media.
 */
const { SyncEngine } = require("./sync-engine.js");

const engine = new SyncEngine();
const RECORDER_COUNTERS = [
  "videoFramesCaptured",
  "videoPacketsEncoded",
  "audioPacketsEncoded",
  "videoPacketsMuxed",
  "audioPacketsMuxed",
  "totalBytes",
];
const STREAMER_COUNTERS = ["videoFrames", "videoPackets", "audioPackets"];
const AUDIO_MODES = ["both", "desktop", "mic", "microphone", "none"];

const zeros = (names) => Object.fromEntries(names.map((name) => [name, 0]));

/** A session that nobody can reach any more is freed in the engine; in its own time, since nobody waits for it. */
const abandoned = new FinalizationRegistry(({ kind, id }) => engine.forget(kind, id));

let lastId = 0;

class Session {
  #kind;
  #id;
  #counters;
  /** The life of the engine in which the session was initialized; sessions don't outlive their engine. */
  #life = 0;
  #destination = "";

  constructor(kind, counters) {
    this.#kind = kind;
    this.#counters = counters;
    lastId += 1;
    this.#id = `addon-${process.pid}-${lastId}`;
    abandoned.register(this, { kind, id: this.#id });
  }

  _initialize(firstName, first, params) {
    if (typeof first !== "string") throw new TypeError(`${firstName} must be a string`);
    const named = Object.fromEntries(
      Object.entries(params).filter(([, value]) => value !== undefined && value !== null),
    );
    engine.call(`${this.#kind}.initialize`, { [firstName]: first, ...named, id: this.#id });
    this.#life = engine.life;
    this.#destination = firstName === "outputPath" ? first : "";
    return true;
  }

  start() {
    if (this.#life === 0) throw new Error("initialize() must be called before start()");
    return this.#call("start");
  }

  stop() {
    return this.#life === 0 ? true : this.#call("stop");
  }

  isRunning() {
    return this._isTrue("isRunning");
  }

  _isTrue(method) {
    if (this.#life === 0 || this.#ended) return false;
    return this.#call(method);
  }

  getCodecName() {
    return this.#life === 0 ? "none" : this.#call("getCodecName");
  }

  getCurrentPTSSeconds() {
    return this.#life === 0 ? 0 : this.#call("getCurrentPTSSeconds");
  }

  getStatistics() {
    return this.#life === 0 ? zeros(this.#counters) : this.#call("getStats");
  }

  get #ended() {
    return this.#life !== engine.life || engine.ended;
  }

  #call(method) {
    if (this.#ended) {
      const kept = this.#destination === "" ? "" : `; what was recorded is in ${this.#destination}`;
      throw new Error(`${engine.lastWords}${kept}. Call initialize() to begin again.`);
    }
    return engine.call(`${this.#kind}.${method}`, { id: this.#id });
  }
}

class VideoAudioRecorder extends Session {
  constructor() {
    super("recorder", RECORDER_COUNTERS);
  }

  initialize(outputPath, fps, videoBitrate, useNvenc, audioBitrate, audioMode) {
    return this._initialize("outputPath", outputPath, {
      fps,
      videoBitrate,
      useNvenc,
      audioBitrate,
      audioMode: checkMode(audioMode),
    });
  }
}

class VideoRecorder extends VideoAudioRecorder {
  initialize(outputPath, fps, videoBitrate, useNvenc) {
    return this._initialize("outputPath", outputPath, { fps, videoBitrate, useNvenc, audioMode: "none" });
  }
}

class VideoAudioStreamer extends Session {
  constructor() {
    super("streamer", STREAMER_COUNTERS);
  }

  initialize(rtmpUrl, fps, videoBitrate, useNvenc, audioBitrate, audioMode) {
    return this._initialize("rtmpUrl", rtmpUrl, {
      fps,
      videoBitrate,
      useNvenc,
      audioBitrate,
      audioMode: checkMode(audioMode),
    });
  }

  isConnected() {
    return this._isTrue("isConnected");
  }

  isBackpressure() {
    return this._isTrue("isBackpressure");
  }
}

function checkMode(audioMode) {
  if (audioMode === undefined || audioMode === null || AUDIO_MODES.includes(audioMode)) return audioMode;
  throw new TypeError(`audioMode must be one of ${AUDIO_MODES.join(", ")}`);
}

module.exports = {
  VideoAudioRecorder,
  VideoAudioStreamer,
  VideoRecorder,
  setDebugLogging: (enabled) => engine.setDebugLogging(Boolean(enabled)),
  initializeCOMInSTAMode: () => true,
  checkCOMMode: () => "STA",
  WASAPICapture: null,
  AudioEngine: null,
  AudioEngineEncoder: null,
};
