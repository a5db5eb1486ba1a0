import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { CHANNELS, DEFAULT_SETTINGS, DEFAULT_SOUNDS, type SoundSetting } from "@ionia/common";
import { chartPaths } from "../../src/renderer/components/BitrateChart.tsx";
import { meterFraction } from "../../src/renderer/components/Meter.tsx";
import { BitrateLog } from "../../src/renderer/state/bitrate_log.ts";
import { ENTRY } from "./fake_api.ts";
import { DEVICES, api, beside, eachOpensTheWindow, patches } from "./open_window.tsx";

eachOpensTheWindow();

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
    await beside("Settings");
    await api.send({ type: "recording", change: { phase: "recording" } });
    const leaveOut = screen.getByRole("switch", { name: "Leave this window out of recordings", hidden: true });
    expect(leaveOut.getAttribute("aria-checked")).toBe("true");
    expect(document.getElementById(leaveOut.getAttribute("aria-describedby") ?? "")?.textContent).toMatch(
      /^On Windows only\./,
    );
    await userEvent.click(leaveOut);
    expect(patches()).toEqual([{ leaveOutWindow: false }]);
  });

  it("a screen, by its picture as it is now", async () => {
    api.answers[CHANNELS.thumbnail] = { success: true, picture: "data:image/jpeg;base64,AA" };
    await userEvent.click(screen.getByRole("button", { name: /^What to record: ?Left/ }));
    await waitFor(() => expect(document.querySelectorAll("dialog img")).toHaveLength(2));
    expect(api.argsOf(CHANNELS.thumbnail).slice(0, 2)).toEqual([
      ["a", 480],
      ["b", 480],
    ]);
    expect(screen.getByRole("button", { name: /^Left/ }).getAttribute("aria-pressed")).toBe("true");
    await userEvent.click(screen.getByRole("button", { name: /^Right/ }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(patches()).toEqual([{ screen: "b", region: null }]);
  });

  it("an area of it, by keys and by numbers, whole and within the screen", async () => {
    fireEvent.click(screen.getByRole("button", { name: /^What to record: ?Left/ }));
    fireEvent.click(screen.getByText("Choose an area"));
    await waitFor(() => expect(api.argsOf(CHANNELS.thumbnail)).toContainEqual([null, 1920]));
    fireEvent.click(screen.getAllByText("1280 × 720").at(-1) as HTMLElement);
    const frame = screen.getByLabelText("Area, 1280 × 720 at 320, 180");
    fireEvent.keyDown(frame, { key: "ArrowLeft" });
    fireEvent.keyDown(frame, { key: "ArrowDown", shiftKey: true });
    const left = screen.getByLabelText("Left");
    fireEvent.change(left, { target: { value: "9000" } });
    fireEvent.blur(left);
    fireEvent.click(screen.getByText("Record this area"));
    await waitFor(() => expect(patches()).toEqual([{ region: { x: 640, y: 180, width: 1280, height: 736 } }]));
    expect(document.querySelector("dialog")).toBeNull();
  });

  it("a quality, told with what it costs, a size and a rate", async () => {
    await beside("Settings");
    expect(screen.getByRole("radio", { name: /^High.*176 MB to 2.8 GB an hour/ })).toBeTruthy();
    await userEvent.click(screen.getByRole("radio", { name: /^Small/ }));
    await userEvent.selectOptions(screen.getByLabelText("Size"), "720p, 44 % of the pixels");
    await userEvent.selectOptions(screen.getByLabelText("Frames per second"), "60");
    expect(patches()).toEqual([{ quality: "small" }, { height: 720 }, { fps: 60 }]);
  });

  it("a format, told with what it costs and who can't play it", async () => {
    await beside("Settings");
    await api.send({ type: "settings", settings: { ...DEFAULT_SETTINGS, encoder: "mf" } });
    await userEvent.click(screen.getByRole("radio", { name: "AV1" }));
    expect(patches()).toEqual([{ codec: "av1", encoder: "auto" }]);
    expect(screen.getByText(/^Smaller, for about the same work. Plays in Chrome/)).toBeTruthy();
    await api.send({ type: "history", history: [{ ...ENTRY, codec: "av1" }] });
    await userEvent.click(screen.getByRole("tab", { name: /^Recordings/ }));
    await userEvent.click(screen.getByRole("button", { name: /Play recording/ }));
    fireEvent.error(document.querySelector<HTMLVideoElement>("video[src]") as HTMLVideoElement);
    expect(screen.getByRole("alert").textContent).toContain("can't play AV1 on this computer. The file is kept");
    await userEvent.click(screen.getByRole("button", { name: /^Clip recording/ }));
    expect(screen.getByRole("radio", { name: /^Exact ?For H.264 alone/ })).toHaveProperty("disabled", true);
  });

  it("own numbers, in range only", async () => {
    await beside("Settings");
    const field = screen.getByLabelText("Rate, kbit/s");
    fireEvent.change(field, { target: { value: "1" } });
    fireEvent.blur(field);
    expect(field).toHaveProperty("value", "5000");
    fireEvent.change(field, { target: { value: "2400" } });
    fireEvent.blur(field);
    expect(patches()).toEqual([{ videoBitrate: 2_400_000 }]);
  });

  it("takes back what the main process refuses, and says so", async () => {
    await beside("Settings");
    api.answers[CHANNELS.updateSettings] = { success: false, error: "Not now." };
    await userEvent.click(screen.getByRole("radio", { name: /^High/ }));
    await screen.findByText("Not now.");
    expect(screen.getByRole("radio", { name: /^Steady/ })).toHaveProperty("checked", true);
    await userEvent.click(screen.getByRole("button", { name: "Dismiss: Not now." }));
    expect(screen.queryByText("Not now.")).toBeNull();
  });

  it("is locked while something runs, but for the screen", async () => {
    await beside("Settings");
    await api.send({ type: "recording", change: { phase: "recording" } });
    const source = screen.getByRole("button", { name: /^What to record/ });
    expect(source).toHaveProperty("disabled", false);
    await api.send({ type: "stream", change: { phase: "starting" } });
    expect(source).toHaveProperty("disabled", true);
    expect(screen.getByRole("radio", { name: /^High/ })).toHaveProperty("disabled", true);
    expect(screen.getByLabelText("Microphone device")).toHaveProperty("disabled", true);
    expect(screen.getByLabelText("Microphone gain")).toHaveProperty("disabled", false);
  });
});

