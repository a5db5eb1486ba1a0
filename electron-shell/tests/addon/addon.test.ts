/** The drop-in against the fake engine on stdio: promises of the contract, mistakes of use, ends of processes. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type * as Addon from "../../addon/index.js";
import { processesMarked, run } from "../fakes/processes.ts";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const ADDON = here("../../addon");
const STDIO_ENGINE = here("../fakes/stdio_engine.mjs");
const mark = randomUUID();
const env = { ...process.env, IONIA_ENGINE: STDIO_ENGINE, IONIA_TEST_MARK: mark };

let folder: string;
let addon: typeof Addon;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ionia-addon-"));
  process.env["IONIA_ENGINE"] = STDIO_ENGINE;
  addon = createRequire(import.meta.url)(ADDON) as typeof Addon;
});

afterAll(async () => {
  delete process.env["IONIA_ENGINE"];
  await rm(folder, { recursive: true });
});

/** Run code in a Node of its own; what it printed as JSON. */
async function inProcess(code: string): Promise<unknown> {
  const file = path.join(folder, `${randomUUID()}.cjs`);
  await writeFile(
    file,
    `const addon = require(${JSON.stringify(ADDON)}); const folder = ${JSON.stringify(folder)};\n${code}`,
  );
  const { stdout } = await run(process.execPath, [file], { env, timeout: 25_000 });
  return JSON.parse(stdout);
}

describe("exports", () => {
  it("has what callers look for", () => {
    expect(Object.keys(addon).sort()).toEqual([
      "AudioEngine",
      "AudioEngineEncoder",
      "VideoAudioRecorder",
      "VideoAudioStreamer",
      "VideoRecorder",
      "WASAPICapture",
      "checkCOMMode",
      "initializeCOMInSTAMode",
      "setDebugLogging",
    ]);
    expect([addon.WASAPICapture, addon.AudioEngine, addon.AudioEngineEncoder]).toEqual([null, null, null]);
    expect([addon.initializeCOMInSTAMode(), addon.checkCOMMode(), addon.setDebugLogging(true)]).toEqual([
      true,
      "STA",
      undefined,
    ]);
  });
});

