import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { CHANNELS, DEFAULT_SETTINGS, type ShellState } from "@ionia/common";
import { App } from "../../src/renderer/App.tsx";
import { chartPaths } from "../../src/renderer/components/BitrateChart.tsx";
import { meterFraction } from "../../src/renderer/components/Meter.tsx";
import { BitrateLog } from "../../src/renderer/state/bitrate_log.ts";
import { ENTRY, FakeApi } from "./fake_api.ts";

const DEVICES: ShellState["devices"] = {
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

let api: FakeApi;

beforeEach(async () => {
  api = new FakeApi({ devices: DEVICES, history: [ENTRY] });
  render(<App />);
  await screen.findByText("Engine ready");
});

const patches = (): unknown[] => api.argsOf(CHANNELS.updateSettings).map(([patch]) => patch);

describe("a recording that was cut off", () => {
  it("offers its repair, shows how far that is, and can end it", async () => {
    await api.send({ type: "history", history: [{ ...ENTRY, recovered: true, durationSeconds: 0 }] });
    const repair = screen.getByRole("button", { name: /^Repair recording of/ });
    await userEvent.click(repair);
    expect(api.argsOf(CHANNELS.repairRecording)).toEqual([["r1"]]);
    await api.send({ type: "jobs", jobs: [{ kind: "repair", recordingId: "r1", fraction: 0.426 }] });
    expect(repair).toHaveProperty("disabled", true);
    expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("42");
    await userEvent.click(screen.getByRole("button", { name: /^Stop repairing/ }));
    expect(api.argsOf(CHANNELS.cancelJob)).toEqual([["r1"]]);
    await api.send({ type: "jobs", jobs: [] });
    expect(screen.queryByRole("progressbar")).toBeNull();
    await api.send({ type: "history", history: [ENTRY] });
    expect(screen.queryByRole("button", { name: /^Repair/ })).toBeNull();
  });
});

describe("choosing", () => {
  it("whether recordings show this window, also while something runs, told where that works", async () => {
    await api.send({ type: "recording", change: { phase: "recording" } });
    const leaveOut = screen.getByRole("switch", { name: "Leave this window out of recordings", hidden: true });
    expect(leaveOut.getAttribute("aria-checked")).toBe("true");
    expect(document.getElementById(leaveOut.getAttribute("aria-describedby") ?? "")?.textContent).toMatch(
      /^On Windows only\./,
    );
    await userEvent.click(leaveOut);
    expect(patches()).toEqual([{ leaveOutWindow: false }]);
  });

  it("a screen, a device, a preset", async () => {
    await userEvent.click(screen.getByRole("radio", { name: /Right/ }));
    await userEvent.click(screen.getByRole("radio", { name: /Left/ }));
    await userEvent.click(screen.getByRole("radio", { name: /Smooth/ }));
    await userEvent.selectOptions(screen.getByLabelText("Desktop sound device"), "Speakers");
    await userEvent.click(screen.getByRole("switch", { name: "Record microphone" }));
    expect(patches()).toEqual([
      { screen: "b" },
      { screen: null },
      { preset: "smooth" },
      { desktopAudio: "out" },
      { micEnabled: false },
    ]);
    expect(screen.queryByLabelText("Microphone device")).toBeNull();
  });

  it("own numbers, in range only", async () => {
    const field = screen.getByLabelText("Frames per second");
    fireEvent.change(field, { target: { value: "500" } });
    fireEvent.blur(field);
    expect(field).toHaveProperty("value", "30");
    fireEvent.change(field, { target: { value: "24" } });
    fireEvent.blur(field);
    expect(patches()).toEqual([
      { preset: "custom", custom: { fps: 24, videoBitrate: 5_000_000, audioBitrate: 192_000 } },
    ]);
  });

  it("takes back what the main process refuses, and says so", async () => {
    api.answers[CHANNELS.updateSettings] = { success: false, error: "Not now." };
    await userEvent.click(screen.getByRole("radio", { name: /Smooth/ }));
    await screen.findByText("Not now.");
    expect(screen.getByRole("radio", { name: /Balanced/ })).toHaveProperty("checked", true);
    await userEvent.click(screen.getByRole("button", { name: "Dismiss: Not now." }));
    expect(screen.queryByText("Not now.")).toBeNull();
  });

  it("is locked while something runs", async () => {
    await api.send({ type: "recording", change: { phase: "recording" } });
    expect(screen.getByRole("radio", { name: /Right/ })).toHaveProperty("disabled", true);
    expect(screen.getByRole("switch", { name: "Record microphone" })).toHaveProperty("disabled", true);
  });

  it("keeps a device that is not connected visible", async () => {
    await api.send({ type: "settings", settings: { ...DEFAULT_SETTINGS, microphone: "gone" } });
    expect(within(screen.getByLabelText("Microphone device")).getByText("Not connected")).toBeTruthy();
  });
});

describe("the stream key", () => {
  it("is sent once, and only its mask is shown", async () => {
    const field = screen.getByLabelText("Stream key");
    expect(field).toHaveProperty("type", "password");
    await userEvent.type(field, "secret-key-12345");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(api.argsOf(CHANNELS.saveStreamKey)).toEqual([["twitch", "secret-key-12345"]]);
    expect(field).toHaveProperty("value", "");
    await api.send({ type: "savedKeys", savedKeys: { twitch: "••••••••45" }, keysEncrypted: true });
    expect(document.body.textContent).toContain("••••••••45");
    expect(document.documentElement.innerHTML).not.toContain("secret-key");
    await userEvent.click(screen.getByRole("button", { name: "Forget this stream key" }));
    expect(api.argsOf(CHANNELS.forgetStreamKey)).toEqual([["twitch"]]);
  });
});

describe("a server of one's own", () => {
  beforeEach(() => api.send({ type: "settings", settings: { ...DEFAULT_SETTINGS, service: "custom" } }));

  it("is told when it is an address; a key in the wrong field goes nowhere", async () => {
    const field = screen.getByLabelText("Server address");
    await userEvent.type(field, "secret-key-12345");
    await userEvent.tab();
    expect(screen.getByText(/must begin with rtmp/)).toBeTruthy();
    expect(patches()).toEqual([]);
    await userEvent.clear(field);
    await userEvent.type(field, "rtmps://host/app/key");
    await userEvent.tab();
    expect(patches()).toEqual([{ customServer: "rtmps://host/app/key" }]);
  });

  it("may have certificates of its own, and a key that is tried again", async () => {
    await userEvent.type(screen.getByLabelText(/Certificates to trust/), "/ca.pem");
    await userEvent.tab();
    await userEvent.click(screen.getByRole("switch", { name: /Keep trying/ }));
    expect(patches()).toEqual([{ caFile: "/ca.pem" }, { retryRejected: true }]);
  });
});

describe("recordings", () => {
  it("play in place of the viewfinder, are shown in their folder, leave the list", async () => {
    await userEvent.click(screen.getByRole("button", { name: /Play recording/ }));
    expect(document.querySelector("video")?.getAttribute("src")).toBe("media:r1");
    await userEvent.click(screen.getByRole("button", { name: "Show in folder" }));
    expect(api.argsOf(CHANNELS.showInFolder)).toEqual([["r1"]]);
    fireEvent.error(document.querySelector("video") as HTMLVideoElement);
    expect(screen.getByRole("alert").textContent).toContain("can't be played");
    await userEvent.click(screen.getByRole("button", { name: "Close player" }));
    expect(document.querySelector("video")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: /off the list/ }));
    expect(api.argsOf(CHANNELS.removeFromHistory)).toEqual([["r1"]]);
  });

  it("play by themselves once finished, and make room for the next", async () => {
    await api.send(
      { type: "recording", change: { phase: "recording", outputPath: "/r1.mp4" } },
      { type: "recording", change: { phase: "stopping" } },
    );
    await api.send({ type: "recording", change: { phase: "idle" } });
    await waitFor(() => expect(document.querySelector("video")).not.toBeNull());
    await api.send({ type: "recording", change: { phase: "starting" } });
    expect(document.querySelector("video")).toBeNull();
  });
});