describe("the mixer", () => {
  const [desktop, mic] = DEFAULT_SOUNDS as [SoundSetting, SoundSetting];

  it("has a strip for each sound: device, fader, mute, filters", async () => {
    await userEvent.selectOptions(screen.getByLabelText("Desktop sound device"), "Speakers");
    fireEvent.change(screen.getByLabelText("Microphone gain"), { target: { value: "-12" } });
    await userEvent.click(screen.getByRole("button", { name: "Mute Desktop sound" }));
    await userEvent.click(screen.getByRole("button", { name: "Filters of Microphone" }));
    await userEvent.click(screen.getByRole("switch", { name: "Limiter of Microphone" }));
    await userEvent.click(screen.getByRole("switch", { name: "Separate tracks" }));
    const out = { ...desktop, device: "out" };
    expect(patches()).toEqual([
      { sounds: [out, mic] },
      { sounds: [out, { ...mic, gainDb: -12 }] },
      {
        sounds: [
          { ...out, muted: true },
          { ...mic, gainDb: -12 },
        ],
      },
      {
        sounds: [
          { ...out, muted: true },
          { ...mic, gainDb: -12, filters: ["limiter"] },
        ],
      },
      { separateTracks: true },
    ]);
  });

  it("takes a sound out whole, and keeps a device that is not connected visible", async () => {
    await userEvent.selectOptions(screen.getByLabelText("Microphone device"), "No microphone");
    expect(patches()).toEqual([{ sounds: [desktop, { ...mic, enabled: false }] }]);
    const sounds = [desktop, { ...mic, device: "gone" }];
    await api.send({ type: "settings", settings: { ...DEFAULT_SETTINGS, sounds } });
    expect(within(screen.getByLabelText("Microphone device")).getByText("Not connected")).toBeTruthy();
  });

  it("adds an application's sound, and removes it", async () => {
    expect(within(screen.getByLabelText("Add an application's sound")).getAllByRole("option").length).toBe(1);
    const applications = [{ id: "ff", name: "Firefox", process: "firefox", pid: 7, playing: true }];
    await api.send({ type: "devices", devices: { ...DEVICES, applications } });
    await userEvent.selectOptions(screen.getByLabelText("Add an application's sound"), "ff");
    const added = { ...desktop, name: "Firefox", kind: "app", device: "ff" } as const;
    expect(patches()).toEqual([{ sounds: [desktop, mic, added] }]);
    await api.send({ type: "settings", settings: { ...DEFAULT_SETTINGS, sounds: [desktop, mic, added] } });
    await userEvent.click(screen.getByRole("button", { name: "Remove Firefox" }));
    expect(patches().at(-1)).toEqual({ sounds: [desktop, mic] });
  });
});

