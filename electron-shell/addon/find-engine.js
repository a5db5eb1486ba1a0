"use strict";
/** Where the engine is: IONIA_ENGINE, the packaged application, a folder beside this one, the repository's .venv. */
const { existsSync } = require("node:fs");
const path = require("node:path");

function findEngine({
  env = process.env,
  platform = process.platform,
  resourcesPath = process.resourcesPath,
  from = __dirname,
} = {}) {
  if (env.IONIA_ENGINE) return mustExist([env.IONIA_ENGINE]);
  const windows = platform === "win32";
  const name = windows ? "ionia-engine.exe" : "ionia-engine";
  const candidates = [];
  if (resourcesPath) candidates.push(path.join(resourcesPath, "engine", name));
  candidates.push(path.join(from, "engine", name));
  for (let folder = from; ; folder = path.dirname(folder)) {
    candidates.push(path.join(folder, ".venv", windows ? "Scripts" : "bin", name));
    if (folder === path.dirname(folder)) return mustExist(candidates);
  }
}

function mustExist(candidates) {
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Error(`the engine was not found at ${candidates[0]}; set IONIA_ENGINE to its path`);
}

module.exports = { findEngine };