describe("what is going on", () => {
  it("time, outage and failure are told in words", async () => {
    await api.send({ type: "recording", change: { phase: "recording", stats: { durationSeconds: 3723 } as never } });
    expect(screen.getByRole("timer").textContent).toBe("1:02:03");
    expect(screen.getByRole("timer").getAttribute("aria-label")).toContain("1 hour 2 minutes 3 seconds");
    await api.send({
      type: "stream",
      change: { phase: "reconnecting", attempt: 2, delayMs: 1500, reason: "The server is gone." },
    });
    expect(screen.getByText(/Try 2. Next try in 2 s. The recording goes on./)).toBeTruthy();
    await api.send({ type: "engine", engine: { phase: "restarting", message: "", version: "" } });
    expect(screen.getByText("Engine restarting")).toBeTruthy();
  });

  it("meters paint levels without rendering", async () => {
    await api.send({ type: "levels", levels: { desktop: { peakDb: -6, rmsDb: -12 }, mic: null } });
    const meter = screen.getByRole("meter", { name: "Desktop sound level" });
    expect(meter.getAttribute("aria-valuenow")).toBe("-12");
    expect((meter.firstElementChild as HTMLElement).style.transform).toBe("translateX(-20.0%)");
    expect(screen.getByRole("meter", { name: "Microphone level" }).getAttribute("aria-valuetext")).toBe("no signal");
    await api.send({ type: "levels", levels: { desktop: null, mic: null } });
    expect(
      [meter.firstElementChild, meter.lastElementChild].map((part) => (part as HTMLElement).style.transform),
    ).toEqual(["translateX(-100.0%)", "translateX(-100.0%)"]);
    // A second of silence after a peak, at the engine's 20 in a second: its mark falls a quarter of the scale.
    const at = (peakDb: number) =>
      ({ type: "levels", levels: { desktop: { peakDb, rmsDb: -60 }, mic: null } }) as const;
    await api.send(at(0), ...Array.from({ length: 20 }, () => at(-60)));
    expect((meter.lastElementChild as HTMLElement).style.transform).toBe("translateX(-25.0%)");
    expect([meterFraction(-90), meterFraction(-30), meterFraction(3)]).toEqual([0, 0.5, 1]);
  });

  it("statistics open, and count lost frames by cause", async () => {
    await userEvent.click(screen.getByRole("button", { name: "Show statistics" }));
    await api.send({
      type: "recording",
      change: {
        phase: "recording",
        stats: { durationSeconds: 9, videoFramesLagged: 3, videoFramesSkipped: 4 } as never,
      },
    });
    expect(screen.getByText("7")).toBeTruthy();
    expect(screen.getByText("3 late, 4 skipped")).toBeTruthy();
  });

  it("the theme goes round", async () => {
    await userEvent.click(screen.getByRole("button", { name: "Theme: like the system" }));
    expect(document.documentElement.dataset["theme"]).toBe("light");
    await userEvent.click(screen.getByRole("button", { name: "Theme: light" }));
    expect(document.documentElement.dataset["theme"]).toBe("dark");
  });
});

