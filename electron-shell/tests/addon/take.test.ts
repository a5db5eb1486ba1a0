/** What the drop-in's recorders have beyond the native addon's: pauses, marks, files, and events without a call. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FFPROBE_MISSING, probe } from "../fakes/probe.ts";
import { run } from "../fakes/processes.ts";
import { CHECKED_ENGINE, REAL_ENGINE } from "../fakes/real_engine.ts";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const ADDON = here("../../addon");
const STDIO_ENGINE = here("../fakes/stdio_engine.mjs");

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ionia-take-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Run code in a Node of its own; what it gave to `tell` as JSON. */
async function inProcess(code: string, engine: NodeJS.ProcessEnv = { IONIA_ENGINE: STDIO_ENGINE }): Promise<unknown> {
  const file = path.join(folder, `${randomUUID()}.cjs`);
  await writeFile(
    file,
    `const addon = require(${JSON.stringify(ADDON)}), folder = ${JSON.stringify(folder)};
     const tell = (value) => console.log(JSON.stringify(value));
     const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20)); };
     const attempt = (f) => { try { return f(); } catch (error) { return [error.message, error.kind]; } };
     (async () => {${code}})();`,
  );
  const env = { ...process.env, ...engine };
  return JSON.parse((await run(process.execPath, [file], { env, timeout: 50_000 })).stdout);
}

describe("a recorder of the drop-in", () => {
  it("pauses and goes on, and says whether it is paused", async () => {
    const told = await inProcess(`
      const r = new addon.VideoAudioRecorder();
      const idle = [r.pause(), r.resume(), r.togglePause(), r.isPaused()];
      r.initialize(folder + "/p.mp4");
      const initialized = [r.pause(), r.isPaused()];
      r.start();
      const running = [r.isPaused(), r.resume(), r.pause(), r.pause(), r.isPaused(), r.isRunning(), r.start()];
      const again = [r.resume(), r.isPaused(), r.togglePause(), r.togglePause()];
      r.pause();
      const { pauses, state } = r.getStatistics();
      tell([idle, initialized, running, again, pauses, state, r.stop(), r.isPaused(), r.pause()]);`);
    expect(told).toEqual([
      [false, false, false, false],
      [false, false],
      [false, false, true, false, true, true, false],
      [true, false, true, false],
      3,
      "paused",
      true,
      false,
      false,
    ]);
  });

  it("marks and splits while it records, and throws in words otherwise", async () => {
    const told = await inProcess(`
      const r = new addon.VideoRecorder();
      const idle = [attempt(() => r.mark("x")), attempt(() => r.split())];
      r.initialize(folder + "/m.mp4", 30, 1e6, false, { sidecar: true });
      const initialized = attempt(() => r.split());
      r.start();
      const marks = [r.mark().index, r.mark("goal", { player: 7 }, 0.5).index];
      const { finished, next } = r.split();
      tell([idle, initialized, marks, [finished.path, next, r.mark("after").path]]);
      r.stop();`);
    const words = "must be called before";
    expect(told).toEqual([
      [
        [expect.stringContaining(words), null],
        [expect.stringContaining(words), null],
      ],
      ["The recorder is not running.", "not_initialized"],
      [0, 1],
      [path.join(folder, "m.mp4"), path.join(folder, "m-2.mp4"), path.join(folder, "m-2.mp4")],
    ]);
  });

  it("tells of files and states from the event loop, never within a call, and holds no loop open", async () => {
    const told = await inProcess(`
      const r = new addon.VideoAudioRecorder(), other = new addon.VideoAudioRecorder(), heard = [];
      r.on("fileChanged", ({ finished, next }) => heard.push([finished.path, next].map((file) => file.slice(folder.length + 1))));
      r.on("stateChanged", ({ state, reason }) => heard.push(state + (reason && ": " + reason)));
      other.on("fileChanged", () => heard.push("another's"));
      r.initialize(folder + "/e.mp4"); r.start(); r.split(); r.pause(); r.stop();
      const within = heard.length;
      await until(() => heard.length === 7);
      tell([within, ...heard]);`);
    expect(told).toEqual([
      0,
      "initialized",
      "starting",
      "running",
      ["e.mp4", "e-2.mp4"],
      "paused",
      "stopping: It was asked to stop.",
      "stopped: It was asked to stop.",
    ]);
  });

  it("says that it ended with its engine, to who only listens; a listener that throws keeps no other from hearing", async () => {
    const told = await inProcess(`
      const { execFileSync } = require("node:child_process");
      const heard = [];
      process.on("uncaughtException", (error) => heard.push(error.message));
      const make = (name) => {
        const r = new addon.VideoAudioRecorder();
        r.initialize(folder + "/" + name); r.start();
        return r;
      };
      const [one, two, stopped] = ["k1.mp4", "k2.mp4", "k3.mp4"].map(make);
      stopped.stop();
      for (const r of [one, two, stopped])
        r.on("stateChanged", ({ state, reason }) => state === "failed" && heard.push(/SIGKILL/.test(reason)));
      one.on("stateChanged", ({ state }) => { if (state === "failed") throw new Error("a listener's"); });
      const engine = execFileSync("pgrep", ["-P", String(process.pid)]).toString().trim().split("\\n")[0];
      process.kill(Number(engine), "SIGKILL");
      const waiting = setInterval(() => undefined, 1000); // as a window would
      await until(() => heard.length >= 3);
      clearInterval(waiting);
      tell([heard, one.isPaused(), attempt(() => one.pause())[0].includes("k1.mp4")]);`);
    expect(told).toEqual([[true, "a listener's", true], false, true]);
  });

  it("that ended by itself has not failed when its engine does later", async () => {
    const told = await inProcess(`
      const { execFileSync } = require("node:child_process");
      const whole = new addon.VideoAudioRecorder(), running = new addon.VideoAudioRecorder(), heard = [];
      for (const [name, r] of Object.entries({ whole, running }))
        r.on("stateChanged", ({ state, reason }) => /stopped|failed/.test(state) && heard.push(name + " " + state));
      whole.initialize(folder + "/ends-by-itself.mp4", 30, 1e6, false, 64000, "none", { maxDurationSeconds: 1 }); whole.start();
      running.initialize(folder + "/runs.mp4"); running.start();
      const waiting = setInterval(() => undefined, 1000);
      await until(() => heard.length === 1);
      const engine = execFileSync("pgrep", ["-P", String(process.pid)]).toString().trim().split("\\n")[0];
      process.kill(Number(engine), "SIGKILL");
      await until(() => heard.includes("running failed"));
      clearInterval(waiting);
      setImmediate(() => setImmediate(() => tell(heard)));`);
    expect(told).toEqual(["whole stopped", "running failed"]);
  });
});

