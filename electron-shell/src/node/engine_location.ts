/** Where the engine's executable is. Looks, and starts nothing. */
import { existsSync } from "node:fs";
import path from "node:path";
import { EngineError } from "@ionia/common";

export interface LocationQuery {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  /** Electron's `process.resourcesPath`. */
  readonly resourcesPath?: string | undefined;
  /** A folder from which to look upwards for the repository's `.venv`. */
  readonly startDirectory?: string;
  /** A folder that may have the engine's folder in it: where the drop-in addon lies. */
  readonly besideFolder?: string;
  readonly exists?: (file: string) => boolean;
}

/** Every place in order of preference. */
export function engineCandidates(query: LocationQuery = {}): string[] {
  const env = query.env ?? process.env;
  const windows = (query.platform ?? process.platform) === "win32";
  const fromEnv = env["IONIA_ENGINE"];
  if (fromEnv !== undefined && fromEnv !== "") return [fromEnv];
  const candidates: string[] = [];
  const name = windows ? "ionia-engine.exe" : "ionia-engine";
  if (query.resourcesPath !== undefined) {
    candidates.push(path.join(query.resourcesPath, "engine", name));
  }
  if (query.besideFolder !== undefined) candidates.push(path.join(unpacked(query.besideFolder), "engine", name));
  const inVenv = windows ? [".venv", "Scripts", "ionia-engine.exe"] : [".venv", "bin", "ionia-engine"];
  for (let folder = path.resolve(query.startDirectory ?? process.cwd()); ; folder = path.dirname(folder)) {
    candidates.push(path.join(folder, ...inVenv));
    if (folder === path.dirname(folder)) return candidates;
  }
}

/** A program can't be started out of an archive: electron-builder puts it into the folder of this name instead. */
function unpacked(folder: string): string {
  return folder.replace(/\.asar(?=[\\/]|$)/, ".asar.unpacked");
}

/** The engine to start. Throws EngineError(engine_missing). A path in IONIA_ENGINE is meant: it has no fallback. */
export function findEngine(query: LocationQuery = {}): string {
  const exists = query.exists ?? existsSync;
  const candidates = engineCandidates(query);
  const found = candidates.find((file) => exists(file));
  if (found !== undefined) return found;
  throw new EngineError("engine_missing", `the engine was not found at ${candidates[0]}`, {
    hint: "Set IONIA_ENGINE to the engine's path, or run `python3 build/dev.py setup` in the repository.",
  });
}
