/** What the user chooses, its defaults, and the only way from untrusted data to a valid value. */
import type { RecorderInitialize, StreamerInitialize } from "./engine_types.ts";

export type Theme = "system" | "dark" | "light";
export type ServiceId = "twitch" | "youtube" | "facebook" | "custom";
export type PresetId = "compact" | "balanced" | "smooth" | "studio" | "custom";
export type Encoder = "auto" | "nvenc" | "qsv" | "amf" | "mf" | "x264";

export interface Quality {
  readonly fps: number;
  readonly videoBitrate: number;
  readonly audioBitrate: number;
}

export interface Settings {
  readonly theme: Theme;
  /** An id of `engine.devices`, "test", or null for the system's default. */
  readonly screen: string | null;
  readonly desktopAudio: string | null;
  readonly microphone: string | null;
  readonly desktopEnabled: boolean;
  readonly micEnabled: boolean;
  readonly desktopGain: number;
  readonly micGain: number;
  readonly cursor: boolean;
  readonly encoder: Encoder;
  readonly preset: PresetId;
  readonly custom: Quality;
  readonly service: ServiceId;
  /** Without login, arguments and key: those are secrets. */
  readonly customServer: string;
  /** PEM file with the certificates to trust for a server of one's own; empty for the system's. */
  readonly caFile: string;
  readonly retryRejected: boolean;
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
  /** Whether single keys (Space, M, S, R) control a recording while the window has the focus. */
  readonly takeKeys: boolean;
  /** Whether recordings are made without this window, where the system can do that. */
  readonly leaveOutWindow: boolean;
}

export interface Preset {
  readonly id: PresetId;
  readonly name: string;
  readonly summary: string;
  readonly quality: Quality;
}

export interface Service {
  readonly id: ServiceId;
  readonly name: string;
  /** Server address, without a key; empty for custom. */
  readonly server: string;
  /** The most the service accepts, in bit/s; 0 for no limit that we know of. */
  readonly maxVideoBitrate: number;
  readonly keyHelp: string;
}

export const PRESETS: readonly Preset[] = [
  {
    id: "compact",
    name: "Compact",
    summary: "Small files, fine for slides and talks",
    quality: { fps: 30, videoBitrate: 2_500_000, audioBitrate: 128_000 },
  },
  {
    id: "balanced",
    name: "Balanced",
    summary: "Right for most recordings",
    quality: { fps: 30, videoBitrate: 5_000_000, audioBitrate: 192_000 },
  },
  {
    id: "smooth",
    name: "Smooth",
    summary: "Fluid motion for games and demos",
    quality: { fps: 60, videoBitrate: 9_000_000, audioBitrate: 192_000 },
  },
  {
    id: "studio",
    name: "Studio",
    summary: "Best picture, to edit later",
    quality: { fps: 60, videoBitrate: 20_000_000, audioBitrate: 256_000 },
  },
];

export const SERVICES: readonly Service[] = [
  {
    id: "twitch",
    name: "Twitch",
    server: "rtmp://live.twitch.tv/app",
    maxVideoBitrate: 6_000_000,
    keyHelp: "Creator Dashboard, Settings, Stream",
  },
  {
    id: "youtube",
    name: "YouTube",
    server: "rtmps://a.rtmps.youtube.com/live2",
    maxVideoBitrate: 0,
    keyHelp: "YouTube Studio, Create, Go live",
  },
  {
    id: "facebook",
    name: "Facebook",
    server: "rtmps://live-api-s.facebook.com:443/rtmp",
    maxVideoBitrate: 4_000_000,
    keyHelp: "Live Producer, Streaming software",
  },
  { id: "custom", name: "Custom server", server: "", maxVideoBitrate: 0, keyHelp: "Given by whoever runs the server" },
];

export const DEFAULT_SETTINGS: Settings = {
  theme: "system",
  screen: null,
  desktopAudio: null,
  microphone: null,
  desktopEnabled: true,
  micEnabled: true,
  desktopGain: 1.0,
  micGain: 1.2,
  cursor: true,
  encoder: "auto",
  preset: "balanced",
  custom: { fps: 30, videoBitrate: 5_000_000, audioBitrate: 192_000 },
  service: "twitch",
  customServer: "",
  caFile: "",
  retryRejected: false,
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
  videoBitrate: { min: 250_000, max: 80_000_000 },
  audioBitrate: { min: 64_000, max: 320_000 },
  gain: { min: 0, max: 4 },
  seconds: { min: 6, max: 604_800 },
  replay: { min: 5, max: 3600 },
  preroll: { min: 1, max: 3600 },
  bytes: { min: 10_000_000, max: 100_000_000_000_000 },
} as const;

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

