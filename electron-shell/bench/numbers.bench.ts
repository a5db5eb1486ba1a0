/** The figures that the Electron side promises, measured with the real engine and a real browser. */
import { createRequire } from "node:module";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import type * as Addon from "../addon/index.js";
import { startBridge, type Bridge } from "../tests/e2e/bridge.ts";
import { SHELL, buildRenderer, launchBrowser, pageScript } from "../tests/e2e/browser.ts";
import { end, paintDesktop, startDesktop, type Desktop } from "../tests/fakes/desktop.ts";
import { REAL_ENGINE } from "../tests/fakes/real_engine.ts";

const ROUNDS = 10;
const CPU_SECONDS = 20;
const PREVIEW_TURNS = 4;
const PREVIEW_SECONDS = 8;

let desktop: Desktop;
let bridge: Bridge;
let browser: Browser;
let page: Page;
let system: CDPSession;
const rows: string[][] = [];

interface Turn {
  readonly renderer: number;
  readonly main: number;
  readonly pictures: number;
}

const quantile = (values: number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] as number;
const row = (what: string, measured: string, goal: string): void => void rows.push([what, measured, goal]);

beforeAll(async () => {
  await buildRenderer();
  desktop = await startDesktop();
  Object.assign(process.env, desktop.env, { IONIA_ENGINE: REAL_ENGINE });
  bridge = await startBridge(desktop.env);
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1180, height: 760 } });
  await page.addInitScript(await pageScript("page_bridge.ts"));
  await page.goto(bridge.url);
  await page.locator('[data-phase="idle"]').first().waitFor();
  await page.locator('[data-engine="ready"]').waitFor();
  system = await browser.newBrowserCDPSession();
});

afterAll(async () => {
  await browser.close();
  await bridge.close();
  await desktop.close();
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((one) => one[column]?.length ?? 0)));
  console.log(
    rows.map((one) => one.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ")).join("\n"),
  );
});

/** Milliseconds in the page from a click on the recording button to the phase it leads to. */
function clickTo(phase: string): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const button = document.querySelector<HTMLButtonElement>("main button[data-phase]") as HTMLButtonElement;
        const began = performance.now();
        const observer = new MutationObserver(() => {
          if (button.dataset["phase"] !== wanted) return;
          observer.disconnect();
          resolve(performance.now() - began);
        });
        observer.observe(button, { attributes: true });
        button.click();
      }),
    phase,
  );
}

it("synchronous calls of the addon", () => {
  const addon = createRequire(import.meta.url)("../addon/index.js") as typeof Addon;
  const recorder = new addon.VideoAudioRecorder();
  recorder.initialize(path.join(desktop.env["HOME"] as string, "sync.mp4"), 30, 2_000_000, false, 128_000, "both");
  recorder.start();
  for (const method of ["isRunning", "getStatistics"] as const) {
    const times = Array.from({ length: 2000 }, () => {
      const began = performance.now();
      recorder[method]();
      return performance.now() - began;
    });
    row(
      `${method}() while recording 720p30`,
      `median ${quantile(times, 0.5).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms`,
      "median <= 1 ms",
    );
  }
  recorder.stop();
});

it("clicks", async () => {
  const starts: number[] = [];
  const stops: number[] = [];
  const plays: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    starts.push(await clickTo("recording"));
    await page.waitForFunction(() => (document.querySelector("[role=timer]")?.textContent ?? "") >= "00:02");
    const began = performance.now();
    stops.push(await clickTo("idle"));
    await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 2);
    plays.push(performance.now() - began);
    await page.getByRole("button", { name: "Close player" }).click();
    await page.waitForFunction(() => document.querySelector("video") === null);
    await bridge.studio.refreshDevices();
  }
  const text = (values: number[]): string =>
    `median ${quantile(values, 0.5).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms`;
  row("click on REC to engine recording", text(starts), "<= 400 ms");
  row("click on Stop to finished file", text(stops), "<= 700 ms");
  row("click on Stop to first picture in the window", text(plays), "-");
});

/** Of all pages of the browser together, since it began. */
async function cpuSeconds(): Promise<number> {
  const { processInfo } = await system.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** Moving, with and without in turns, so that whatever else the machine does weighs on both. */
it("the live picture", async () => {
  const painted = await paintDesktop(desktop);
  const with_: Turn[] = [];
  const without: Turn[] = [];
  for (let turn = 0; turn < PREVIEW_TURNS * 2; turn += 1) {
    const watched = turn % 2 === 0;
    bridge.studio.preview.setWatched(watched);
    await page.waitForTimeout(500);
    const [before, mainBefore, pictures] = [await cpuSeconds(), process.cpuUsage(), bridge.pictures()];
    await page.waitForTimeout(PREVIEW_SECONDS * 1000);
    const main = process.cpuUsage(mainBefore);
    (watched ? with_ : without).push({
      renderer: (await cpuSeconds()) - before,
      main: (main.user + main.system) / 1e6,
      pictures: bridge.pictures() - pictures,
    });
  }
  bridge.studio.preview.setWatched(true);
  await end(painted);
  const more = (part: "renderer" | "main"): number[] => with_.map((one, at) => one[part] - (without[at]?.[part] ?? 0));
  const shown = quantile(
    with_.map(({ pictures }) => pictures),
    0.5,
  );
  const share = more("renderer").map((seconds) => (seconds / PREVIEW_SECONDS) * 100);
  const each = more("main").map((seconds, at) => (seconds * 1000) / Math.max(1, with_[at]?.pictures ?? 0));
  const spread = (values: number[], unit: string): string =>
    `median ${quantile(values, 0.5).toFixed(2)} ${unit}, ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
  row("the live picture in the renderer", spread(share, "% of a core"), "<= 2 %");
  row("the live picture in the main process, each", spread(each, "ms"), "<= 1 ms");
  row("live pictures a second", (shown / PREVIEW_SECONDS).toFixed(1), "12");
});

it("the renderer's CPU", async () => {
  const share = async (): Promise<number> => {
    const before = await cpuSeconds();
    await page.waitForTimeout(CPU_SECONDS * 1000);
    return (((await cpuSeconds()) - before) / CPU_SECONDS) * 100;
  };
  const idle = await share();
  await clickTo("recording");
  const closed = await share();
  await page.getByRole("button", { name: "Show statistics" }).click();
  const open = await share();
  await clickTo("idle");
  const core = (percent: number): string => `${percent.toFixed(1)} % of a core`;
  row("renderer, idle window", core(idle), "-");
  row("renderer, recording: clock and four meters at 20 Hz", core(closed), "-");
  row("renderer, recording with the statistics open", core(open), "-");
  row("the part of the statistics", core(Math.max(0, open - closed)), "<= 2 %");
});

it("the bundle", async () => {
  const folder = path.join(SHELL, "dist", "renderer");
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (entry) => gzipSync(await readFile(path.join(entry.parentPath, entry.name))).length),
  );
  row(
    "renderer bundle, gzipped, font included",
    `${(sizes.reduce((sum, size) => sum + size, 0) / 1000).toFixed(0)} kB`,
    "<= 400 kB",
  );
});
