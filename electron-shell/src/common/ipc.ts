/** The channels between window and main process, and what `window.electronAPI` offers. The first five keep their shape. */
import type { DestinationPatch } from "./destination_setting.ts";
import type { Settings } from "./settings.ts";
import type { ShellEvent, ShellState } from "./shell_state.ts";
import type { Strip } from "./strip.ts";

export const CHANNELS = {
  openFile: "dialog:openFile",
  startRecording: "recording:start",
  stopRecording: "recording:stop",
  togglePause: "recording:togglePause",
  mark: "recording:mark",
  split: "recording:split",
  saveReplay: "replay:save",
  retryReplay: "replay:retry",
  saveScreenshot: "screen:save",
  startStream: "stream:start",
  stopStream: "stream:stop",
  getState: "shell:getState",
  refreshDevices: "devices:refresh",
  thumbnail: "devices:thumbnail",
  updateSettings: "settings:update",
  saveStreamKey: "streamKey:save",
  forgetStreamKey: "streamKey:forget",
  startSavedStream: "stream:startSaved",
  testNetwork: "stream:testNetwork",
  cancelNetworkTest: "stream:cancelNetworkTest",
  addDestination: "destination:add",
  changeDestination: "destination:change",
  removeDestination: "destination:remove",
  showInFolder: "history:showInFolder",
  strip: "history:strip",
  removeFromHistory: "history:remove",
  repairRecording: "history:repair",
  clipRecording: "history:clip",
  cancelJob: "history:cancelJob",
  dismissNotice: "notice:dismiss",
} as const;

/** Pushed by the main process; everything else is asked for. */
export const EVENT_CHANNEL = "shell:event";

/** Asks for a port by which live pictures come; each is asked for by a message the other way. */
export const PREVIEW_CHANNEL = "preview:port";

export type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];

export interface OpenFileResult {
  readonly canceled: boolean;
  readonly filePaths: string[];
}

export interface RecordingResult {
  readonly success: boolean;
  readonly outputPath?: string;
  /** All files in their order, where the recording went on in another one. */
  readonly outputPaths?: readonly string[];
  readonly error?: string;
}

export interface StreamResult {
  readonly success: boolean;
  readonly rtmpUrl?: string;
  readonly error?: string;
}

/** Which part of a recording is to be a file of its own. */
export interface Clip {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** keyframe: copied, from the keyframe before on; exact: from that very picture. */
  readonly mode: "keyframe" | "exact";
}

