/** What the window may ask for, by channel. No Electron here; every argument is checked before anything happens. */
import {
  CHANNELS,
  InvalidSettings,
  SERVICES,
  isDestinationPatch,
  keySlot,
  toProblem,
  type Channel,
  type Clip,
  type CommandResult,
  type DestinationPatch,
  type OpenFileResult,
  type StripResult,
  type ThumbnailResult,
} from "@ionia/common";
import { told } from "./recording_control.ts";
import type { Studio } from "./studio.ts";

export interface Desktop {
  openFile(): Promise<OpenFileResult>;
  showInFolder(path: string): void;
}

export type Handler = (...args: unknown[]) => Promise<unknown>;
export type Handlers = Readonly<Record<Channel, Handler>>;

class BadArgument extends Error {}

const MOST_TEXT = 8192;

function text(value: unknown, name: string): string {
  if (typeof value !== "string" || value.length > MOST_TEXT) throw new BadArgument(`${name} must be a text`);
  return value;
}

function destinationPatch(value: unknown): DestinationPatch {
  if (!isDestinationPatch(value)) throw new BadArgument("This is no destination.");
  return value;
}

function streamKey(value: unknown): string {
  const key = text(value, "the stream key").trim();
  if (key === "") throw new BadArgument("Enter the stream key.");
  // A key is pasted; line breaks or spaces within it are leftovers that no service accepts.
  if (/[\s\u0000-\u001f\u007f]/.test(key)) throw new BadArgument("The stream key contains spaces. Copy it again.");
  return key;
}

function pictureWidth(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 16 || (value as number) > 1920)
    throw new BadArgument("a picture is 16 to 1920 wide");
  return value as number;
}

function clip(value: unknown): Clip {
  const { startSeconds, endSeconds, mode } = (value ?? {}) as Partial<Record<keyof Clip, unknown>>;
  const fits = (one: unknown): one is number => typeof one === "number" && Number.isFinite(one) && one >= 0;
  if (!fits(startSeconds) || !fits(endSeconds) || endSeconds <= startSeconds)
    throw new BadArgument("A clip must end after it begins.");
  if (mode !== "keyframe" && mode !== "exact") throw new BadArgument("unknown way to cut");
  return { startSeconds, endSeconds, mode };
}

export function createHandlers(studio: Studio, desktop: Desktop): Handlers {
  const command = async (action: () => unknown): Promise<CommandResult> => {
    await action();
    return { success: true };
  };
  const recordingPath = (id: unknown): string => {
    const found = studio.recordings.history.pathOf(text(id, "the recording"));
    if (found === undefined) throw new BadArgument("This recording is not in the list any more.");
    return found;
  };
  const slot = (value: unknown): string => {
    const more = studio.state.settings.moreDestinations.map(keySlot);
    if (![...SERVICES.map(({ id }) => id as string), ...more].includes(value as string))
      throw new BadArgument("unknown service");
    return value as string;
  };
  const handlers: Handlers = {
    [CHANNELS.openFile]: () => desktop.openFile(),
    [CHANNELS.startRecording]: () => studio.startRecording(),
    [CHANNELS.stopRecording]: () => studio.stopRecording(),
    [CHANNELS.togglePause]: () => command(() => studio.togglePause()),
    [CHANNELS.mark]: () => command(() => studio.mark()),
    [CHANNELS.split]: () => command(() => studio.split()),
    [CHANNELS.saveReplay]: () => command(() => studio.saveReplay()),
    [CHANNELS.retryReplay]: () => command(() => studio.retryReplay()),
    [CHANNELS.saveScreenshot]: () => command(() => studio.saveScreenshot()),
    [CHANNELS.startStream]: async (rtmpUrl) => studio.startStream(text(rtmpUrl, "rtmpUrl")),
    [CHANNELS.stopStream]: () => studio.stopStream(),
    [CHANNELS.getState]: () => Promise.resolve(studio.state),
    [CHANNELS.refreshDevices]: () => command(() => studio.refreshDevices()),
    [CHANNELS.thumbnail]: async (screen, maxWidth): Promise<ThumbnailResult> => {
      const shown = screen === null ? null : text(screen, "the screen");
      return { success: true, picture: await studio.thumbnail(shown, pictureWidth(maxWidth)) };
    },
    [CHANNELS.updateSettings]: (patch) => command(() => studio.updateSettings(patch)),
    [CHANNELS.saveStreamKey]: (id, key) => command(() => studio.destinations.saveKey(slot(id), streamKey(key))),
    [CHANNELS.forgetStreamKey]: (id) => command(() => studio.destinations.forgetKey(slot(id))),
    [CHANNELS.addDestination]: () => command(() => studio.destinations.add()),
    [CHANNELS.changeDestination]: (id, patch) =>
      command(() => studio.destinations.change(text(id, "the destination"), destinationPatch(patch))),
    [CHANNELS.removeDestination]: (id) => command(() => studio.destinations.remove(text(id, "the destination"))),
    [CHANNELS.startSavedStream]: () => studio.startSavedStream(),
    [CHANNELS.testNetwork]: (id) => command(() => studio.destinations.testNetwork(text(id, "the destination"))),
    [CHANNELS.cancelNetworkTest]: () => command(() => studio.destinations.cancelNetworkTest()),
    [CHANNELS.showInFolder]: (id) => command(() => desktop.showInFolder(recordingPath(id))),
    [CHANNELS.strip]: async (id): Promise<StripResult> => {
      recordingPath(id);
      return { success: true, strip: await studio.recordings.strip(id as string) };
    },
    [CHANNELS.removeFromHistory]: (id) => command(() => studio.recordings.remove(text(id, "the recording"))),
    [CHANNELS.repairRecording]: (id) =>
      command(async () => {
        recordingPath(id);
        await studio.recordings.repair(id as string);
      }),
    [CHANNELS.clipRecording]: (id, part) =>
      command(async () => {
        recordingPath(id);
        await studio.recordings.clip(id as string, clip(part));
      }),
    [CHANNELS.cancelJob]: (id) => command(() => studio.recordings.cancelJob(text(id, "the recording"))),
    [CHANNELS.dismissNotice]: (id) => command(() => studio.store.dispatch({ type: "noticeDismissed", id: Number(id) })),
  };
  return Object.fromEntries(
    Object.entries(handlers).map(([channel, handler]) => [channel, safely(handler)]),
  ) as Handlers;
}

/** A handler never rejects: an error crosses IPC as a result that the window can show. */
function safely(handler: Handler): Handler {
  return async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      if (error instanceof BadArgument || error instanceof InvalidSettings)
        return { success: false, error: error.message };
      return { success: false, error: told(toProblem(error)) };
    }
  };
}
