/** What the services that a stream goes to take at most, told before it begins. The table is the engine's. Pure. */
import { destinationTitle, destinationsOf, ownPicture, serverAddress } from "./destinations.ts";
import type { DeviceList } from "./engine_types.ts";
import { formatBitrate } from "./format.ts";
import { SERVICE_LIMITS, type ServiceLimits } from "./rpc.generated.ts";
import type { Settings } from "./settings.ts";
import { pictureSize } from "./source.ts";

/** Of an address; undefined where nothing is known of that server. */
export function limitsOf(server: string): ServiceLimits | undefined {
  const [, host = ""] = /^[a-z]+:\/\/(?:[^/@]*@)?([^/:?#]+)/i.exec(server.trim()) ?? [];
  const name = host.toLowerCase().replace(/\.$/, "");
  return SERVICE_LIMITS.find(({ domain }) => name === domain || name.endsWith(`.${domain}`));
}

/** Of pictures so tall, so many a second. */
export function bitrateFor({ kbps, kbpsByHeight }: ServiceLimits, height: number, fps: number): number {
  const rows = kbpsByHeight.filter(([lines, rate]) => height <= lines && fps <= rate).map(([, , allowed]) => allowed);
  return 1000 * Math.min(...(rows.length > 0 ? rows : [kbps]));
}

export interface LiveLimits {
  /** What the stream has, of all destinations the least that one takes; never more than the settings say. */
  readonly videoBitrate: number;
  /** Why it is less than that; empty: it isn't. */
  readonly lowered: string;
  /** What a service doesn't take, a line each. */
  readonly beyond: readonly string[];
  /** Settings with which all take it; empty: nothing is beyond. */
  readonly within: Partial<Pick<Settings, "height" | "fps">>;
}

export function liveLimits(settings: Settings, devices: DeviceList | null): LiveLimits {
  const { width, height } = pictureSize(settings, devices);
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const beyond: string[] = [];
  let { videoBitrate } = settings;
  let lowered = "";
  let scale = 1;
  let { fps } = settings;
  for (const destination of destinationsOf(settings).filter(({ enabled }) => enabled)) {
    const limits = limitsOf(serverAddress(destination));
    if (limits === undefined) continue;
    const title = destinationTitle(destination);
    const own = ownPicture(destination);
    const most = bitrateFor(limits, own.height === undefined ? short : Math.min(short, own.height), settings.fps);
    if (own.videoBitrate !== undefined && most < own.videoBitrate)
      beyond.push(`${title} takes ${formatBitrate(most)} at most; its own rate is ${formatBitrate(own.videoBitrate)}.`);
    else if (own.videoBitrate === undefined && most < videoBitrate) {
      videoBitrate = most;
      lowered = `${title} takes ${formatBitrate(most)} of such a picture at most, so the stream uses that`;
    }
    const [mostLong, mostShort] = limits.size ?? [long, short];
    if (own.height === undefined && (long > mostLong || short > mostShort)) {
      beyond.push(`${title} takes ${mostLong} × ${mostShort} at most, and this is ${width} × ${height}.`);
      scale = Math.min(scale, mostLong / long, mostShort / short);
    }
    if (limits.fps !== null && settings.fps > limits.fps) {
      beyond.push(`${title} takes ${limits.fps} frames per second at most, and this is ${settings.fps}.`);
      fps = Math.min(fps, limits.fps);
    }
  }
  const within = {
    ...(scale < 1 ? { height: Math.floor((height * scale) / 2) * 2 } : {}),
    ...(fps < settings.fps ? { fps } : {}),
  };
  return { videoBitrate, lowered, beyond, within };
}
