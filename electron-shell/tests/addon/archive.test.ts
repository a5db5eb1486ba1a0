/** The drop-in out of an application's archive, as Electron loads it from there. */
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../fakes/processes.ts";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const asar = createRequire(import.meta.url)("@electron/asar") as {
  createPackage(from: string, archive: string): Promise<void>;
};

let folder: string;
const archive = (): string => path.join(folder, "app.asar");

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ionia-archive-"));
  await cp(here("../../addon"), path.join(folder, "app", "native-audio"), { recursive: true });
  await asar.createPackage(path.join(folder, "app"), archive());
});

afterAll(() => rm(folder, { recursive: true }));

async function take(): Promise<unknown> {
  const drop = path.join(archive(), "native-audio", "build", "Release", "wasapi_video_audio.node");
  const code = `require(${JSON.stringify(here("../fakes/asar_shim.cjs"))});
    const { VideoRecorder } = require(${JSON.stringify(drop)});
    const r = new VideoRecorder();
    let told; try { r.initialize("take.mp4"); told = [r.start(), r.stop()]; } catch (error) { told = error.message; }
    console.log(JSON.stringify(told));`;
  const env = { ...process.env, IONIA_ENGINE: "" };
  return JSON.parse((await run(process.execPath, ["-e", code], { env, cwd: folder, timeout: 25_000 })).stdout);
}

describe("an addon in an archive", () => {
  it("says where it looked for the engine", async () => {
    const place = path.join(folder, "app.asar.unpacked", "native-audio", "engine", "ionia-engine");
    expect(await take()).toContain(`was not found at ${place}.`);
  });

  it("starts the engine that was unpacked beside it", async () => {
    const engine = path.join(folder, "app.asar.unpacked", "native-audio", "engine");
    await mkdir(engine, { recursive: true });
    const start = `#!/bin/sh\nexec "${process.execPath}" "${here("../fakes/stdio_engine.mjs")}"\n`;
    await writeFile(path.join(engine, "ionia-engine"), start, { mode: 0o755 });
    expect(await take()).toEqual([true, true]);
  });
});
