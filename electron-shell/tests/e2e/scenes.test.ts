/** A picture and an accessibility check of every state, in dark and light, small, usual and large. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { ShellEvent } from "@ionia/common";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {} from "./page_scene.ts";
import {
  CHROMIUM,
  SCREENSHOTS,
  buildRenderer,
  launchBrowser,
  pageScript,
  seriousViolations,
  serveRenderer,
  type RendererServer,
} from "./browser.ts";
import { SCENES } from "./scenes.ts";

const VIEWS = [
  { name: "dark", theme: "dark", width: 1180, height: 760 },
  { name: "light-small", theme: "light", width: 900, height: 600 },
] as const;
const EXTRA = [
  { name: "light", theme: "light", width: 1180, height: 760 },
  { name: "dark-small", theme: "dark", width: 900, height: 600 },
  { name: "dark-large", theme: "dark", width: 1920, height: 1080 },
  { name: "light-large", theme: "light", width: 2560, height: 1440 },
] as const;
/** The busiest states are shown in every view. */
const FULL = new Set(["idle", "recording-live-stats"]);

/** A player has something to ask for, and shows nothing. */
const noVideo = (pathname: string): Promise<Response> | undefined =>
  pathname.startsWith("/media/")
    ? Promise.resolve(new Response(null, { headers: { "content-type": "video/mp4" } }))
    : undefined;

describe.skipIf(CHROMIUM === undefined)("every state", () => {
  let browser: Browser;
  let server: RendererServer;
  let script: string;

  beforeAll(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
    await buildRenderer();
    [browser, server, script] = await Promise.all([
      launchBrowser(),
      serveRenderer(noVideo),
      pageScript("page_scene.ts"),
    ]);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it.each(SCENES)("$name", async ({ name, state, events = [], press = [] }) => {
    const page = await browser.newPage({ reducedMotion: "reduce" });
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.addInitScript((given) => Object.assign(window, { scene: given }), { state, events } as never);
    await page.addInitScript(script);
    await page.goto(server.url);
    await page.locator("html[data-scene=shown]").waitFor();
    for (const selector of press) await page.locator(selector).click();
    for (const { name: view, theme, ...size } of FULL.has(name) ? [...VIEWS, ...EXTRA] : VIEWS) {
      await page.setViewportSize(size);
      await page.evaluate((event) => window.emit(event), {
        type: "settings",
        settings: { ...state.settings, theme },
      } as ShellEvent);
      await page.locator(`html[data-theme=${theme}]`).waitFor();
      await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${view}.png`) });
      expect.soft(await seriousViolations(page), `${name} in ${view}`).toEqual([]);
      const overflow = await page.evaluate(() => [
        document.documentElement.scrollWidth - innerWidth,
        document.documentElement.scrollHeight - innerHeight,
      ]);
      expect.soft(overflow, "nothing sticks out of the window").toEqual([0, 0]);
    }
    expect.soft(problems).toEqual([]);
    await page.close();
  });
});
