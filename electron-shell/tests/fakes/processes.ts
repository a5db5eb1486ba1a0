/** Small questions about other processes, for tests of what is left behind. */
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { promisify } from "node:util";

export const run = promisify(execFile);

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Process ids whose environment has `NAME=value`: how a test finds the processes it caused, and no others. */
export function processesMarked(name: string, value: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return isAlive(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${name}=${value}`);
      } catch {
        return false;
      }
    });
}
