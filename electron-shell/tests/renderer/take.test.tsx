/** Pausing, marking and splitting a recording at the window: buttons, keys, words, and the limits of its files. */
import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { CHANNELS, DEFAULT_SETTINGS, IDLE_RECORDING, type Channel } from "@ionia/common";
import { App } from "../../src/renderer/App.tsx";
import { inWords } from "../../src/renderer/panels/FilesPanel.tsx";
import { SHORTCUTS } from "../../src/renderer/state/shortcuts.ts";
import { FakeApi } from "./fake_api.ts";

const TAKE: readonly Channel[] = [CHANNELS.togglePause, CHANNELS.mark, CHANNELS.split];
let api: FakeApi;

beforeEach(async () => {
  api = new FakeApi({ settings: { ...DEFAULT_SETTINGS, service: "custom" } });
  render(<App />);
  await screen.findByText("Engine ready");
});

const beside = (tab: string): Promise<void> => userEvent.click(screen.getByRole("tab", { name: tab }));
const asked = (): string[] => api.asked.map(({ channel }) => channel).filter((one) => TAKE.includes(one));
const record = (): Promise<void> => api.send({ type: "recording", change: { phase: "recording" } });

describe("a running recording", () => {
  it("is paused, marked and split by buttons, which are there before and can't be pressed", async () => {
    const buttons = ["Pause", "Mark this moment", "Go on in a new file"];
    for (const name of buttons) expect(screen.getByRole("button", { name })).toHaveProperty("disabled", true);
    await record();
    for (const name of buttons) await userEvent.click(screen.getByRole("button", { name }));
    expect(asked()).toEqual(TAKE);
    expect(screen.getByRole("button", { name: "Pause" }).getAttribute("aria-keyshortcuts")).toBe("Space");
  });

  it("says that it is paused, with the time that was recorded, and what was marked in which file", async () => {
    await record();
    const line = screen.getByRole("status", { name: "Take" });
    expect(line.textContent).toBe("");
    const stats = { durationSeconds: 65, pausedSeconds: 3600 } as never;
    await api.send({ type: "recording", change: { phase: "paused", marks: 1, part: 2, stats } });
    expect(line.textContent).toBe("1 mark  ·  file 2");
    expect(screen.getByRole("timer").textContent).toBe("01:05");
    expect(screen.getByRole("status", { name: "Recording state" }).textContent).toBe("Paused");
    await userEvent.click(screen.getByRole("button", { name: "Resume" }));
    await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    expect(asked()).toEqual([CHANNELS.togglePause]);
    expect(api.argsOf(CHANNELS.stopRecording)).toHaveLength(1);
  });

  it("that ended by itself says why, and doesn't play in front of that", async () => {
    await api.send({ type: "recording", change: { ...IDLE_RECORDING, phase: "recording", outputPath: "/a.mp4" } });
    await api.send({ type: "recording", change: { phase: "stopping", endReason: "It is 2 h long." } });
    await api.send({ type: "recording", change: { phase: "idle" } });
    expect(screen.getByText(/ended by itself and is saved/).parentElement?.textContent).toContain("It is 2 h long.");
    expect(screen.getByRole("status", { name: "Recording state" }).textContent).toBe("Saved");
    expect(document.querySelector<HTMLVideoElement>("video[src]")).toBeNull();
  });
});

describe("a picture of the screen", () => {
  it("is saved by its button and by P in every state, but not without an engine", async () => {
    const camera = (): HTMLElement => screen.getByRole("button", { name: "Save a picture of the screen" });
    await userEvent.click(camera());
    await userEvent.keyboard("p");
    await record();
    await userEvent.keyboard("p");
    expect(api.argsOf(CHANNELS.saveScreenshot)).toHaveLength(3);
    await api.send({ type: "engine", engine: { phase: "restarting", message: "", version: "" } });
    await userEvent.keyboard("p");
    expect(camera()).toHaveProperty("disabled", true);
    expect(api.argsOf(CHANNELS.saveScreenshot)).toHaveLength(3);
  });
});

