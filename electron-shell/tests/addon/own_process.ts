/** The drop-in over the engine on stdio, for a test file that calls `eachLoadsTheAddon`; also in a Node of its own. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import type * as Addon from "../../addon/index.js";
import { run } from "../fakes/processes.ts";

export const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
export const ADDON = here("../../addon");
const STDIO_ENGINE = here("../fakes/stdio_engine.mjs");
export const mark = randomUUID();
export const env = { ...process.env, IONIA_ENGINE: STDIO_ENGINE, IONIA_TEST_MARK: mark };

export let folder: string;
export let addon: typeof Addon;

/** Once for all tests of the file, with a folder for what they record. */
export function eachLoadsTheAddon(): void {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ionia-addon-"));
    process.env["IONIA_ENGINE"] = STDIO_ENGINE;
    addon = createRequire(import.meta.url)(ADDON) as typeof Addon;
  });

  afterAll(async () => {
    delete process.env["IONIA_ENGINE"];
    await rm(folder, { recursive: true });
  });
}

/** Run code in a Node of its own; what it printed as JSON. */
export async function inProcess(code: string, more: NodeJS.ProcessEnv = {}): Promise<unknown> {
  return JSON.parse((await bothOutputs(code, more)).stdout);
}

export async function bothOutputs(
  code: string,
  more: NodeJS.ProcessEnv = {},
): Promise<{ stdout: string; stderr: string }> {
  const file = path.join(folder, `${randomUUID()}.cjs`);
  await writeFile(
    file,
    `const addon = require(${JSON.stringify(ADDON)}); const folder = ${JSON.stringify(folder)};\n${code}`,
  );
  return run(process.execPath, [file], { env: { ...env, ...more }, timeout: 25_000, cwd: folder });
}
