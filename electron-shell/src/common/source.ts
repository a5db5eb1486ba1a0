/** What is captured, in words and pixels, found from the settings and the devices. Pure. */
import type { DeviceList, RegionOption } from "./engine_types.ts";
import type { Settings } from "./settings.ts";

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

/** How large the pictures of files and streams are. */
export function pictureSize(settings: Settings, devices: DeviceList | null): Source["whole"] {
  const { width, height } = sourceOf(settings, devices);
  const share = settings.height === null ? 1 : settings.height / height;
  return { width: Math.round((width * share) / 2) * 2, height: Math.round((height * share) / 2) * 2 };
}