describe("recordings", () => {
  it("play in place of the viewfinder, are shown in their folder, leave the list", async () => {
    await userEvent.click(screen.getByRole("button", { name: /Play recording/ }));
    expect(document.querySelector<HTMLVideoElement>("video[src]")?.getAttribute("src")).toBe("media:r1");
    const video = document.querySelector<HTMLVideoElement>("video[src]") as HTMLVideoElement;
    await userEvent.click(screen.getByRole("button", { name: "Go to mark 2 at 0:07.5" }));
    expect(video.currentTime).toBe(7.5);
    await userEvent.click(screen.getByRole("button", { name: "Show in folder" }));
    expect(api.argsOf(CHANNELS.showInFolder)).toEqual([["r1"]]);
    fireEvent.error(document.querySelector<HTMLVideoElement>("video[src]") as HTMLVideoElement);
    expect(screen.getByRole("alert").textContent).toContain("can't be played");
    await userEvent.click(screen.getByRole("button", { name: "Close player" }));
    expect(document.querySelector<HTMLVideoElement>("video[src]")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: /off the list/ }));
    expect(api.argsOf(CHANNELS.removeFromHistory)).toEqual([["r1"]]);
  });

  it("show what is where under the pointer, which is asked for once and only when it stays", async () => {
    const strip = { url: "strip:r1", columns: 4, rows: 2, seconds: [0, 8, 16, 24, 32, 40] };
    api.answers[CHANNELS.strip] = { success: true, strip };
    const picture = document.querySelector("img")?.parentElement ?? screen.getByText("01:01").parentElement;
    const over = picture as HTMLElement;
    vi.spyOn(over, "getBoundingClientRect").mockReturnValue({ left: 100, width: 100 } as DOMRect);
    fireEvent.pointerEnter(over);
    fireEvent.pointerLeave(over);
    expect(api.argsOf(CHANNELS.strip)).toEqual([]);
    fireEvent.pointerEnter(over);
    await waitFor(() => expect(api.argsOf(CHANNELS.strip)).toEqual([["r1"]]));
    fireEvent.pointerMove(over, { clientX: 190 });
    const shown = await waitFor(() => over.querySelector<HTMLElement>("[data-picture]") as HTMLElement);
    expect(shown.style.backgroundPosition).toBe("33.33333333333333% 100%");
    expect(over.textContent).toContain("00:40");
    fireEvent.pointerLeave(over);
    expect(over.querySelector("[data-picture]")).toBeNull();
    fireEvent.pointerEnter(over);
    expect(over.textContent).toContain("01:01");
    expect(api.argsOf(CHANNELS.strip)).toHaveLength(1);
  });

  it("play by themselves once finished, and make room for the next", async () => {
    await api.send(
      { type: "recording", change: { phase: "recording", outputPath: "/r1.mp4" } },
      { type: "recording", change: { phase: "stopping" } },
    );
    await api.send({ type: "recording", change: { phase: "idle" } });
    await waitFor(() => expect(document.querySelector<HTMLVideoElement>("video[src]")).not.toBeNull());
    await api.send({ type: "recording", change: { phase: "starting" } });
    expect(document.querySelector<HTMLVideoElement>("video[src]")).toBeNull();
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
    const level = { name: "desktop", peakDb: -6, rmsDb: -12, clipped: false, muted: false };
    const send = (...all: Partial<typeof level>[]): Promise<void> =>
      api.send(...all.map((part) => ({ type: "levels", levels: [{ ...level, ...part }] }) as const));
    await send({});
    const meter = screen.getByRole("meter", { name: "Desktop sound level" });
    const at = (part: Element | null): string => (part as HTMLElement).style.transform;
    expect(meter.getAttribute("aria-valuenow")).toBe("-12");
    expect(at(meter.firstElementChild)).toBe("translateX(-20.0%)");
    expect(screen.getByRole("meter", { name: "Microphone level" }).getAttribute("aria-valuetext")).toBe("no signal");
    await api.send({ type: "levels", levels: [] });
    expect([at(meter.firstElementChild), at(meter.lastElementChild)]).toEqual(Array(2).fill("translateX(-100.0%)"));
    // At the engine's 20 in a second a peak stands for one, then its mark falls a quarter of the scale in another.
    await send({ peakDb: 0 }, ...Array.from({ length: 20 }, () => ({ peakDb: -60, rmsDb: -60 })));
    expect(at(meter.lastElementChild)).toBe("translateX(0.0%)");
    await send(...Array.from({ length: 20 }, () => ({ peakDb: -60, rmsDb: -60 })));
    expect(at(meter.lastElementChild)).toBe("translateX(-25.0%)");
    await send({ clipped: true }, {});
    expect(meter.getAttribute("aria-valuetext")).toBe("-12 decibels, clipping");
    await send(...Array.from({ length: 60 }, () => ({})));
    expect(meter.getAttribute("aria-valuetext")).toBe("-12 decibels");
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
