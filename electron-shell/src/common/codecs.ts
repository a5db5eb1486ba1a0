/** What pictures of a file are coded in, what that costs and who can play it: engine/docs/decisions/0362. Pure. */

export type Codec = "h264" | "hevc" | "av1";

export interface CodecChoice {
  readonly id: Codec;
  readonly name: string;
  readonly cost: string;
  readonly plays: string;
}

export const CODECS: readonly CodecChoice[] = [
  {
    id: "h264",
    name: "H.264",
    cost: "The least work",
    plays: "Plays everywhere: choose it for files that others get.",
  },
  {
    id: "hevc",
    name: "HEVC",
    cost: "Smaller; three times the work without a graphics card's encoder",
    plays:
      "Also called H.265. Plays in Safari, VLC and mpv, on Windows with an extension from its store. Many browsers can't.",
  },
  {
    id: "av1",
    name: "AV1",
    cost: "Smaller, for about the same work",
    plays: "Plays in Chrome, Edge, Firefox, VLC and mpv. Safari needs a Mac or iPhone of late 2023 or newer.",
  },
];

/** The codec of an encoder by its name in the engine, such as `libx265` or `av1_nvenc`. */
export function codecOf(encoder: string): Codec {
  if (/hevc|265/i.test(encoder)) return "hevc";
  return /av1/i.test(encoder) ? "av1" : "h264";
}

export function codecName(codec: Codec): string {
  return CODECS.find(({ id }) => id === codec)?.name ?? codec;
}
