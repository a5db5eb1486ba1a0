/** `window.electronAPI` for component tests: a state to begin with, events to send, and what was asked. */
import {
  CHANNELS,
  INITIAL_STATE,
  createElectronAPI,
  reduceShell,
  type BasicElectronAPI,
  type Channel,
  type HistoryEntry,
  type ShellEvent,
  type ShellState,
} from "@ionia/common";
import { act } from "@testing-library/react";

export const READY: ShellState = { ...INITIAL_STATE, engine: { phase: "ready", message: "", version: "1" } };

/** A recording of the list. */
export const ENTRY: HistoryEntry = {
  id: "r1",
  name: "recording_1",
  path: "/r1.mp4",
  createdAt: "2026-03-04T05:06:07.000Z",
  durationSeconds: 61,
  bytes: 5_000_000,
  width: 1920,
  height: 1080,
  fps: 30,
  recovered: false,
  marks: [2, 7.5],
  mediaUrl: "media:r1",
};

export class FakeApi {
  readonly asked: { channel: Channel; args: unknown[] }[] = [];
  answers: Partial<Record<Channel, unknown>> = {};
  #state: ShellState;
  readonly #listeners = new Set<(event: ShellEvent) => void>();

  constructor(state: Partial<ShellState> = {}) {
    this.#state = { ...READY, ...state };
    window.electronAPI = createElectronAPI(
      (channel, ...args) => {
        this.asked.push({ channel, args });
        return Promise.resolve(
          channel === CHANNELS.getState ? this.#state : (this.answers[channel] ?? { success: true }),
        );
      },
      (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    );
  }

  async send(...events: ShellEvent[]): Promise<void> {
    await act(async () => {
      for (const event of events) {
        this.#state = reduceShell(this.#state, event);
        for (const listener of this.#listeners) listener(event);
      }
      await Promise.resolve();
    });
  }

  argsOf(channel: Channel): unknown[][] {
    return this.asked.filter((one) => one.channel === channel).map(({ args }) => args);
  }
}

/** An application that has the five old methods and nothing else. */
export function basicApi(answers: Partial<BasicElectronAPI> = {}): void {
  window.electronAPI = {
    openFileDialog: () => Promise.resolve({ canceled: true, filePaths: [] }),
    startRecording: () => Promise.resolve({ success: true, outputPath: "/a.mp4" }),
    stopRecording: () => Promise.resolve({ success: true, outputPath: "/a.mp4" }),
    startStream: (rtmpUrl) => Promise.resolve({ success: true, rtmpUrl }),
    stopStream: () => Promise.resolve({ success: true }),
    ...answers,
  };
}
