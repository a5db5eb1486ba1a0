/** Names of recordings: `recordings/recording_<ISO time with : and . as ->.mp4` under the user-data folder. */
import { access } from "node:fs/promises";
import path from "node:path";

export function recordingPath(userData: string, now: Date): string {
  return pathOf(userData, "recording", now);
}

export function replayPath(userData: string, now: Date): string {
  return pathOf(userData, "replay", now);
}

export function screenshotPath(userData: string, now: Date): string {
  return pathOf(userData, "screenshot", now, "png");
}

function pathOf(userData: string, what: string, now: Date, suffix = "mp4"): string {
  return path.join(userData, "recordings", `${what}_${now.toISOString().replace(/[:.]/g, "-")}.${suffix}`);
}

/** When a recording was begun, or a replay saved, by its name; of a further file or a clip, undefined. */
export function recordingTime(file: string): Date | undefined {
  const [, day, hour, minute, rest] =
    /^[a-z]+_([\d-]{10}T)(\d\d)-(\d\d)-(\d\d-\d{3}Z)\.mp4$/.exec(path.basename(file)) ?? [];
  const time = new Date(`${day}${hour}:${minute}:${rest?.replace("-", ".")}`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A free name beside a recording for a part of it: `<name>_clip.mp4`, `<name>_clip-2.mp4`, … */
export async function clipPath(recording: string): Promise<string> {
  const stem = path.join(path.dirname(recording), `${path.basename(recording, ".mp4")}_clip`);
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? `${stem}.mp4` : `${stem}-${number}.mp4`;
    const taken = await access(file).then(
      () => true,
      () => false,
    );
    if (!taken) return file;
  }
}
