/** The whole way: a person's clicks in a real browser, the real handlers, the real engine, a real display. */
import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { isRecordingActive, isStreamActive, type Codec } from "@ionia/common";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DESKTOP_MISSING, end, paintDesktop, startDesktop, type Desktop } from "../fakes/desktop.ts";
import { FFPROBE_MISSING, probe } from "../fakes/probe.ts";
import { REAL_ENGINE } from "../fakes/real_engine.ts";
import { RtmpServer } from "../fakes/rtmp_server.ts";
import { startBridge, type Bridge } from "./bridge.ts";
import { CHROMIUM, SCREENSHOTS, buildRenderer, launchBrowser, pageScript, seriousViolations } from "./browser.ts";

const KEY = "live_e2e_0123456789";
const missing = [
  CHROMIUM === undefined && "chromium",
  DESKTOP_MISSING,
  FFPROBE_MISSING,
  REAL_ENGINE === undefined && "the engine",
]
  .filter(Boolean)
  .join(", ");
if (missing !== "") console.warn(`end-to-end tests are skipped, missing: ${missing}`);

describe.skipIf(missing !== "")("a person at the window", () => {
  let desktop: Desktop;
  let painted: ChildProcess | undefined;
  let bridge: Bridge;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
    await buildRenderer();
    desktop = await startDesktop();
    painted = await paintDesktop(desktop);
    bridge = await startBridge(desktop.env);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1180, height: 760 } });
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.addInitScript(await pageScript("page_bridge.ts"));
    await page.goto(bridge.url);
    await page.locator('[data-engine="ready"]').waitFor();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await bridge?.close();
    if (painted !== undefined) await end(painted);
    await desktop?.close();
  });

  /** Each test begins with the same window, whatever became of the one before: nothing runs, nothing plays. */
  beforeEach(async () => {
    const { studio } = bridge;
    if (isRecordingActive(studio.state.recording.phase)) await studio.stopRecording();
    if (isStreamActive(studio.state.stream.phase)) await studio.stopStream();
    await studio.updateSettings({
      screen: null,
      region: null,
      quality: "bitrate",
      codec: "h264",
      height: null,
      replaySeconds: null,
    });
    await page.locator('[data-engine="ready"]').waitFor({ timeout: 20_000 });
    // Pressed in the page's own turn: a message may go by itself between being seen and being pressed.
    const pressAll = (name: string | RegExp): Promise<number> =>
      page.getByRole("button", { name }).evaluateAll((buttons: HTMLElement[]) => {
        for (const button of buttons) button.click();
        return buttons.length;
      });
    for (const name of ["Close player", /^Dismiss: /]) await expect.poll(() => pressAll(name)).toBe(0);
    await page.getByRole("tab", { name: /^Recordings/ }).click();
    await expect.poll(() => record().isEnabled(), { timeout: 20_000 }).toBe(true);
  });

  /** Begin a recording by the button, which says so. */
  const begin = async (): Promise<void> => {
    await record().click();
    await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
  };
  const stop = (): Promise<void> => page.getByRole("button", { name: "Stop", exact: true }).click();
  const frames = (): number => bridge.studio.state.recording.stats?.videoFramesCaptured ?? 0;
  /** In the settings; small, since without a graphics card a processor holds no more of it. */
  const choose = async (codec: Exclude<Codec, "h264">): Promise<void> => {
    await bridge.studio.updateSettings({ height: 360 });
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByRole("radio", { name: { hevc: "HEVC", av1: "AV1" }[codec] }).check({ force: true });
    await expect.poll(() => bridge.studio.state.settings.codec).toBe(codec);
    await page.getByRole("tab", { name: /^Recordings/ }).click();
  };

  const picture = (name: string): Promise<unknown> =>
    page.screenshot({ path: path.join(SCREENSHOTS, `real-${name}.png`) });
  const record = () =>
    page.getByRole("button", { name: /^(Record|Stop|Starting|Saving|Record again)/, exact: false }).first();
  const seconds = async (): Promise<number> => {
    const text = (await page.getByRole("timer").textContent()) ?? "";
    return text.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  };

  it("shows the screen before it is recorded, while it is, in HEVC, and while that is paused, and stops when nobody looks", async () => {
    const live = page.locator("[data-live=true] video");
    await live.waitFor({ timeout: 20_000 });
    const seen = (): Promise<string> =>
      live.evaluate((video: HTMLVideoElement) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
        canvas.getContext("2d")?.drawImage(video, 0, 0);
        return canvas.toDataURL("image/png");
      });
    const moves = async (): Promise<void> => {
      const before = await seen();
      await expect.poll(seen, { timeout: 20_000 }).not.toBe(before);
    };
    await moves();
    await picture("viewfinder");
    expect(await seriousViolations(page)).toEqual([]);
    await choose("hevc");
    await begin();
    await moves();
    await picture("viewfinder-recording");
    await page.keyboard.press("Space");
    await expect.poll(() => bridge.studio.state.recording.phase, { timeout: 20_000 }).toBe("paused");
    await moves();
    await picture("viewfinder-paused");
    await stop();
    await page.getByRole("button", { name: "Close player" }).click();
    const [taken] = bridge.studio.state.history;
    expect(await probe(taken?.path as string)).toMatchObject({ codecs: ["hevc", "aac"], width: 640, height: 360 });
    await moves();
    bridge.studio.setWatched(false);
    await expect
      .poll(
        async () => {
          const before = await seen();
          await new Promise((resolve) => setTimeout(resolve, 300));
          return (await seen()) === before;
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    bridge.studio.setWatched(true);
    await moves();
  });

  it("records in AV1: time and meters run, the file plays in the window and is a good one", async () => {
    await choose("av1");
    await begin();
    const meter = page.locator('[data-meter="desktop"]').first();
    await expect
      .poll(async () => Number(await meter.getAttribute("aria-valuenow")), { timeout: 20_000 })
      .toBeGreaterThan(-40);
    await expect.poll(seconds, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    await picture("recording");
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole("button", { name: /^What to record/ }).click();
    await page.getByRole("button", { name: /^Test card/ }).click();
    await expect.poll(() => bridge.studio.state.settings.screen).toBe("test");
    await picture("another-screen");
    await stop();

    const video = page.locator("video[src]");
    await video.waitFor({ timeout: 20_000 });
    await expect
      .poll(() => video.evaluate((element: HTMLVideoElement) => element.readyState), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(2);
    await video.evaluate((element: HTMLVideoElement) => {
      element.muted = true;
      return element.play();
    });
    await expect
      .poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime), { timeout: 20_000 })
      .toBeGreaterThan(0.5);
    await picture("playing");
    expect(await seriousViolations(page)).toEqual([]);

    const entry = bridge.studio.state.history[0];
    const found = await probe(entry?.path as string);
    expect(found).toMatchObject({
      codecs: ["av1", "aac"],
      width: 640,
      height: 360,
      deltas: [expect.closeTo(1 / 30, 3)],
    });
    expect(found.videoSeconds).toBeGreaterThanOrEqual(3);
    expect(Math.abs(found.videoSeconds - found.audioSeconds)).toBeLessThanOrEqual(0.05);
    expect(found.frames).toBe(entry === undefined ? -1 : Math.round(entry.durationSeconds * 30));
    await page.getByRole("button", { name: "Show in folder" }).click();
    await expect.poll(() => bridge.shownInFolder).toEqual([entry?.path]);
  });

  it("pauses by Space right behind a click on REC, marks and goes on in a new file, and each file is a good one", async () => {
    const before = bridge.studio.state.history.length;
    await begin();
    await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThan(15);
    await page.keyboard.press("Space");
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.keyboard.press("m");
    await page.getByRole("status", { name: "Take" }).filter({ hasText: "1 mark" }).waitFor();
    await picture("paused");
    await page.keyboard.press("Space");
    await page.getByText("Paused", { exact: true }).waitFor({ state: "detached" });
    await page.keyboard.press("s");
    await page.getByText("file 2").waitFor();
    await expect.poll(() => bridge.studio.state.history.length).toBe(before + 1);
    const split = frames();
    await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThan(split + 10);
    await stop();
    await expect.poll(() => bridge.studio.state.history.length, { timeout: 20_000 }).toBe(before + 2);
    const parts = bridge.studio.state.history.slice(0, 2);
    const found = await Promise.all(parts.map(({ path: file }) => probe(file)));
    expect(found.reduce((sum, part) => sum + part.frames, 0)).toBe(frames());
    for (const [index, { deltas }] of found.entries())
      expect(deltas, parts[index]?.name).toEqual([expect.closeTo(1 / 30, 3)]);
    expect(bridge.studio.state.recording.stats?.pauses).toBe(1);
    expect(parts[1]?.marks).toHaveLength(1);
  });

  it("cuts a part out of a recording, to the picture", async () => {
    await begin();
    await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThan(15);
    await page.keyboard.press("m");
    await page.getByRole("status", { name: "Take" }).filter({ hasText: "1 mark" }).waitFor();
    await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThan(60);
    await stop();
    await page.getByRole("button", { name: /^Go to mark 1 at/ }).click();
    const [source] = bridge.studio.state.history;
    const shown = page.locator("video[src]").evaluate((element: HTMLVideoElement) => element.currentTime);
    expect(await shown).toBeCloseTo(source?.marks?.[0] ?? -1, 2);
    await page
      .locator("li button span")
      .filter({ hasText: /^\d+:\d\d$/ })
      .first()
      .hover();
    // A job of the lowest priority, after whatever else this machine does.
    await page.locator("[data-picture]").waitFor({ timeout: 100_000 });
    await picture("hover-strip");
    await page
      .getByRole("button", { name: /^Clip recording/ })
      .first()
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("From", { exact: true }).fill("0:00.5");
    await dialog.getByLabel("To", { exact: true }).fill("1.5");
    await dialog.getByText("Exact").click();
    await picture("clip");
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText("The clip is in the list").waitFor({ timeout: 30_000 });
    const [clip] = bridge.studio.state.history;
    expect(clip).toMatchObject({ path: source?.path.replace(".mp4", "_clip.mp4"), clip: true, durationSeconds: 1 });
    expect(await probe(clip?.path as string)).toMatchObject({ codecs: ["h264", "aac"], frames: 30 });
  }, 160_000);

  it("saves what came last by R, and the file is a good one", async () => {
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByRole("switch", { name: "Instant replay" }).click();
    await expect.poll(() => bridge.studio.state.replay.secondsHeld, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    await picture("replay");
    await page.keyboard.press("r");
    await page.getByText("The replay is in the list").waitFor({ timeout: 20_000 });
    const [saved] = bridge.studio.state.history;
    const found = await probe(saved?.path as string);
    expect(found).toMatchObject({ codecs: ["h264", "aac"], width: 1280, deltas: [expect.closeTo(1 / 30, 3)] });
    expect(found.videoSeconds).toBeCloseTo(saved?.durationSeconds as number, 2);
    expect(found.videoSeconds).toBeGreaterThan(1);
  });

  it("can be operated by keyboard alone", async () => {
    await page.getByRole("tab", { name: /^Recordings/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("radio", { name: /^Small/ }).focus();
    await page.keyboard.press("Space");
    await expect.poll(() => bridge.studio.state.settings.quality).toBe("small");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => bridge.studio.state.settings.quality).toBe("high");
    await page.getByLabel("Microphone gain").focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => bridge.studio.state.settings.sounds[1]?.gainDb).toBe(1);
    await page.getByRole("button", { name: /^What to record/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Choose an area" }).press("Enter");
    await page.locator("[data-region-frame]").press("Shift+ArrowLeft");
    await page.locator("[data-region-frame]").press("Enter");
    await expect.poll(() => bridge.studio.state.settings.region?.width).toBe(752);
  });

  it("says what is wrong when the folder can't be written", async () => {
    const folder = bridge.studio.recordingsFolder;
    await rename(folder, `${folder}-kept`);
    await writeFile(folder, "a file where the folder should be");
    await record().click();
    await page.getByRole("alert").filter({ hasText: "folder for recordings" }).waitFor();
    await picture("failed");
    expect(await seriousViolations(page)).toEqual([]);
    await rm(folder);
    await rename(`${folder}-kept`, folder);
  });

  it("keeps the recording when the engine is killed, says so, and is ready again", async () => {
    const before = bridge.studio.state.history.length;
    await begin();
    // In the file, not merely captured: an encoder may be behind.
    const written = (): number => bridge.studio.state.recording.stats?.videoPacketsMuxed ?? 0;
    await expect.poll(written, { timeout: 20_000 }).toBeGreaterThan(60);
    process.kill(bridge.client.pid as number, "SIGKILL");
    await page.getByRole("alert").filter({ hasText: "kept" }).waitFor();
    await picture("engine-killed");
    await expect.poll(() => bridge.studio.state.history.length).toBe(before + 1);
    const entry = bridge.studio.state.history[0];
    expect(entry?.recovered).toBe(true);
    expect((await probe(entry?.path as string)).frames).toBeGreaterThan(30);
    await page.locator('[data-engine="ready"]').waitFor({ timeout: 20_000 });
    await expect
      .poll(() => page.getByRole("button", { name: "Record again" }).isEnabled(), { timeout: 20_000 })
      .toBe(true);
    await page.getByRole("tab", { name: /^Recordings/ }).click();
    await page.getByRole("button", { name: /^Repair recording/ }).click();
    await expect.poll(() => bridge.studio.state.history[0]?.recovered, { timeout: 20_000 }).toBe(false);
    const repaired = bridge.studio.state.history[0];
    expect(repaired?.durationSeconds).toBeGreaterThan(1);
    expect((await probe(repaired?.path as string)).frames).toBeGreaterThan(30);
    await picture("repaired");
  });

  it("goes live to one server and another, says when a connection is lost, and when it is back", async (context) => {
    const { capabilities } = await bridge.client.call("engine.info");
    if (!capabilities.includes("stream")) return context.skip("this engine does not stream");
    const [server, second] = await Promise.all([RtmpServer.open(), RtmpServer.open()]);
    try {
      await page.getByRole("tab", { name: "Live" }).click();
      await page.getByRole("radio", { name: "Custom server" }).check({ force: true });
      await page.getByLabel("Server address").fill("http://nowhere");
      await page.getByLabel("Server address").blur();
      await page.getByRole("complementary").getByText("must begin with rtmp://").waitFor();
      await page.getByLabel("Server address").fill(server.url);
      await page.getByLabel("Server address").blur();
      await page.getByLabel("Stream key").fill(KEY);
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("button", { name: "Test the connection" }).click();
      await expect.poll(() => bridge.studio.state.networkTest.fraction, { timeout: 20_000 }).toBeGreaterThan(0);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Test the connection" }).waitFor({ timeout: 20_000 });
      await page.getByRole("button", { name: "Go live" }).click();
      await page.locator('[data-stream="live"]').waitFor({ timeout: 20_000 });
      await picture("live");
      await page.getByLabel("Delay").selectOption("5 s");
      await page.getByText("Live, 5 s later").waitFor({ timeout: 20_000 });
      await page.getByLabel("Delay").selectOption("None");
      await page.getByRole("button", { name: "Stream to another place, too" }).click();
      await page.getByLabel("Name").fill("Second");
      await page.getByRole("radio", { name: "Custom server" }).check({ force: true });
      await page.getByLabel("Server address").fill(second.url);
      await page.getByLabel("Stream key").fill(KEY);
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("switch", { name: "Stream to Second" }).click();
      await page.getByText("Live 2 of 2").waitFor({ timeout: 20_000 });
      await second.kill();
      await page.getByText(/The stream goes on elsewhere/).waitFor({ timeout: 20_000 });
      await picture("live-1-of-2");
      expect(await seriousViolations(page)).toEqual([]);
      await page.getByRole("button", { name: "Remove this destination" }).click();
      await page.getByText("Live 1 of 2").waitFor({ state: "detached" });
      await server.kill();
      await page.locator('[data-stream="reconnecting"]').waitFor({ timeout: 20_000 });
      await picture("reconnecting");
      expect(await seriousViolations(page)).toEqual([]);
      await server.start();
      await page.locator('[data-stream="live"]').waitFor({ timeout: 30_000 });
      await page.getByRole("button", { name: "End stream" }).click();
      await page.getByRole("button", { name: "Go live" }).waitFor();
      await server.kill();
      await page.getByLabel("Server address").fill(`whip://127.0.0.1:${server.port}/in/${KEY}`);
      await page.getByLabel("Server address").blur();
      await page.getByText("The path of this address is kept").waitFor();
      await page.getByRole("button", { name: "Go live" }).click();
      await page
        .getByRole("status")
        .filter({ hasText: /refuses connections/i })
        .waitFor({ timeout: 20_000 });
      await picture("refused");
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Go live" }).waitFor();
      expect(bridge.log.join("\n")).not.toContain(KEY);
      expect(await page.content()).not.toContain(KEY);
    } finally {
      await Promise.all([server.close(), second.close()]);
    }
  });

  it("had no error in the page", () => {
    expect(problems).toEqual([]);
  });
});