describe("a recorder", () => {
  it("answers before initialize without an engine", () => {
    const recorder = new addon.VideoAudioRecorder("extra", { arguments: true });
    expect(recorder.isRunning()).toBe(false);
    expect(recorder.stop()).toBe(true);
    expect(recorder.getCodecName()).toBe("none");
    expect(recorder.getCurrentPTSSeconds()).toBe(0);
    expect(recorder.getStatistics()).toEqual({
      videoFramesCaptured: 0,
      videoPacketsEncoded: 0,
      audioPacketsEncoded: 0,
      videoPacketsMuxed: 0,
      audioPacketsMuxed: 0,
      totalBytes: 0,
    });
    expect(() => recorder.start()).toThrow("initialize");
  });

  it.each([[undefined], [42], [null], [{}]])("refuses %j as a path with a TypeError", (bad) => {
    expect(() => new addon.VideoAudioRecorder().initialize(bad as unknown as string)).toThrow(TypeError);
    expect(() => new addon.VideoAudioStreamer().initialize(bad as unknown as string)).toThrow(TypeError);
    expect(() => new addon.VideoRecorder().initialize(bad as unknown as string)).toThrow(TypeError);
  });

  it("throws the engine's message when something does not open", () => {
    const recorder = new addon.VideoAudioRecorder();
    const attempt = (): boolean => recorder.initialize("/no/such/folder/a.mp4");
    expect(attempt).toThrow("does not exist");
    expect(attempt).toThrow(expect.objectContaining({ kind: "output_failed", code: 1301 }));
    expect(() => new addon.VideoAudioStreamer().initialize("http://host")).toThrow("RTMP");
    expect(() => recorder.initialize(path.join(folder, "m.mp4"), 30, 1, true, 1, "loud" as "both")).toThrow(TypeError);
  });

  it("starts once, stops as often as asked, has statistics afterwards and can begin again", () => {
    const recorder = new addon.VideoAudioRecorder();
    expect(recorder.initialize(path.join(folder, "a.mp4"), 30, 5_000_000, true, 192_000, "both")).toBe(true);
    expect([recorder.start(), recorder.start(), recorder.isRunning()]).toEqual([true, false, true]);
    expect([recorder.stop(), recorder.stop(), recorder.isRunning()]).toEqual([true, true, false]);
    expect(recorder.getStatistics()).toMatchObject({ totalBytes: 9, state: "stopped" });
    expect(recorder.initialize(path.join(folder, "b.mp4"))).toBe(true);
    expect(recorder.start()).toBe(true);
    expect(recorder.stop()).toBe(true);
  });

  it("runs beside others: two recorders, a video recorder and a streamer", () => {
    const one = new addon.VideoAudioRecorder();
    const two = new addon.VideoRecorder();
    const live = new addon.VideoAudioStreamer();
    one.initialize(path.join(folder, "one.mp4"));
    two.initialize(path.join(folder, "two.mp4"), 60, 1_000_000, false);
    live.initialize("rtmp://host/app/key", 30, 3_000_000, false, 128_000, "mic");
    expect([one.start(), two.start(), live.start()]).toEqual([true, true, true]);
    one.stop();
    expect([one.isRunning(), two.isRunning(), live.isRunning(), live.isConnected(), live.isBackpressure()]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(live.getStatistics()).toMatchObject({ audioPacketsDropped: 0 });
    two.stop();
    live.stop();
  });
});

describe("processes", () => {
  it("an unmodified caller works and its process ends by itself", async () => {
    const file = path.join(folder, "caller.mp4");
    const { stdout } = await run(process.execPath, [here("old_caller.cjs"), ADDON, file, "450", "100"], {
      env,
      timeout: 20_000,
    });
    const told = JSON.parse(stdout) as { polled: unknown[]; stats: { videoFramesCaptured: number } };
    expect(told).toMatchObject({ wasRunning: true, stopped: true, codec: "libx264", size: 9 });
    expect(told.polled.length).toBeGreaterThanOrEqual(2);
    expect(told.stats.videoFramesCaptured).toBeGreaterThan(5);
    await vi.waitFor(() => expect(processesMarked("IONIA_TEST_MARK", mark)).toEqual([]), { timeout: 10_000 });
  });

  it("a caller that exits while recording takes the engine with it", async () => {
    await inProcess(`
      const r = new addon.VideoAudioRecorder(); r.initialize(folder + "/x.mp4"); r.start();
      console.log("1"); process.exit(0);`);
    await vi.waitFor(() => expect(processesMarked("IONIA_TEST_MARK", mark)).toEqual([]), { timeout: 10_000 });
  });

  it("a caller killed with -9 takes the engine with it", async () => {
    const file = path.join(folder, "killed.mp4");
    const caller = spawn(process.execPath, [here("old_caller.cjs"), ADDON, file, "60000"], { env, stdio: "ignore" });
    await vi.waitFor(async () => expect(await readFile(file, "utf8")).not.toBe(""), { timeout: 10_000 });
    expect(processesMarked("IONIA_TEST_MARK", mark).length).toBeGreaterThanOrEqual(2);
    caller.kill("SIGKILL");
    await vi.waitFor(() => expect(processesMarked("IONIA_TEST_MARK", mark)).toEqual([]), { timeout: 10_000 });
  });

  it("an engine killed in mid-recording makes calls throw, keeps the file and is replaced at the next initialize", async () => {
    const told = await inProcess(`
      const { execFileSync } = require("node:child_process");
      const r = new addon.VideoAudioRecorder(); r.initialize(folder + "/k.mp4"); r.start();
      const engine = execFileSync("pgrep", ["-P", String(process.pid)]).toString().trim().split("\\n")[0];
      process.kill(Number(engine), "SIGKILL");
      const attempt = (f) => { try { return f(); } catch (error) { return error.message; } };
      const out = [];
      out.push(attempt(() => r.getStatistics()), attempt(() => r.stop()), attempt(() => r.start()), r.isRunning());
      out.push(require("node:fs").existsSync(folder + "/k.mp4"));
      out.push(r.initialize(folder + "/k2.mp4"), r.start(), r.stop());
      console.log(JSON.stringify(out));`);
    expect(told).toEqual([
      expect.stringContaining("SIGKILL"),
      expect.stringContaining("k.mp4"),
      expect.stringContaining("SIGKILL"),
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it("says so when there is no engine, or one that can't be run", async () => {
    const told = await inProcess(`
      const attempt = (engine) => {
        process.env.IONIA_ENGINE = engine;
        try { new addon.VideoAudioRecorder().initialize("/tmp/a.mp4"); } catch (error) { return error.message; }
      };
      console.log(JSON.stringify([attempt("/nowhere/engine"), attempt(__filename)]));`);
    expect(told).toEqual([
      expect.stringContaining("was not found at /nowhere/engine"),
      expect.stringContaining("could not be started"),
    ]);
  });
});
