/** The drop-in with the real engine on a real display: what callers of the old addon do, and the file they get. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DESKTOP_MISSING, startDesktop, type Desktop } from "../fakes/desktop.ts";
import { FFPROBE_MISSING, probe } from "../fakes/probe.ts";
import { processesMarked } from "../fakes/processes.ts";
import { CHECKED_ENGINE, REAL_ENGINE } from "../fakes/real_engine.ts";
import { RtmpServer } from "../fakes/rtmp_server.ts";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const ADDON = here("../../addon");
const node = promisify(execFile);
const missing = REAL_ENGINE === undefined ? "the engine" : DESKTOP_MISSING || FFPROBE_MISSING;

/** The darkest and the brightest luma of each picture of a file. */
async function greyPictures(file: string, bytes: number): Promise<{ least: number; most: number }[]> {
  const limits = { encoding: "buffer", maxBuffer: 1 << 30 } as const;
  const { stdout } = await node(
    "ffmpeg",
    ["-v", "error", "-i", file, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-"],
    limits,
  );
  return Array.from({ length: stdout.length / bytes }, (_, n) => {
    const picture = stdout.subarray(n * bytes, (n + 1) * bytes);
    let [least, most] = [255, 0];
    for (const value of picture) [least, most] = [Math.min(least, value), Math.max(most, value)];
    return { least, most };
  });
}

describe.skipIf(missing !== "")("an application with the old addon's calls", () => {
  const mark = randomUUID();
  let desktop: Desktop;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    desktop = await startDesktop();
    folder = await mkdtemp(path.join(tmpdir(), "ionia-addon-real-"));
    env = { ...desktop.env, ...CHECKED_ENGINE, IONIA_TEST_MARK: mark };
  }, 60_000);

  afterAll(async () => {
    await vi.waitFor(() => expect(processesMarked("IONIA_TEST_MARK", mark)).toEqual([]), { timeout: 15_000 });
    await desktop.close();
    await rm(folder, { recursive: true });
  });

  async function inProcess(code: string, engine: NodeJS.ProcessEnv = {}): Promise<unknown> {
    const file = path.join(folder, `${randomUUID()}.cjs`);
    await writeFile(
      file,
      `const addon = require(${JSON.stringify(ADDON)}); const folder = ${JSON.stringify(folder)};
       const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
       const until = async (condition) => { for (let n = 0; n < 400 && !condition(); n += 1) await sleep(0.05); return condition(); };
       (async () => {${code}})();`,
    );
    const { stdout } = await node(process.execPath, [file], { env: { ...env, ...engine }, timeout: 55_000 });
    return JSON.parse(stdout);
  }

  it("records, polls each second, stops, and has a good file", { timeout: 60_000 }, async () => {
    const file = path.join(folder, "caller.mp4");
    const { stdout } = await node(process.execPath, [here("old_caller.cjs"), ADDON, file, "3500", "1000"], {
      env,
      timeout: 50_000,
    });
    const told = JSON.parse(stdout) as {
      polled: { frames: number; packets: number }[];
      stats: { videoFramesCaptured: number; totalBytes: number };
      size: number;
    };
    expect(told).toMatchObject({ wasRunning: true, stopped: true, codec: "libx264" });
    expect(told.polled.length).toBeGreaterThanOrEqual(2);
    expect(told.polled.at(-1)?.frames).toBeGreaterThan(told.polled[0]?.frames as number);
    const found = await probe(file);
    expect(found).toMatchObject({
      codecs: ["h264", "aac"],
      width: 1280,
      height: 720,
      frames: told.stats.videoFramesCaptured,
    });
    expect(found.deltas).toEqual([expect.closeTo(1 / 30, 3)]);
    expect(told.stats.totalBytes).toBe(told.size);
  });

  it("is told by start that the server is dead, in the engine's words, and not when it asked not to wait", async () => {
    const attempt = `
      const live = new addon.VideoAudioStreamer();
      live.initialize("rtmp://127.0.0.1:9/live/secretkey", 30, 1500000, false, 128000, "desktop");
      const began = Date.now();
      let told; try { told = live.start(); } catch (error) { told = error.message; }
      console.log(JSON.stringify([told, Date.now() - began < 9000, live.isRunning()]));
      live.stop();`;
    const [words, soon, running] = (await inProcess(attempt)) as [string, boolean, boolean];
    expect([soon, running]).toEqual([true, false]);
    expect(words).toContain("refuse");
    expect(words).not.toContain("secretkey");
    env["IONIA_STREAM_WAIT"] = "0";
    expect(await inProcess(attempt)).toEqual([true, true, true]);
    delete env["IONIA_STREAM_WAIT"];
  });

  it("runs two recorders and a streamer at once", { timeout: 60_000 }, async () => {
    const server = await RtmpServer.open();
    // How soon a server answers is the machine's matter: it is waited for below, not in start.
    env["IONIA_STREAM_WAIT"] = "0";
    try {
      const told = await inProcess(`
        const one = new addon.VideoAudioRecorder(), two = new addon.VideoRecorder(), live = new addon.VideoAudioStreamer();
        one.initialize(folder + "/one.mp4", 30, 1500000, false, 128000, "both");
        two.initialize(folder + "/two.mp4", 15, 1000000, false);
        live.initialize(${JSON.stringify(`${server.url}/key`)}, 30, 1500000, false, 128000, "both");
        const started = [one.start(), two.start(), live.start()];
        const connected = await until(() => live.isConnected());
        await until(() => one.getCurrentPTSSeconds() > 2 && two.getCurrentPTSSeconds() > 2);
        const flowing = () => { const { videoPackets, audioPackets } = live.getStatistics(); return videoPackets > 0 && audioPackets > 0; };
        const sent = await until(flowing);
        const stats = live.getStatistics();
        const stopped = [live.stop(), one.stop(), two.stop()];
        console.log(JSON.stringify({ started, connected, stopped, sent, dropped: stats.audioPacketsDropped }));`);
      expect(told).toEqual({
        started: [true, true, true],
        connected: true,
        stopped: [true, true, true],
        sent: true,
        dropped: 0,
      });
    } finally {
      delete env["IONIA_STREAM_WAIT"];
      await server.close();
    }
    expect((await probe(path.join(folder, "one.mp4"))).codecs).toEqual(["h264", "aac"]);
    expect(await probe(path.join(folder, "two.mp4"))).toMatchObject({
      codecs: ["h264"],
      deltas: [expect.closeTo(1 / 15, 3)],
    });
  });

  it("records sound alone with an AudioEngineEncoder, and refuses a screen beside it in the engine's words", async () => {
    const told = await inProcess(`
      const a = new addon.AudioEngineEncoder(), file = folder + "/sound.m4a";
      let refused = ""; try { a.initialize(file, 128e3, "desktop", { screen: "test" }); } catch (error) { refused = error.message; }
      const begun = [a.initialize(file, 128e3, "desktop"), a.start()];
      await until(() => a.getStatistics().audioPacketsEncoded > 20);
      console.log(JSON.stringify([refused, ...begun, a.stop()]));`);
    expect(told).toEqual([
      expect.stringContaining('"screen" must be left out where "video" is "none"'),
      true,
      true,
      true,
    ]);
    expect((await probe(path.join(folder, "sound.m4a"))).codecs).toEqual(["aac"]);
  });

  it("records the caller's own pictures, every one and whole, and leaves nothing behind", async () => {
    // Each is one grey level, so that a picture made of two would show; the next is given when the last was encoded.
    const told = await inProcess(`
      const fs = require("node:fs");
      const pixels = Buffer.alloc(320 * 192 * 4), picture = (n) => pixels.fill(16 + n * 3);
      const r = new addon.VideoRecorder();
      r.injectFrame(picture(0), 320, 192);
      r.initialize(folder + "/pushed.mp4", 60, 4000000, false);
      r.start();
      let taken = 0;
      for (let n = 1; n < 60; n += 1) {
        await until(() => r.getStatistics().videoFramesUnique >= n);
        const { videoFramesCaptured } = r.getStatistics();
        await until(() => r.getStatistics().videoPacketsEncoded >= videoFramesCaptured);
        taken += r.injectFrame(picture(n), 320, 192);
      }
      await until(() => r.getStatistics().videoFramesUnique >= 60);
      const stopped = r.stop(), { videoFramesSkipped, captureBackend, width, height } = r.getStatistics();
      const held = fs.readdirSync("/proc/self/fd").filter((fd) => {
        try { return fs.readlinkSync("/proc/self/fd/" + fd).includes("ionia-pushed"); } catch { return false; }
      });
      console.log(JSON.stringify({ taken, stopped, videoFramesSkipped, captureBackend, width, height, held }));`);
    expect(told).toEqual({
      taken: 59,
      stopped: true,
      videoFramesSkipped: 0,
      captureBackend: "pushed",
      width: 320,
      height: 192,
      held: [],
    });
    const greys = await greyPictures(path.join(folder, "pushed.mp4"), 320 * 192);
    const shown = greys.map(({ least, most }) => {
      expect(most - least).toBeLessThanOrEqual(4);
      return Math.round(((least + most) / 2 - 16) / 3);
    });
    expect([...new Set(shown)]).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(shown).toEqual([...shown].sort((one, other) => one - other));
  });

  it("keeps the file when the engine is killed in mid-recording, and nothing hangs", { timeout: 60_000 }, async () => {
    const told = await inProcess(
      `
      const r = new addon.VideoAudioRecorder(); r.initialize(folder + "/killed.mp4", 30, 1500000, false, 128000, "both"); r.start();
      await until(() => r.getCurrentPTSSeconds() > 2);
      const engine = require("node:child_process").execFileSync("pgrep", ["-P", String(process.pid)]).toString().trim().split("\\n")[0];
      process.kill(Number(engine), "SIGKILL");
      const attempt = (f) => { try { return f(); } catch (error) { return "threw"; } };
      const before = Date.now();
      const out = [attempt(() => r.getStatistics()), attempt(() => r.stop()), r.isRunning()];
      console.log(JSON.stringify([...out, Date.now() - before < 5000]));`,
      { IONIA_ENGINE: REAL_ENGINE },
    );
    expect(told).toEqual(["threw", "threw", false, true]);
    expect((await probe(path.join(folder, "killed.mp4"))).frames).toBeGreaterThanOrEqual(30);
  });

  it("finishes the file when the application exits while recording", { timeout: 60_000 }, async () => {
    await inProcess(
      `
      const r = new addon.VideoAudioRecorder(); r.initialize(folder + "/exit.mp4", 30, 1500000, false, 128000, "both"); r.start();
      await until(() => r.getCurrentPTSSeconds() > 1);
      console.log("1"); process.exit(0);`,
      { IONIA_ENGINE: REAL_ENGINE },
    );
    await vi.waitFor(() => expect(processesMarked("IONIA_TEST_MARK", mark)).toEqual([]), { timeout: 15_000 });
    expect((await probe(path.join(folder, "exit.mp4"))).frames).toBeGreaterThanOrEqual(20);
  });
});
