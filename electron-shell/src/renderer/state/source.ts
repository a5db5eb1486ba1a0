/** What is captured, in words and pixels, found from the settings and the devices. Pure. */
import type { DeviceList, RegionOption, Settings } from "@ionia/common";

export interface Source {
  readonly kind: "screen" | "window" | "test" | "missing";
  readonly name: string;
  /** Of what is recorded: the region, where there is one. */
  readonly width: number;
  readonly height: number;
  /** Of the whole screen or window. */
  readonly whole: { readonly width: number; readonly height: number };
}

export type Part = Pick<Settings, "screen" | "region">;

const TEST_CARD = { width: 1280, height: 720 };
const UNKNOWN = { width: 1920, height: 1080 };

export function sourceOf({ screen, region }: Part, devices: DeviceList | null): Source {
  const screens = devices?.screens ?? [];
  if (screen === "test") return sized("test", "Test card", TEST_CARD, region);
  const found =
    screen === null ? (screens.find(({ primary }) => primary) ?? screens[0]) : screens.find(({ id }) => id === screen);
  if (found !== undefined) return sized("screen", found.name, found, region);
  const window = devices?.windows.find(({ id }) => id === screen);
  if (window !== undefined) return sized("window", window.title, window, region);
  return sized("missing", screen === null ? "No screen" : "Not there any more", UNKNOWN, region);
}

function sized(kind: Source["kind"], name: string, whole: Source["whole"], region: RegionOption | null): Source {
  const { width, height } = region ?? whole;
  // An X server without names calls its screen `screen`.
  return {
    kind,
    name: name.charAt(0).toUpperCase() + name.slice(1),
    width,
    height,
    whole: { width: whole.width, height: whole.height },
  };
}

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
