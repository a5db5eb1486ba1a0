/** Names of recordings: `recordings/recording_<ISO time with : and . as ->.mp4` under the user-data folder. */
import path from "node:path";

export function recordingPath(userData: string, now: Date): string {
  return path.join(userData, "recordings", `recording_${now.toISOString().replace(/[:.]/g, "-")}.mp4`);
}
