/** What the settings cost, of what is captured now. Pure. */
import {
  ratesOf,
  sizePerHour,
  type DeviceList,
  type Picture,
  type QualityName,
  type Settings,
  sourceOf,
} from "@ionia/common";

/** What an hour in `quality` takes. */
export function costOf(settings: Settings, devices: DeviceList | null, quality: QualityName): string {
  return sizePerHour({ ...pictureOf(settings, devices), quality });
}

/** Bits per second, of a screen that moves. */
export function mostRate(settings: Settings, devices: DeviceList | null): number {
  return ratesOf(pictureOf(settings, devices))[1];
}

function pictureOf(settings: Settings, devices: DeviceList | null): Picture {
  const { quality, fps, videoBitrate, audioBitrate, separateTracks, sounds } = settings;
  const source = sourceOf(settings, devices);
  const share = settings.height === null ? 1 : settings.height / source.height;
  const used = sounds.filter(({ enabled }) => enabled).length;
  const tracks = used === 0 ? 0 : separateTracks && used > 1 ? used + 1 : 1;
  const size = { width: source.width * share, height: source.height * share };
  return { quality, fps, videoBitrate, soundBitrate: audioBitrate * tracks, ...size };
}
