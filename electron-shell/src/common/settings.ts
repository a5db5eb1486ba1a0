/** What the user chooses, its defaults, and the only way from untrusted data to a valid value. */
import type { RegionOption } from "./engine_types.ts";
import { CODECS, type Codec } from "./codecs.ts";
import { isDestinationList, type DestinationSetting } from "./destination_setting.ts";
import { PICTURE_LIMITS, QUALITIES, type QualityName } from "./quality.ts";
import { isFilePath, isFingerprint, looksLikeSecret } from "./secrets.ts";
import { SERVICES, type ServiceId } from "./services.ts";
import { DEFAULT_SOUNDS, isSoundList, soundsOf, type SoundSetting } from "./sounds.ts";

export type Theme = "system" | "dark" | "light";
export type Encoder = "auto" | "nvenc" | "qsv" | "amf" | "mf" | "x264";

export interface Settings {
  readonly theme: Theme;
  /** A screen or window: an id of `engine.devices`, "test", or null for the primary screen. */
  readonly screen: string | null;
  /** The part of it that is recorded; null: all of it. */
  readonly region: RegionOption | null;
  readonly sounds: readonly SoundSetting[];
  /** Behind the mix, each sound in a track of its own. */
  readonly separateTracks: boolean;
  readonly cursor: boolean;
  readonly encoder: Encoder;
  /** Of a recording; a stream has H.264 always. */
  readonly codec: Codec;
  /** Of a recording; a stream has `videoBitrate` always. */
  readonly quality: QualityName;
  readonly fps: number;
  readonly videoBitrate: number;
  readonly audioBitrate: number;
  /** Of the file and the stream, the shape is kept; null: as tall as what is captured. */
  readonly height: number | null;
  /** Of the first destination. */
  readonly service: ServiceId;
  /** Without login, arguments and key: those are secrets. */
  readonly customServer: string;
  /** What the user calls the first destination; empty: by its service. */
  readonly destinationName: string;
  /** Whether a stream goes there. */
  readonly destinationEnabled: boolean;
  readonly moreDestinations: readonly DestinationSetting[];
  /** PEM file with the certificates to trust for a server of one's own; empty for the system's. */
  readonly caFile: string;
  readonly retryRejected: boolean;
  /** By how much viewers see a stream later. */
  readonly delaySeconds: number;
  readonly statsOpen: boolean;
  /** Go on in another file after so long, or before one is so large; null: never. */
  readonly splitSeconds: number | null;
  readonly splitBytes: number | null;
  /** End by itself when it is so long, or before its files are so large together; null: never. */
  readonly maxDurationSeconds: number | null;
  readonly maxBytes: number | null;
  /** Write marks, pauses and warnings beside the file as they happen: there after a crash, too. */
  readonly sidecar: boolean;
  /** The index of each file in front, so that it plays while it loads. */
  readonly fastStart: boolean;
  /** How much the instant replay holds; null: it is off. */
  readonly replaySeconds: number | null;
  /** A recording begins with so much of it; null: with what comes. */
  readonly prerollSeconds: number | null;
  /** Whether the window's shortcuts work while it has the focus. */
  readonly takeKeys: boolean;
  /** Whether recordings are made without this window, where the system can do that. */
  readonly leaveOutWindow: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  theme: "system",
  screen: null,
  region: null,
  sounds: DEFAULT_SOUNDS,
  separateTracks: false,
  cursor: true,
  encoder: "auto",
  codec: "h264",
  quality: "bitrate",
  fps: 30,
  videoBitrate: 5_000_000,
  audioBitrate: 192_000,
  height: null,
  service: "twitch",
  customServer: "",
  destinationName: "",
  destinationEnabled: true,
  moreDestinations: [],
  caFile: "",
  retryRejected: false,
  delaySeconds: 0,
  statsOpen: false,
  splitSeconds: null,
  splitBytes: null,
  maxDurationSeconds: null,
  maxBytes: null,
  sidecar: true,
  fastStart: false,
  replaySeconds: null,
  prerollSeconds: null,
  takeKeys: true,
  leaveOutWindow: true,
};

/** Bounds of the numbers a user may type; the engine has the last word on what it can do. */
export const LIMITS = {
  fps: { min: 5, max: 120 },
  ...PICTURE_LIMITS,
  audioBitrate: { min: 64_000, max: 320_000 },
  seconds: { min: 6, max: 604_800 },
  replay: { min: 5, max: 3600 },
  preroll: { min: 1, max: 3600 },
  delay: { min: 0, max: 900 },
  bytes: { min: 10_000_000, max: 100_000_000_000_000 },
} as const;

