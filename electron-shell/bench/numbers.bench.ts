/** The figures that the Electron side promises, measured with the real engine and a real browser. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { isPicture } from "@ionia/common";
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
/** The window's process, beside those of the frame that pictures come from and of the browser itself. */
let windowPid: number;
const rows: string[][] = [];

interface Turn {
  readonly renderer: number;
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
  // The page's policy forbids the frame that pictures come from.
  page = await browser.newPage({ viewport: { width: 1180, height: 760 }, bypassCSP: true });
  for (const script of ["page_bridge.ts", "page_relay.ts"]) await page.addInitScript(await pageScript(script));
  await page.goto(bridge.url);
  await page.locator('[data-phase="idle"]').first().waitFor();
  await page.locator('[data-engine="ready"]').waitFor();
  system = await browser.newBrowserCDPSession();
  windowPid = await findWindow();
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
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>("video[src]")?.readyState ?? 0) >= 2);
    plays.push(performance.now() - began);
    await page.getByRole("button", { name: "Close player" }).click();
    await page.waitForFunction(() => document.querySelector<HTMLVideoElement>("video[src]") === null);
    await bridge.studio.refreshDevices();
  }
  const text = (values: number[]): string =>
    `median ${quantile(values, 0.5).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms`;
  row("click on REC to engine recording", text(starts), "<= 400 ms");
  row("click on Stop to finished file", text(stops), "<= 700 ms");
  row("click on Stop to first picture in the window", text(plays), "-");
});

/** Seconds of CPU that each process with pages has had since it began. */
async function renderers(): Promise<Map<number, number>> {
  const { processInfo } = await system.send("SystemInfo.getProcessInfo");
  return new Map(processInfo.filter(({ type }) => type === "renderer").map(({ id, cpuTime }) => [id, cpuTime]));
}

/** No protocol says whose a process is: it is the one that works when the page does. */
async function findWindow(): Promise<number> {
  const before = await renderers();
  await page.evaluate(() => {
    const over = performance.now() + 500;
    while (performance.now() < over);
  });
  const spent = [...(await renderers())].map(([pid, cpu]) => [pid, cpu - (before.get(pid) ?? 0)] as const);
  return spent.reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

const cpuSeconds = async (): Promise<number> => (await renderers()).get(windowPid) as number;

/** Pages of Chromium that paint a rectangle anew so often pay this, whatever is in it: nobody shows moving pictures for less. */
function paintRectangles(on: boolean): Promise<void> {
  return page.evaluate((wanted) => {
    const shown = document.querySelector<HTMLCanvasElement>("canvas[data-floor]");
    if (!wanted) return shown?.remove();
    const place = document.querySelector("[data-live]") as HTMLElement;
    const canvas = document.createElement("canvas");
    canvas.dataset["floor"] = "";
    Object.assign(canvas, { width: 960, height: 540 });
    Object.assign(canvas.style, {
      position: "absolute",
      inset: "0",
      width: "100%",
      height: "100%",
      objectFit: "contain",
    });
    place.parentElement?.append(canvas);
    const context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    let count = 0;
    const timer = setInterval(() => {
      if (!canvas.isConnected) return clearInterval(timer);
      context.fillStyle = `rgb(${(count += 9) % 256}, 90, 90)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 1000 / 12);
    return undefined;
  }, on);
}

const SHOWN = ["nothing", "rectangles", "pictures"] as const;

/** On a screen that moves, in turns, so that whatever else the machine does weighs on all. */
it("the live picture", async () => {
  const painted = await paintDesktop(desktop, 15);
  const turns: Record<(typeof SHOWN)[number], Turn[]> = { nothing: [], rectangles: [], pictures: [] };
  for (let turn = 0; turn < PREVIEW_TURNS * SHOWN.length; turn += 1) {
    const what = SHOWN[turn % SHOWN.length] as (typeof SHOWN)[number];
    bridge.studio.preview.setWatched(what === "pictures");
    await paintRectangles(what === "rectangles");
    await page.waitForTimeout(700);
    const [before, pictures] = [await cpuSeconds(), bridge.pictures()];
    await page.waitForTimeout(PREVIEW_SECONDS * 1000);
    turns[what].push({ renderer: (await cpuSeconds()) - before, pictures: bridge.pictures() - pictures });
  }
  await paintRectangles(false);
  bridge.studio.preview.setWatched(true);
  await end(painted);
  const more = (what: "rectangles" | "pictures", than: "nothing" | "rectangles"): number[] =>
    turns[what].map(({ renderer }, at) => ((renderer - (turns[than][at]?.renderer ?? 0)) / PREVIEW_SECONDS) * 100);
  const each = turns.pictures.map(({ pictures }) => pictures / PREVIEW_SECONDS);
  row("the live picture in the renderer", spread(more("pictures", "nothing"), "% of a core"), "-");
  row("as many rectangles of its size", spread(more("rectangles", "nothing"), "% of a core"), "-");
  row("what the live picture costs beyond those", spread(more("pictures", "rectangles"), "% of a core"), "<= 2 %");
  row("live pictures a second", quantile(each, 0.5).toFixed(1), "12");
});

const spread = (values: number[], unit: string): string =>
  `median ${quantile(values, 0.5).toFixed(2)} ${unit}, ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;

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

/** As the application has it: from the engine's connection into a port, by structured clone. */
it("the live picture in the main process", async () => {
  const painted = await paintDesktop(desktop, 15);
  const { port1, port2 } = new MessageChannel();
  const window = new Worker(
    "const { workerData: port } = require('node:worker_threads'); port.on('message', () => port.postMessage(null));",
    { eval: true, workerData: port2, transferList: [port2] },
  );
  let pictures = 0;
  const look = bridge.studio.preview.look((view) => {
    if (isPicture(view)) pictures += 1;
    port1.postMessage(view);
  });
  port1.on("message", () => look.ready());
  look.ready();
  const costs: number[] = [];
  for (let turn = 0; turn < PREVIEW_TURNS; turn += 1) {
    const spent: number[] = [];
    for (const watched of [false, true]) {
      bridge.studio.preview.setWatched(watched);
      await page.waitForTimeout(700);
      const [before, seen] = [ownMs(), pictures];
      await page.waitForTimeout(PREVIEW_SECONDS * 1000);
      spent.push(ownMs() - before);
      if (watched) costs.push(((spent[1] as number) - (spent[0] as number)) / (pictures - seen));
    }
  }
  look.end();
  port1.close();
  await window.terminate();
  await end(painted);
  row("the live picture in the main process, each", spread(costs, "ms"), "<= 1 ms");
});

/** Milliseconds of CPU that this thread alone has had. */
function ownMs(): number {
  return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
}

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
