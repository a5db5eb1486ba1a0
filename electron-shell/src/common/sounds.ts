/** The sounds that the user has set up, as the mixer shows them and as the engine is told of them. Pure. */
import type { ParamsOf, RecorderInitialize } from "./engine_types.ts";

export type SoundKind = "desktop" | "mic" | "app";
export type FilterName = "noise-suppression" | "gate" | "compressor" | "limiter";

export interface SoundSetting {
  /** What tracks and levels call it; no other sound has it. */
  readonly name: string;
  readonly kind: SoundKind;
  /** An id of `engine.devices`, "test", or null for the system's default. Of an application: its id. */
  readonly device: string | null;
  /** Whether it is recorded at all. */
  readonly enabled: boolean;
  readonly gainDb: number;
  readonly muted: boolean;
  readonly mono: boolean;
  readonly filters: readonly FilterName[];
}

const PLAIN = { device: null, enabled: true, muted: false, mono: false, filters: [] } as const;

export const DEFAULT_SOUNDS: readonly SoundSetting[] = [
  { ...PLAIN, name: "desktop", kind: "desktop", gainDb: 0 },
  { ...PLAIN, name: "mic", kind: "mic", gainDb: 1.6 },
];

/** In the order in which sound runs through them. */
export const FILTERS: readonly { readonly name: FilterName; readonly title: string; readonly does: string }[] = [
  { name: "noise-suppression", title: "Noise suppression", does: "Takes out fans and hiss" },
  { name: "gate", title: "Gate", does: "Silence while nobody speaks" },
  { name: "compressor", title: "Compressor", does: "Evens out quiet and loud" },
  { name: "limiter", title: "Limiter", does: "Nothing gets too loud" },
];

/** The fader's ends; below the lower one is silence. */
export const GAIN_DB = { min: -60, max: 12 } as const;

/** The engine's word for silence. */
const SILENCE_DB = -120;

/** As many tracks as a file can have, less one for the mix. */
export const MOST_SOUNDS = 5;

export function isSoundList(value: unknown): value is readonly SoundSetting[] {
  if (!Array.isArray(value) || value.length > MOST_SOUNDS || !value.every(isSound)) return false;
  return new Set(value.map(({ name }) => name)).size === value.length;
}

function isSound(value: unknown): value is SoundSetting {
  if (typeof value !== "object" || value === null) return false;
  const { name, kind, device, enabled, gainDb, muted, mono, filters, ...rest } = value as Record<string, unknown>;
  const text = (one: unknown): boolean => typeof one === "string" && one.length > 0 && one.length <= 512;
  return (
    Object.keys(rest).length === 0 &&
    text(name) &&
    ["desktop", "mic", "app"].includes(kind as string) &&
    (kind === "app" ? text(device) : device === null || text(device)) &&
    [enabled, muted, mono].every((one) => typeof one === "boolean") &&
    typeof gainDb === "number" &&
    gainDb >= GAIN_DB.min &&
    gainDb <= GAIN_DB.max &&
    Array.isArray(filters) &&
    new Set(filters).size === filters.length &&
    filters.every((one) => FILTERS.some((filter) => filter.name === one))
  );
}

/** The sounds of settings as they were kept before each sound had its own. */
export function soundsOf(stored: Readonly<Record<string, unknown>>): readonly SoundSetting[] {
  return DEFAULT_SOUNDS.map((sound) => {
    const desktop = sound.kind === "desktop";
    const device = stored[desktop ? "desktopAudio" : "microphone"];
    const enabled = stored[desktop ? "desktopEnabled" : "micEnabled"];
    const factor = Number(stored[desktop ? "desktopGain" : "micGain"]);
    const gainDb = Math.round(200 * Math.log10(factor)) / 10;
    const read: SoundSetting = {
      ...sound,
      device: typeof device === "string" ? device : null,
      enabled: enabled !== false,
      gainDb: Number.isFinite(gainDb) ? Math.min(GAIN_DB.max, Math.max(GAIN_DB.min, gainDb)) : sound.gainDb,
    };
    return isSound(read) ? read : sound;
  });
}

const told = (gainDb: number): number => (gainDb <= GAIN_DB.min ? SILENCE_DB : gainDb);

/** What `initialize` is told of the sounds. */
export function soundParams(
  sounds: readonly SoundSetting[],
  separateTracks: boolean,
): Pick<RecorderInitialize, "audioMode" | "sounds" | "tracks"> {
  const used = sounds.filter(({ enabled }) => enabled);
  if (used.length === 0) return { audioMode: "none" };
  const options = used.map(({ name, kind, device, gainDb, muted, mono, filters }) => ({
    name,
    kind,
    ...(kind === "app" ? { app: { id: device } } : device === null ? {} : { device }),
    gainDb: told(gainDb),
    muted,
    mono,
    ...(filters.length === 0 ? {} : { filters: filterParams(filters) }),
  })) as NonNullable<RecorderInitialize["sounds"]>;
  const names = used.map(({ name }) => name);
  const tracks = [{ name: "Mix", sounds: names }, ...names.map((name) => ({ name, sounds: [name] }))];
  return { sounds: options, ...(separateTracks && names.length > 1 ? { tracks } : {}) };
}

/** What of `sounds` a session is opened with; the rest changes while it runs. */
export function soundSources(sounds: readonly SoundSetting[]): readonly unknown[] {
  return sounds.filter(({ enabled }) => enabled).map(({ name, kind, device }) => [name, kind, device]);
}

type Change = Omit<ParamsOf<"audio.set">, "kind" | "id">;

/** What `audio.set` is told so that a running session that had `before` sounds like `after`. */
export function soundChanges(before: readonly SoundSetting[], after: readonly SoundSetting[]): readonly Change[] {
  return after.flatMap((sound) => {
    const was = before.find(({ name }) => name === sound.name);
    if (was === undefined || !was.enabled || !sound.enabled) return [];
    const change = {
      ...(was.gainDb === sound.gainDb ? {} : { gainDb: told(sound.gainDb) }),
      ...(was.muted === sound.muted ? {} : { muted: sound.muted }),
      ...(was.mono === sound.mono ? {} : { mono: sound.mono }),
      ...(was.filters.join() === sound.filters.join() ? {} : { filters: filterParams(sound.filters) }),
    };
    return Object.keys(change).length === 0 ? [] : [{ sound: sound.name, ...change } as Change];
  });
}

const filterParams = (filters: readonly FilterName[]): readonly { readonly type: FilterName }[] =>
  FILTERS.filter(({ name }) => filters.includes(name)).map(({ name }) => ({ type: name }));

/** What people call it. */
export function soundTitle({ kind, name }: Pick<SoundSetting, "kind" | "name">): string {
  if (kind === "app") return name;
  return kind === "desktop" ? "Desktop sound" : "Microphone";
}
