/** A picture and an accessibility check of every state, in dark and light, small, usual and large. */
import { mkdir, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { ShellEvent } from "@ionia/common";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DESKTOP_MISSING, startDesktop } from "../fakes/desktop.ts";
import { run } from "../fakes/processes.ts";
import { REAL_ENGINE } from "../fakes/real_engine.ts";
import type {} from "./page_scene.ts";
import {
  CHROMIUM,
  SCREENSHOTS,
  SHELL,
  buildRenderer,
  launchBrowser,
  pageScript,
  seriousViolations,
  serveRenderer,
  type RendererServer,
} from "./browser.ts";
import { SCENES } from "./scenes.ts";
import { withSomeonesDesktop } from "./someones_desktop.ts";

const VIEWS = [
  { name: "dark", theme: "dark", width: 1280, height: 800 },
  { name: "light-small", theme: "light", width: 900, height: 600 },
] as const;
const EXTRA = [
  { name: "light", theme: "light", width: 1280, height: 800 },
  { name: "dark-large", theme: "dark", width: 1920, height: 1080 },
  // A window of 1180 × 760 at 200 % zoom.
  { name: "light-zoomed", theme: "light", width: 590, height: 380 },
] as const;
/** The busiest states are shown in every view. */
const FULL = new Set(["idle", "recording-live-stats", "long-words"]);

/** A desktop, as the engine sees it; nothing where there is no engine or no X server. */
async function desktopPicture(): Promise<Buffer> {
  if (DESKTOP_MISSING !== "" || REAL_ENGINE === undefined) return Buffer.alloc(0);
  const folder = await mkdtemp(path.join(tmpdir(), "ionia-scene-"));
  const desktop = await startDesktop();
  try {
    const file = path.join(folder, "desktop.jpg");
    await withSomeonesDesktop(desktop.env, () =>
      run(REAL_ENGINE as string, ["screenshot", file], { env: desktop.env }),
    );
    return await readFile(file);
  } finally {
    await desktop.close();
    await rm(folder, { recursive: true });
  }
}

describe.skipIf(CHROMIUM === undefined)("every state", () => {
  let browser: Browser;
  let server: RendererServer;
  let script: string;
  let picture: Buffer;

  /** A player has something to ask for, and shows nothing; a recording of the list has a picture. */
  const media = (pathname: string): Promise<Response> | undefined => {
    const [body, type] = pathname.startsWith("/media/") ? [null, "video/mp4"] : [new Uint8Array(picture), "image/jpeg"];
    return /^.(media|thumbnail)./.test(pathname)
      ? Promise.resolve(new Response(body, { headers: { "content-type": type } }))
      : undefined;
  };

  beforeAll(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
    await buildRenderer();
    [browser, server, script, picture] = await Promise.all([
      launchBrowser(),
      serveRenderer(media),
      pageScript("page_scene.ts"),
      desktopPicture(),
    ]);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it("is a window that loads at once: 500 kB over all, compressed", async () => {
    const files = await readdir(path.join(SHELL, "dist", "renderer"), { recursive: true, withFileTypes: true });
    const sizes = files
      .filter((file) => file.isFile())
      .map(async ({ parentPath, name }) => gzipSync(await readFile(path.join(parentPath, name))).length);
    expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThan(500_000);
  });

  it.each(SCENES)("$name", async ({ name, state, events = [], press = [] }) => {
    const page = await browser.newPage({ reducedMotion: "reduce" });
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    const shown = picture.length === 0 ? "" : `data:image/jpeg;base64,${picture.toString("base64")}`;
    await page.addInitScript((given) => Object.assign(window, { scene: given }), {
      state,
      events,
      picture: shown,
    } as never);
    await page.addInitScript(script);
    await page.goto(server.url);
    await page.locator("html[data-scene=shown]").waitFor();
    if (shown !== "" && state.engine.phase === "ready") await page.locator("[data-live=true]").waitFor();
    for (const selector of press) await page.locator(selector).click();
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
    for (const { name: view, theme, ...size } of FULL.has(name) ? [...VIEWS, ...EXTRA] : VIEWS) {
      await page.setViewportSize(size);
      await page.evaluate((event) => window.emit(event), {
        type: "settings",
        settings: { ...state.settings, theme },
      } as ShellEvent);
      await page.locator(`html[data-theme=${theme}]`).waitFor();
      await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${view}.png`) });
      // Each state is checked in one theme, the busiest in all.
      if (FULL.has(name) || (SCENES.findIndex((scene) => scene.name === name) % 2 === 0) === (theme === "dark"))
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