describe.skipIf(REAL_ENGINE === undefined || FFPROBE_MISSING !== "")("with the real engine", () => {
  it("leaves out what was paused, and each of its files is a good one", async () => {
    const told = (await inProcess(
      `
      const r = new addon.VideoRecorder(), files = [];
      r.on("fileChanged", ({ finished }) => files.push(finished.path));
      r.initialize(folder + "/real.mp4", 30, 1e6, false, { screen: "test", splitSeconds: 1000 });
      r.start();
      await until(() => r.getStatistics().videoFramesCaptured >= 15);
      const paused = [r.pause(), r.isPaused()];
      const frames = r.getStatistics().videoFramesCaptured;
      await until(() => r.getStatistics().pausedSeconds > 0.4);
      const still = r.getStatistics().videoFramesCaptured === frames;
      r.resume();
      await until(() => r.getStatistics().videoFramesCaptured >= frames + 10);
      const mark = r.mark("the seam"), { finished, next } = r.split();
      await until(() => files.length === 1 && r.getStatistics().videoFramesCaptured >= frames + 30);
      r.stop();
      tell({ paused, still, index: mark.index, files, parts: [finished.path, next], frames: r.getStatistics().videoFramesCaptured });`,
      CHECKED_ENGINE,
    )) as { files: string[]; parts: string[]; frames: number };
    const parts = [path.join(folder, "real.mp4"), path.join(folder, "real-2.mp4")];
    expect(told).toMatchObject({ paused: [true, true], still: true, index: 0, files: [parts[0]], parts });
    const found = await Promise.all(parts.map(probe));
    expect(found.reduce((sum, { frames }) => sum + frames, 0)).toBe(told.frames);
    expect(found[0]?.deltas).toEqual([expect.closeTo(1 / 30, 3)]);
  });
});
