/** One destination of a stream as it is kept: its members, and which of them are valid. Pure. */
import { PICTURE_LIMITS } from "./quality.ts";
import { SERVICES, type ServiceId } from "./services.ts";

/** As many as the engine's streams have. */
export const MOST_DESTINATIONS = 8;

/** What the engine calls the one of `rtmpUrl`, so that one destination is told of as it ever was. */
export const FIRST_DESTINATION = "1";

export interface DestinationSetting {
  /** Its name in the engine, and what its key is kept under; never shown. */
  readonly id: string;
  /** What the user calls it; empty: by its service. */
  readonly name: string;
  readonly service: ServiceId;
  /** Of a custom server, without login, arguments and key: those are secrets. */
  readonly server: string;
  readonly enabled: boolean;
  /** Bits per second of a picture of its own; nothing: the stream's. The first destination has what the stream has. */
  readonly videoBitrate?: number | null;
  /** Its height, likewise. */
  readonly height?: number | null;
}

/** What of one may be changed. */
export type DestinationPatch = Partial<Omit<DestinationSetting, "id">>;

const MEMBERS = ["name", "service", "server", "enabled"];
const MOST_NAME = 60;
const MOST_SERVER = 2048;

/** Throws nothing: whether every member that is there is valid, and no other is. */
export function isDestinationPatch(value: unknown): value is DestinationPatch {
  if (typeof value !== "object" || value === null) return false;
  const { name = "", service = "custom", server = "", enabled = true, ...more } = value as Record<string, unknown>;
  const { videoBitrate = null, height = null, ...rest } = more;
  return (
    Object.keys(rest).length === 0 &&
    typeof name === "string" &&
    name.length <= MOST_NAME &&
    SERVICES.some(({ id }) => id === service) &&
    typeof server === "string" &&
    server.length <= MOST_SERVER &&
    typeof enabled === "boolean" &&
    isOwn(videoBitrate, PICTURE_LIMITS.videoBitrate) &&
    isOwn(height, PICTURE_LIMITS.height)
  );
}

function isOwn(value: unknown, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return value === null || (Number.isInteger(value) && Number(value) >= min && Number(value) <= max);
}

/** The destinations beside the first. */
export function isDestinationList(value: unknown): value is readonly DestinationSetting[] {
  if (!Array.isArray(value) || value.length >= MOST_DESTINATIONS) return false;
  const valid = value.every((one: unknown) => {
    const { id, ...rest } = (one ?? {}) as Record<string, unknown>;
    const whole = MEMBERS.every((member) => Object.hasOwn(rest, member));
    return MORE_IDS.includes(id as string) && whole && isDestinationPatch(rest);
  });
  return valid && new Set(value.map(({ id }: DestinationSetting) => id)).size === value.length;
}

/** What those beside the first are called. */
export const MORE_IDS = Array.from({ length: MOST_DESTINATIONS - 1 }, (_, index) => String(index + 2));