/** A live picture of the screen that the settings name. */
export interface ScreenPicture {
  readonly width: number;
  readonly height: number;
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

/** There is none now, and the one before is of the past. */
export interface NoPicture {
  /** A line for people; empty while nothing is known to be wrong. */
  readonly why: string;
}

/** How large pictures are shown, in pixels of the display. */
export interface ViewSize {
  readonly width: number;
  readonly height: number;
}

export type ScreenView = ScreenPicture | NoPicture;

/** Who looks at live pictures. */
export interface Watching {
  /** Pictures fit this size from now on; the one that is shown comes anew, also of a screen that stands still. */
  fit(size: ViewSize): void;
  end(): void;
}

export const isPicture = (view: ScreenView): view is ScreenPicture => "jpeg" in view;

/** A small picture of a screen or window as it is now. */
export interface ThumbnailResult {
  readonly success: boolean;
  /** A `data:` address, where it succeeded. */
  readonly picture?: string;
  readonly error?: string;
}

/** The pictures along a recording. */
export interface StripResult {
  readonly success: boolean;
  readonly strip?: Strip;
  readonly error?: string;
}

export interface CommandResult {
  readonly success: boolean;
  readonly error?: string;
}

/** What an existing application has: components must work with this much. */
export interface BasicElectronAPI {
  openFileDialog(): Promise<OpenFileResult>;
  startRecording(): Promise<RecordingResult>;
  stopRecording(): Promise<RecordingResult>;
  startStream(rtmpUrl: string): Promise<StreamResult>;
  stopStream(): Promise<StreamResult>;
}

export interface ElectronAPI extends BasicElectronAPI {
  getState(): Promise<ShellState>;
  /** Calls the listener for every event from now on; returns how to end that. */
  onEvent(listener: (event: ShellEvent) => void): () => void;
  /**
   * Live pictures, until it is ended: the next one comes when the promise for this one is settled. One at a time. That
   * there is none comes at any time, also before that promise is settled.
   */
  onPicture(show: (view: ScreenView) => Promise<void>): Watching;
  refreshDevices(): Promise<CommandResult>;
  /** Of an id of `devices`, or of the primary screen for null. */
  thumbnail(screen: string | null, maxWidth: number): Promise<ThumbnailResult>;
  updateSettings(patch: Partial<Settings>): Promise<CommandResult>;
  /** The key goes one way: no call gives it back. `slot`: a service, or `keySlot` of a destination. */
  saveStreamKey(slot: string, key: string): Promise<CommandResult>;
  forgetStreamKey(slot: string): Promise<CommandResult>;
  /** One more place to stream to. Added while live it is switched off: nobody goes on air by filling in a form. */
  addDestination(): Promise<CommandResult>;
  /** While live, too: what is switched on is gone to, what is switched off left, a new address taken at once. */
  changeDestination(id: string, patch: DestinationPatch): Promise<CommandResult>;
  /** With its key. The first one stays. */
  removeDestination(id: string): Promise<CommandResult>;
  /** Go live to the destinations of the settings with their saved keys. */
  startSavedStream(): Promise<StreamResult>;
  /**
   * Try for some seconds how much the way to a destination carries; the state says how that goes. Fails where a stream
   * runs, another test, or where the destination is not complete.
   */
  testNetwork(destination: string): Promise<CommandResult>;
  cancelNetworkTest(): Promise<CommandResult>;
  /** Pause the recording, or go on. */
  togglePause(): Promise<CommandResult>;
  /** Mark this moment of the recording. */
  mark(): Promise<CommandResult>;
  /** Go on in another file; the one before is then in the list. */
  split(): Promise<CommandResult>;
  /** Make a file of what the instant replay holds, which is then in the list. */
  saveReplay(): Promise<CommandResult>;
  /** Begin an instant replay that failed anew; what it held is then gone. Its state says how that went. */
  retryReplay(): Promise<CommandResult>;
  /** Save a picture of the screen that the settings name, beside the recordings. */
  saveScreenshot(): Promise<CommandResult>;
  showInFolder(recordingId: string): Promise<CommandResult>;
  /** Made when it is asked for the first time. Fails also when another one is asked for meanwhile. */
  strip(recordingId: string): Promise<StripResult>;
  removeFromHistory(recordingId: string): Promise<CommandResult>;
  /** Make one that was cut off an ordinary file; it plays meanwhile. */
  repairRecording(recordingId: string): Promise<CommandResult>;
  /** Make a part of one a file of its own, which is then in the list. Succeeds also when it was cancelled. */
  clipRecording(recordingId: string, clip: Clip): Promise<CommandResult>;
  /** End the work on a recording; it is what it was. */
  cancelJob(recordingId: string): Promise<CommandResult>;
  dismissNotice(id: number): Promise<CommandResult>;
}

export type Invoke = (channel: Channel, ...args: unknown[]) => Promise<unknown>;
export type Listen = (listener: (event: ShellEvent) => void) => () => void;

export type LookOn = ElectronAPI["onPicture"];

const NO_PICTURES: LookOn = () => ({ fit: () => undefined, end: () => undefined });

/** The API over any transport: Electron's IPC in the preload script, a WebSocket in the tests. */
export function createElectronAPI(invoke: Invoke, listen: Listen, lookOn: LookOn = NO_PICTURES): ElectronAPI {
  const call = <T>(channel: Channel, ...args: unknown[]): Promise<T> => invoke(channel, ...args) as Promise<T>;
  return {
    openFileDialog: () => call(CHANNELS.openFile),
    startRecording: () => call(CHANNELS.startRecording),
    stopRecording: () => call(CHANNELS.stopRecording),
    startStream: (rtmpUrl) => call(CHANNELS.startStream, rtmpUrl),
    stopStream: () => call(CHANNELS.stopStream),
    getState: () => call(CHANNELS.getState),
    onEvent: (listener) => listen(listener),
    onPicture: (show) => lookOn(show),
    refreshDevices: () => call(CHANNELS.refreshDevices),
    thumbnail: (screen, maxWidth) => call(CHANNELS.thumbnail, screen, maxWidth),
    updateSettings: (patch) => call(CHANNELS.updateSettings, patch),
    saveStreamKey: (slot, key) => call(CHANNELS.saveStreamKey, slot, key),
    forgetStreamKey: (slot) => call(CHANNELS.forgetStreamKey, slot),
    addDestination: () => call(CHANNELS.addDestination),
    changeDestination: (id, patch) => call(CHANNELS.changeDestination, id, patch),
    removeDestination: (id) => call(CHANNELS.removeDestination, id),
    startSavedStream: () => call(CHANNELS.startSavedStream),
    testNetwork: (destination) => call(CHANNELS.testNetwork, destination),
    cancelNetworkTest: () => call(CHANNELS.cancelNetworkTest),
    togglePause: () => call(CHANNELS.togglePause),
    mark: () => call(CHANNELS.mark),
    split: () => call(CHANNELS.split),
    saveReplay: () => call(CHANNELS.saveReplay),
    retryReplay: () => call(CHANNELS.retryReplay),
    saveScreenshot: () => call(CHANNELS.saveScreenshot),
    showInFolder: (recordingId) => call(CHANNELS.showInFolder, recordingId),
    strip: (recordingId) => call(CHANNELS.strip, recordingId),
    removeFromHistory: (recordingId) => call(CHANNELS.removeFromHistory, recordingId),
    repairRecording: (recordingId) => call(CHANNELS.repairRecording, recordingId),
    clipRecording: (recordingId, clip) => call(CHANNELS.clipRecording, recordingId, clip),
    cancelJob: (recordingId) => call(CHANNELS.cancelJob, recordingId),
    dismissNotice: (id) => call(CHANNELS.dismissNotice, id),
  };
}