/** What a delay is chosen from; any other within the limits is shown as it is. */
export const DELAYS: readonly number[] = [0, 5, 10, 20, 30, 60, 120, 300, 600, 900];

export class InvalidSettings extends Error {}

type Check = (value: unknown) => boolean;

const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && allowed.includes(value);
const bool: Check = (value) => typeof value === "boolean";
const deviceId: Check = (value) =>
  value === null || (typeof value === "string" && value.length > 0 && value.length <= 512);
const within =
  (range: { min: number; max: number }): Check =>
  (value) =>
    typeof value === "number" && Number.isFinite(value) && value >= range.min && value <= range.max;
const whole =
  (range: { min: number; max: number }): Check =>
  (value) =>
    Number.isInteger(value) && within(range)(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const region: Check = (value) =>
  isRecord(value) &&
  Object.keys(value).sort().join() === "height,width,x,y" &&
  Object.values(value).every((one) => Number.isInteger(one) && (one as number) >= 0 && (one as number) <= 65_535) &&
  (value["width"] as number) >= 16 &&
  (value["height"] as number) >= 16;

const CHECKS: { readonly [K in keyof Settings]: Check } = {
  theme: oneOf("system", "dark", "light"),
  screen: deviceId,
  region: orNull(region),
  sounds: isSoundList,
  separateTracks: bool,
  cursor: bool,
  encoder: oneOf("auto", "nvenc", "qsv", "amf", "mf", "x264"),
  codec: oneOf(...CODECS.map(({ id }) => id)),
  quality: oneOf(...QUALITIES.map(({ id }) => id)),
  fps: whole(LIMITS.fps),
  videoBitrate: whole(LIMITS.videoBitrate),
  audioBitrate: whole(LIMITS.audioBitrate),
  height: orNull(whole(LIMITS.height)),
  service: oneOf(...SERVICES.map(({ id }) => id)),
  customServer: (value) => typeof value === "string" && value.length <= 2048,
  destinationName: (value) => typeof value === "string" && value.length <= 60 && !looksLikeSecret(value),
  destinationEnabled: bool,
  moreDestinations: isDestinationList,
  caFile: (value) =>
    typeof value === "string" && value.length <= 4096 && (value === "" || isFilePath(value) || isFingerprint(value)),
  retryRejected: bool,
  delaySeconds: within(LIMITS.delay),
  statsOpen: bool,
  splitSeconds: orNull(within(LIMITS.seconds)),
  splitBytes: orNull(whole(LIMITS.bytes)),
  maxDurationSeconds: orNull(within(LIMITS.seconds)),
  maxBytes: orNull(whole(LIMITS.bytes)),
  sidecar: bool,
  fastStart: bool,
  replaySeconds: orNull(within(LIMITS.replay)),
  prerollSeconds: orNull(within(LIMITS.preroll)),
  takeKeys: bool,
  leaveOutWindow: bool,
};

/** `current` changed by `patch`. Throws InvalidSettings naming the first member that is unknown or out of range. */
export function patchSettings(current: Settings, patch: unknown): Settings {
  if (!isRecord(patch)) throw new InvalidSettings("settings must be an object");
  for (const [name, value] of Object.entries(patch)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof Settings] : undefined;
    if (check === undefined) throw new InvalidSettings(`unknown setting ${name}`);
    if (!check(value)) throw new InvalidSettings(`${name} is not valid`);
  }
  return { ...current, ...patch };
}

/** Settings from a file of an earlier version: members that are valid are taken, the rest is default. */
export function readSettings(stored: unknown): Settings {
  if (!isRecord(stored)) return DEFAULT_SETTINGS;
  const valid = Object.entries(stored).filter(
    ([name, value]) => Object.hasOwn(CHECKS, name) && CHECKS[name as keyof Settings](value),
  );
  // Before each sound had settings of its own, there were two.
  const sounds = "sounds" in stored ? {} : { sounds: soundsOf(stored) };
  const read: Settings = { ...DEFAULT_SETTINGS, ...sounds, ...Object.fromEntries(valid) };
  const moreDestinations = read.moreDestinations.map((one) => (looksLikeSecret(one.name) ? { ...one, name: "" } : one));
  return { ...read, moreDestinations };
}
