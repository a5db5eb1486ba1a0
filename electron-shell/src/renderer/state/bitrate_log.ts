/** One point a second of the last minute, from statistics that come more often. Pure. */
import type { RecorderStats, StreamerStats } from "@ionia/common";

export interface BitratePoint {
  readonly second: number;
  readonly kbps: number;
  readonly fps: number;
}

const KEPT = 60;

export class BitrateLog {
  #points: readonly BitratePoint[] = [];
  #last: { seconds: number; bytes: number; frames: number } | undefined;

  get points(): readonly BitratePoint[] {
    return this.#points;
  }

  get latest(): BitratePoint | undefined {
    return this.#points[this.#points.length - 1];
  }

  /** Null begins anew. */
  recorded(stats: RecorderStats | null): void {
    this.#add(
      stats === null
        ? null
        : { seconds: stats.durationSeconds ?? 0, bytes: stats.totalBytes, frames: stats.videoFramesCaptured },
    );
  }

  streamed(stats: StreamerStats | null): void {
    const sample = stats === null ? null : { seconds: stats.durationSeconds ?? 0, bytes: 0, frames: stats.videoFrames };
    this.#add(sample, stats?.sendBitrateKbps ?? undefined);
  }

  #add(sample: { seconds: number; bytes: number; frames: number } | null, kbps?: number): void {
    if (sample === null) {
      this.#points = [];
      this.#last = undefined;
      return;
    }
    const last = this.#last ?? { seconds: 0, bytes: 0, frames: 0 };
    const elapsed = sample.seconds - last.seconds;
    if (elapsed < 0) {
      this.#last = undefined;
      this.#points = [];
      return;
    }
    if (elapsed < 1) return;
    this.#last = sample;
    const point: BitratePoint = {
      second: sample.seconds,
      kbps: kbps ?? ((sample.bytes - last.bytes) * 8) / 1000 / elapsed,
      fps: (sample.frames - last.frames) / elapsed,
    };
    this.#points = [...this.#points, point].slice(-KEPT);
  }
}
