/** The window over an API in memory: what is open now, for a test file that calls `eachOpensTheWindow`. */
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach } from "vitest";
import { CHANNELS, type ShellState } from "@ionia/common";
import { App } from "../../src/renderer/App.tsx";
import { ENTRY, FakeApi } from "./fake_api.ts";

export const DEVICES: NonNullable<ShellState["devices"]> = {
  screens: [
    { id: "a", name: "Left", width: 1920, height: 1080, x: 0, y: 0, primary: true, backend: "x" },
    { id: "b", name: "Right", width: 1280, height: 1024, x: 1920, y: 0, primary: false, backend: "x" },
  ],
  windows: [],
  desktopAudio: [{ id: "out", name: "Speakers", default: true }],
  applications: [],
  microphones: [],
  encoders: [],
};

export let api: FakeApi;

/** A window of two screens and one recording for each test of the file. */
export function eachOpensTheWindow(): void {
  beforeEach(async () => {
    api = new FakeApi({ devices: DEVICES, history: [ENTRY] });
    render(<App />);
    await screen.findByText("Engine ready");
  });
}

export const beside = (tab: string): Promise<void> => userEvent.click(screen.getByRole("tab", { name: tab }));
export const patches = (): unknown[] => api.argsOf(CHANNELS.updateSettings).map(([patch]) => patch);