describe("keys", () => {
  it("pause, mark and split a running recording, and do nothing without one", async () => {
    await userEvent.keyboard(" ms");
    expect(asked()).toEqual([]);
    await record();
    await userEvent.keyboard(" Ms");
    expect(asked()).toEqual(TAKE);
    await api.send({ type: "recording", change: { phase: "paused" } });
    await userEvent.keyboard(" {Control>}s{/Control}{Alt>}m{/Alt}");
    expect(asked()).toEqual([...TAKE, CHANNELS.togglePause]);
  });

  it("begin and end recordings and streams by two keys, and are on every button", async () => {
    await userEvent.keyboard("{Control>}{Enter}l{/Control}{Enter}l");
    expect(api.argsOf(CHANNELS.startRecording)).toHaveLength(1);
    // There is no key yet.
    expect(api.argsOf(CHANNELS.startSavedStream)).toHaveLength(0);
    await api.send(
      { type: "settings", settings: DEFAULT_SETTINGS },
      { type: "savedKeys", savedKeys: { twitch: "••••" }, keysEncrypted: true },
    );
    await userEvent.keyboard("{Control>}l{/Control}");
    expect(api.argsOf(CHANNELS.startSavedStream)).toHaveLength(1);
    await record();
    await api.send({ type: "stream", change: { phase: "live" } });
    await userEvent.keyboard("{Control>}{Enter}l{/Control}");
    expect([CHANNELS.stopRecording, CHANNELS.stopStream].map((one) => api.argsOf(one).length)).toEqual([1, 1]);
    const shown = [...document.querySelectorAll("button[aria-keyshortcuts]")].map((button) => [
      button.getAttribute("aria-keyshortcuts"),
      (button as HTMLElement).title,
    ]);
    expect(shown).toEqual([
      ["P", "Save a picture of the screen (P)"],
      ["Control+Enter", "Stop (Ctrl+Enter)"],
      ["Space", "Pause (Space)"],
      ["M", "Mark this moment (M)"],
      ["S", "Go on in a new file (S)"],
      ["Control+L", "End stream (Ctrl+L)"],
    ]);
    await beside("Settings");
    const list = screen.getByRole("region", { name: "Shortcuts" });
    for (const { keys, does } of SHORTCUTS) expect(list.textContent).toContain(`${does}${keys}`);
  });

  it("are text where text is typed", async () => {
    await record();
    await beside("Live");
    await userEvent.type(screen.getByLabelText("Server address"), "rtmp://m s");
    await userEvent.type(screen.getByLabelText("Stream key"), "s m{Control>}l{/Control}");
    expect(asked()).toEqual([]);
    expect(api.argsOf(CHANNELS.startSavedStream)).toEqual([]);
  });

  it("never stop the recording by the button that began it, unless that was reached by the keyboard", async () => {
    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    await record();
    await userEvent.keyboard("m ");
    expect(asked()).toEqual([CHANNELS.mark, CHANNELS.togglePause]);
    expect(api.argsOf(CHANNELS.stopRecording)).toEqual([]);
    await userEvent.tab();
    await userEvent.tab({ shift: true });
    await userEvent.keyboard(" ");
    expect(api.argsOf(CHANNELS.stopRecording)).toHaveLength(1);
  });

  it("can be switched off", async () => {
    await record();
    await beside("Settings");
    await userEvent.click(screen.getByRole("switch", { name: "Shortcuts in this window" }));
    expect(api.argsOf(CHANNELS.updateSettings)).toEqual([[{ takeKeys: false }]]);
    await userEvent.keyboard("m");
    expect(asked()).toEqual([]);
  });
});

