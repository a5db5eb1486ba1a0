/** Small pictures along a recording, all on one sheet: read from the WebVTT that lies beside it. Pure. */

export interface Strip {
  /** Where a window gets the sheet. */
  readonly url: string;
  readonly columns: number;
  readonly rows: number;
  /** Where in the recording each of the pictures is, in their order on the sheet, row by row. */
  readonly seconds: readonly number[];
}

const CUE = /(\d+):(\d\d):(\d\d\.\d+) --> .*\n.*#xywh=(\d+),(\d+),(\d+),(\d+)/g;

/** Undefined for what names no picture. */
export function readStrip(vtt: string, url: string): Strip | undefined {
  const cues = [...vtt.matchAll(CUE)].map(([, ...numbers]) => numbers.map(Number));
  if (cues.length === 0) return undefined;
  const seconds = cues.map(([hours = 0, minutes = 0, rest = 0]) => hours * 3600 + minutes * 60 + rest);
  const columns = Math.max(...cues.map(([, , , left = 0, , width = 1]) => left / width)) + 1;
  const rows = Math.max(...cues.map(([, , , , top = 0, , height = 1]) => top / height)) + 1;
  return { url, columns: Math.round(columns), rows: Math.round(rows), seconds };
}

/** Which picture stands for a place, from 0 to 1 of the length. */
export function pictureAt({ seconds }: Strip, share: number): number {
  return Math.min(seconds.length - 1, Math.max(0, Math.floor(share * seconds.length)));
}
