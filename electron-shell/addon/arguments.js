"use strict";
/** What callers pass, made into what the engine takes: as the native addon did, a wrong type means the default. */
const path = require("node:path");

const AUDIO_MODES = ["both", "desktop", "mic", "microphone", "none"];

const number = { is: (value) => typeof value === "number" && Number.isFinite(value), called: "a number" };
const EXPECTED = {
  fps: number,
  videoBitrate: number,
  useNvenc: { is: (value) => typeof value === "boolean", called: "true or false" },
  audioBitrate: number,
  audioMode: { is: (value) => typeof value === "string", called: "a text" },
};

/**
 * Those of `given` that the engine is told; numbers become whole. What is undefined or null is left out, and what has
 * another type than its own too, with one line to `warn` for all of them. Throws TypeError for an unknown audioMode.
 */
function checkOptions(given, warn) {
  const kept = {};
  const ignored = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const { is, called } = EXPECTED[name];
    if (is(value)) kept[name] = typeof value === "number" ? Math.round(value) : value;
    else ignored.push(`${name} must be ${called}, not ${describe(value)}`);
  }
  if (ignored.length > 0) warn(`initialize uses its default where ${ignored.join("; ")}`);
  if (kept.audioMode !== undefined && !AUDIO_MODES.includes(kept.audioMode))
    throw new TypeError(`audioMode must be one of ${AUDIO_MODES.join(", ")}`);
  return kept;
}

/** The options that have no place of their own: the engine knows them, and refuses in words what it doesn't. */
function namedOptions(options) {
  return typeof options === "object" && options !== null && !Array.isArray(options) ? options : {};
}

/** What a value is, without what is in it: nobody knows whose secret it may be. */
function describe(value) {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity || value === -Infinity) return "infinite";
  return Array.isArray(value) ? "an array" : `of type ${typeof value}`;
}

/** A relative path is relative to the caller's folder, at the time of the call; the engine has a folder of its own. */
function absolutePath(file) {
  // The engine has its own words for these.
  if (file === "" || /^(~[\\/]|file:|[a-z][a-z0-9+.-]+:\/\/)/i.test(file)) return file;
  return path.resolve(file);
}

module.exports = { absolutePath, checkOptions, namedOptions };