describe("the bitrate of the last minute", () => {
  const stats = (seconds: number, bytes: number) =>
    ({ durationSeconds: seconds, totalBytes: bytes, videoFramesCaptured: seconds * 30 }) as never;

  it("is one point a second, sixty at most, from figures that come more often", () => {
    const log = new BitrateLog();
    for (let quarter = 1; quarter <= 4 * 70; quarter += 1) log.recorded(stats(quarter / 4, quarter * 125_000));
    expect(log.points).toHaveLength(60);
    expect(log.latest).toMatchObject({ second: 70, kbps: 4000, fps: 30 });
    log.recorded(null);
    expect(log.points).toEqual([]);
    log.streamed({ durationSeconds: 1, videoFrames: 30, sendBitrateKbps: 777 } as never);
    expect(log.latest?.kbps).toBe(777);
    log.streamed({ durationSeconds: 0.2, videoFrames: 3 } as never);
    expect(log.points).toEqual([]);
  });

  it("is drawn with the newest at the right", () => {
    expect(chartPaths([])).toEqual({ line: "", area: "" });
    const { line } = chartPaths([
      { second: 1, kbps: 0, fps: 30 },
      { second: 2, kbps: 100, fps: 30 },
    ]);
    expect(line).toBe("M235.9 42.0L240.0 4.0");
  });
});
