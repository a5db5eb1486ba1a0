/** Where an area lies on what is captured. Pure. */
import type { RegionOption, Source } from "@ionia/common";

/** Within `whole`, at whole even pixels, and large enough to be seen. */
export function fitted(region: RegionOption, whole: Source["whole"]): RegionOption {
  const side = (wanted: number, most: number): number => {
    const even = (value: number): number => Math.floor(value / 2) * 2;
    return Math.min(Math.max(even(Math.round(wanted)), LEAST), Math.max(even(most), 2));
  };
  const width = side(region.width, whole.width);
  const height = side(region.height, whole.height);
  const place = (wanted: number, room: number): number => Math.min(Math.max(Math.round(wanted), 0), Math.max(room, 0));
  return {
    x: place(region.x, whole.width - width),
    y: place(region.y, whole.height - height),
    width,
    height,
  };
}

/** Smaller ones are a slip of the hand. */
const LEAST = 32;

/** What is drawn from one corner to the opposite one. */
export function between(from: Point, to: Point, whole: Source["whole"]): RegionOption {
  const region = {
    x: Math.min(from.x, to.x),
    y: Math.min(from.y, to.y),
    width: Math.abs(from.x - to.x),
    height: Math.abs(from.y - to.y),
  };
  return fitted(region, whole);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** As large as asked for, in the middle. */
export function centred(width: number, height: number, whole: Source["whole"]): RegionOption {
  return fitted({ x: (whole.width - width) / 2, y: (whole.height - height) / 2, width, height }, whole);
}
