/** What a recording's settings cost in bytes, so that a choice can say so before it is made. Pure. */
import { formatBytes } from "./format.ts";

/** What a picture may have, also one of a destination's own. */
export const PICTURE_LIMITS = {
  videoBitrate: { min: 250_000, max: 80_000_000 },
  height: { min: 144, max: 4320 },
} as const;

export type QualityName = "bitrate" | "small" | "high" | "source";

export interface QualityChoice {
  readonly id: QualityName;
  readonly name: string;
  readonly summary: string;
}

export const QUALITIES: readonly QualityChoice[] = [
  { id: "small", name: "Small", summary: "Clear text, small files" },
  { id: "high", name: "High", summary: "Hard to tell from the screen" },
  { id: "source", name: "Source", summary: "As good as the screen, to edit" },
  { id: "bitrate", name: "Steady", summary: "Same size always; shared with a stream" },
];

/** Mbit/s of a still page and of text and film, 1080p30: engine/docs/decisions/0330. */
const MEASURED: Readonly<Record<Exclude<QualityName, "bitrate">, readonly [still: number, moving: number]>> = {
  small: [0.15, 4],
  high: [0.2, 6],
  source: [0.24, 9],
};

export interface Picture {
  readonly quality: QualityName;
  readonly videoBitrate: number;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  /** Bits per second of all sound tracks together. */
  readonly soundBitrate: number;
}

/** Bits per second of a still screen and of one that moves. The measured ones grow as the pixels of a second do. */
export function ratesOf({ quality, videoBitrate, fps, width, height, soundBitrate }: Picture): [number, number] {
  if (quality === "bitrate") return [videoBitrate + soundBitrate, videoBitrate + soundBitrate];
  const [still, moving] = MEASURED[quality];
  const share = ((width * height) / (1920 * 1080)) * (fps / 30);
  return [still * 1e6 * share + soundBitrate, moving * 1e6 * share + soundBitrate];
}

/** `0.2 to 2.8 GB an hour`, `about 2.3 GB an hour`. */
export function sizePerHour(picture: Picture): string {
  const [least, most] = ratesOf(picture).map((rate) => formatBytes((rate / 8) * 3600));
  return least === most ? `about ${most} an hour` : `${least} to ${most} an hour`;
}