describe("files", () => {
  it("may end and go on by time and size; empty is never, and nonsense goes back", async () => {
    await beside("Settings");
    const set = (label: RegExp, value: string): void => {
      const field = screen.getByLabelText(label);
      fireEvent.change(field, { target: { value } });
      fireEvent.blur(field);
    };
    set(/Split after.*Minutes/, "30");
    set(/Stop after.*GB/, "4.5");
    set(/Stop after.*Minutes/, "0.01");
    set(/Split after.*Minutes/, "");
    expect(api.argsOf(CHANNELS.updateSettings)).toEqual([
      [{ splitSeconds: 1800 }],
      [{ maxBytes: 4.5e9 }],
      [{ splitSeconds: null }],
    ]);
    expect(screen.getByLabelText(/Stop after.*Minutes/)).toHaveProperty("value", "");
    await record();
    expect(screen.getByLabelText(/Stop after.*GB/).matches(":disabled")).toBe(true);
  });

  it("are for a web page where that is wanted", async () => {
    await beside("Settings");
    await userEvent.click(screen.getByText("One file, until you stop"));
    await userEvent.click(screen.getByRole("switch", { name: /Play while it loads/ }));
    expect(api.argsOf(CHANNELS.updateSettings)).toEqual([[{ fastStart: true }]]);
  });

  it("are told in one line", () => {
    expect(inWords(DEFAULT_SETTINGS)).toBe("One file, until you stop");
    const limits = { splitSeconds: 1800, splitBytes: 4e9, maxDurationSeconds: 7200, maxBytes: null };
    expect(inWords({ ...DEFAULT_SETTINGS, ...limits })).toBe("A new file every 30 min or 4.0 GB, stops after 2 h");
  });
});

describe("the instant replay", () => {
  const on = { ...DEFAULT_SETTINGS, replaySeconds: 30 };
  beforeEach(() => beside("Settings"));
  const save = () => screen.queryByRole("button", { name: "Save last 30 s" });

  it("is switched on and has its length", async () => {
    expect(save()).toBeNull();
    await userEvent.click(screen.getByRole("switch", { name: "Instant replay" }));
    await userEvent.selectOptions(screen.getByLabelText("Seconds held"), "The last 2 min");
    expect(api.argsOf(CHANNELS.updateSettings)).toEqual([[{ replaySeconds: 30 }], [{ replaySeconds: 120 }]]);
  });

  it("is saved by its button and by R once it holds something, whether anything is recorded or not", async () => {
    await api.send({ type: "settings", settings: on });
    await userEvent.keyboard("r");
    expect(save()).toHaveProperty("disabled", true);
    await api.send({ type: "replay", change: { phase: "ready", secondsHeld: 4 } });
    await userEvent.click(save() as HTMLElement);
    await userEvent.keyboard("r");
    expect(api.argsOf(CHANNELS.saveReplay)).toHaveLength(2);
    await api.send({ type: "replay", change: { saving: true } });
    await userEvent.keyboard("r");
    expect(api.argsOf(CHANNELS.saveReplay)).toHaveLength(2);
  });

  it("is what a recording begins with where that is wanted, never more than is held", async () => {
    expect(screen.queryByLabelText("A recording begins")).toBeNull();
    await api.send({ type: "settings", settings: { ...on, prerollSeconds: 60 } });
    const begins = screen.getByLabelText<HTMLSelectElement>("A recording begins");
    expect(begins.selectedOptions[0]?.textContent).toBe("30 s before you press it");
    await userEvent.selectOptions(begins, "10 s before you press it");
    await userEvent.selectOptions(begins, "When you press Record");
    expect(api.argsOf(CHANNELS.updateSettings)).toEqual([[{ prerollSeconds: 10 }], [{ prerollSeconds: null }]]);
    await record();
    expect(begins.disabled).toBe(true);
  });

  it("that failed says so, and is begun anew or saved for what it held", async () => {
    const problem = { kind: "capture_unavailable", message: "The screen is gone.", hint: "" };
    await api.send({ type: "settings", settings: on });
    await api.send({ type: "replay", change: { phase: "failed", problem } });
    expect(screen.getByText("The screen is gone.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Replay failed, try again" }));
    await api.send({ type: "replay", change: { secondsHeld: 12 } });
    await userEvent.click(screen.getByRole("button", { name: "Replay ended: save the 12 s before" }));
    expect(screen.getByText(/The 12 s before can be saved/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Hold again" }));
    expect(api.argsOf(CHANNELS.retryReplay)).toHaveLength(2);
    expect(api.argsOf(CHANNELS.saveReplay)).toHaveLength(1);
  });
});
