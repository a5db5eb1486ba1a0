/** What the engine is told of the settings when a session is opened. Pure. */
import { destinationsOf } from "./destinations.ts";
import type { DestinationSetting } from "./destination_setting.ts";
import type { DeviceList, RecorderInitialize, StreamerInitialize } from "./engine_types.ts";
import { liveLimits } from "./service_limits.ts";
import type { Settings } from "./settings.ts";
import { soundParams, soundSources } from "./sounds.ts";

/** What a stream's `initialize` is told of how to connect, beside the destination. */
export function connectionParams(settings: Settings): Pick<StreamerInitialize, "retryRejected" | "delaySeconds"> {
  return {
    ...(settings.delaySeconds > 0 ? { delaySeconds: settings.delaySeconds } : {}),
    ...(settings.retryRejected ? { retryRejected: true } : {}),
  };
}

/** What is trusted of a server of the user's own, and of no other: a service has a certificate that the system trusts. */
export function trustParams(
  { caFile }: Settings,
  { service }: Pick<DestinationSetting, "service">,
): { caFile?: string } {
  return service === "custom" && caFile !== "" ? { caFile } : {};
}

/** Whether a stream goes to a server of the user's own. */
export function usesOwnServer(settings: Settings): boolean {
  return destinationsOf(settings).some(({ enabled, service }) => enabled && service === "custom");
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

type CaptureParams = Pick<
  RecorderInitialize,
  | "fps"
  | "videoBitrate"
  | "audioBitrate"
  | "audioMode"
  | "quality"
  | "codec"
  | "encoder"
  | "cursor"
  | "screen"
  | "region"
  | "height"
  | "sounds"
  | "tracks"
>;

/** What a recording's or a replay's `initialize` is told of what is captured and how it is encoded. */
export function captureParams(settings: Settings): CaptureParams {
  const { quality, codec } = settings;
  return {
    ...sharedParams(settings),
    ...(quality === "bitrate" ? {} : { quality }),
    ...(codec === "h264" ? {} : { codec }),
  };
}

/** The same for a stream. Equal to a recording's wherever the service's limit, the quality and the codec allow, because equal
 *  sources and quality share one encode in the engine. */
export function streamParams(settings: Settings, devices: DeviceList | null): CaptureParams {
  const { tracks: _one, ...params } = sharedParams(settings); // A stream carries the mix alone.
  return { ...params, videoBitrate: liveLimits(settings, devices).videoBitrate };
}

/** Sessions of settings where this is the same need not be opened anew: what differs is changed while they run. */
export function sourceKey(settings: Settings): string {
  const { sounds: _mix, ...params } = captureParams(settings);
  return JSON.stringify({ ...params, sounds: soundSources(settings.sounds) });
}

function sharedParams(settings: Settings): CaptureParams {
  const { fps, videoBitrate, audioBitrate, encoder, cursor, screen, region, height } = settings;
  return {
    fps,
    videoBitrate,
    audioBitrate,
    encoder,
    cursor,
    ...soundParams(settings.sounds, settings.separateTracks),
    ...(screen === null ? {} : { screen }),
    ...(region === null ? {} : { region }),
    ...(height === null ? {} : { height }),
  };
}
