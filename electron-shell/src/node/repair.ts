/** Makes a recording that nobody finished an ordinary file, by the engine's own command. The file plays at every moment. */
import { execFile } from "node:child_process";
import { EngineError } from "@ionia/common";

/** Large files on slow disks; it reads everything once. */
const TIMEOUT_MS = 30 * 60_000;

/** Resolves when the file is whole, also if it was before. Rejects with EngineError(media_failed) in the engine's words. */
export function repairRecording(executable: string, file: string, env?: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, windowsHide: true, ...(env === undefined ? {} : { env }) };
    execFile(executable, ["repair", file], options, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      const last = stderr.trim().split("\n").at(-1) ?? "";
      const words = last.replace(/^ionia-engine: /, "") || `The recording could not be repaired (${error.message}).`;
      reject(new EngineError("media_failed", words, { cause: error }));
    });
  });
}