const quality: Check = (value) =>
  isRecord(value) &&
  Object.keys(value).length === 3 &&
  whole(LIMITS.fps)(value["fps"]) &&
  whole(LIMITS.videoBitrate)(value["videoBitrate"]) &&
  whole(LIMITS.audioBitrate)(value["audioBitrate"]);

const CHECKS: { readonly [K in keyof Settings]: Check } = {
  theme: oneOf("system", "dark", "light"),
  screen: deviceId,
  desktopAudio: deviceId,
  microphone: deviceId,
  desktopEnabled: bool,
  micEnabled: bool,
  desktopGain: within(LIMITS.gain),
  micGain: within(LIMITS.gain),
  cursor: bool,
  encoder: oneOf("auto", "nvenc", "qsv", "amf", "mf", "x264"),
  preset: oneOf("compact", "balanced", "smooth", "studio", "custom"),
  custom: quality,
  service: oneOf("twitch", "youtube", "facebook", "custom"),
  customServer: (value) => typeof value === "string" && value.length <= 2048,
  caFile: (value) => typeof value === "string" && value.length <= 4096,
  retryRejected: bool,
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
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(valid) };
}

export function qualityOf(settings: Settings): Quality {
  return PRESETS.find((preset) => preset.id === settings.preset)?.quality ?? settings.custom;
}

export function serviceOf(settings: Settings): Service {
  return SERVICES.find((service) => service.id === settings.service) ?? (SERVICES[SERVICES.length - 1] as Service);
}

export function serverOf(settings: Settings): string {
  return settings.service === "custom" ? settings.customServer : serviceOf(settings).server;
}

/** What a stream's `initialize` is told of how to connect, beside the destination. */
export function connectionParams(settings: Settings): Pick<StreamerInitialize, "caFile" | "retryRejected"> {
  return {
    ...(settings.service === "custom" && settings.caFile !== "" ? { caFile: settings.caFile } : {}),
    ...(settings.retryRejected ? { retryRejected: true } : {}),
  };
}

/** What a recording's `initialize` is told of its files, beside where they are. */
export function fileParams(
  settings: Settings,
): Pick<
  RecorderInitialize,
  "splitSeconds" | "splitBytes" | "maxDurationSeconds" | "maxBytes" | "sidecar" | "fastStart"
> {
  const { splitSeconds, splitBytes, maxDurationSeconds, maxBytes, sidecar, fastStart } = settings;
  return { splitSeconds, splitBytes, maxDurationSeconds, maxBytes, sidecar, fastStart };
}

/** How much of the instant replay a recording begins with; null: with none of it. Never more than is held. */
export function prerollOf({ replaySeconds, prerollSeconds }: Settings): number | null {
  return replaySeconds === null || prerollSeconds === null ? null : Math.min(replaySeconds, prerollSeconds);
}

/** What `initialize` is told, beside the destination. Equal for a recording and a stream wherever the service's
 *  limit allows, because equal sources and quality share one encode in the engine. */
export function captureParams(
  settings: Settings,
  maxVideoBitrate = 0,
): Omit<RecorderInitialize, "outputPath" | "id" | "video"> {
  const { fps, videoBitrate, audioBitrate } = qualityOf(settings);
  const mode = settings.desktopEnabled
    ? settings.micEnabled
      ? "both"
      : "desktop"
    : settings.micEnabled
      ? "mic"
      : "none";
  return {
    fps,
    videoBitrate: maxVideoBitrate > 0 ? Math.min(videoBitrate, maxVideoBitrate) : videoBitrate,
    audioBitrate,
    audioMode: mode,
    encoder: settings.encoder,
    cursor: settings.cursor,
    micGain: settings.micGain,
    desktopGain: settings.desktopGain,
    ...(settings.screen === null ? {} : { screen: settings.screen }),
    ...(settings.desktopAudio === null || !settings.desktopEnabled ? {} : { desktopAudio: settings.desktopAudio }),
    ...(settings.microphone === null || !settings.micEnabled ? {} : { microphone: settings.microphone }),
  };
}
