/** The real application in the real Electron: it opens, finds its engine, records the test card and goes. Needs `npm run build`. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const SHELL = fileURLToPath(new URL("../..", import.meta.url));
const SCREENSHOTS = path.join(SHELL, "dist", "screenshots");

/** Electron's program, or why it can't be had. */
function electron(): string | { missing: string } {
  try {
    const program = createRequire(import.meta.url)("electron") as unknown;
    return typeof program === "string" && existsSync(program) ? program : { missing: "Electron's binary" };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

const program = electron();
const built = existsSync(path.join(SHELL, "dist", "main", "index.js"));
const missing = typeof program !== "string" ? program.missing : built ? "" : "what `npm run build` makes";
// Where the workflow runs it, it must be there: nothing is skipped in silence.
if (missing !== "" && process.env["IONIA_NEEDS_ELECTRON"]) throw new Error(`missing: ${missing}`);
if (missing !== "") console.warn(`the tests of the real application are skipped, missing: ${missing}`);

describe.skipIf(missing !== "")("the real application", () => {
  let application: ElectronApplication;
  let page: Page;
  let userData: string;

  beforeAll(async () => {
    userData = await mkdtemp(path.join(tmpdir(), "ionia-electron-"));
    await mkdir(SCREENSHOTS, { recursive: true });
    const sandbox = process.platform === "linux" ? ["--no-sandbox"] : []; // not for a container's root
    application = await _electron.launch({
      ...(typeof program === "string" ? { executablePath: program } : {}),
      args: [SHELL, `--user-data-dir=${userData}`, ...sandbox],
      timeout: 60_000,
    });
    page = await application.firstWindow();
    await page.locator('[data-engine="ready"]').waitFor({ timeout: 60_000 });
  }, 150_000);

  afterAll(async () => {
    await page?.screenshot({ path: path.join(SCREENSHOTS, `electron-${process.platform}.png`) }).catch(() => undefined);
    await application?.close();
    await rm(userData, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  it("has an isolated window without Node", async () => {
    expect(await page.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe("undefined");
    expect(await page.evaluate(() => location.origin)).toBe("ionia://app");
  });

  it("records, and the file is in its folder and in the list", async () => {
    const started = await page.evaluate(() =>
      (globalThis as unknown as { electronAPI: { startRecording(): Promise<object> } }).electronAPI.startRecording(),
    );
    expect(started).toMatchObject({ success: true });
    await page
      .getByRole("timer")
      .getByText(/0:0[2-9]/)
      .waitFor({ timeout: 30_000 });
    const stopped = await page.evaluate(() =>
      (globalThis as unknown as { electronAPI: { stopRecording(): Promise<object> } }).electronAPI.stopRecording(),
    );
    expect(stopped).toMatchObject({ success: true });
    const folder = path.join(userData, "recordings");
    const [file] = (await readdir(folder)).filter((name) => name.endsWith(".mp4"));
    expect((await stat(path.join(folder, file ?? "none"))).size).toBeGreaterThan(10_000);
  }, 90_000);
});
