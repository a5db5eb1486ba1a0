/** The drop-in against the fake engine on stdio: promises of the contract and mistakes of use. */
import { cp, mkdtemp, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ADDON, addon, bothOutputs, eachLoadsTheAddon, folder, inProcess } from "./own_process.ts";

eachLoadsTheAddon();

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
      "setThreadConfig",
    ]);
    expect([addon.WASAPICapture, addon.AudioEngine]).toEqual([null, null]);
    expect([addon.initializeCOMInSTAMode(), addon.checkCOMMode(), addon.setDebugLogging(true)]).toEqual([
      true,
      "STA",
      undefined,
    ]);
  });
});

describe("where old scripts look for it", () => {
  it.each(["wasapi_video_audio", "wasapi_video_audio.node", "wasapi_capture", "wasapi_capture.node"])(
    "build/Release/%s",
    (name) => {
      expect(createRequire(import.meta.url)(path.join(ADDON, "build", "Release", name))).toBe(addon);
    },
  );

  it("build_all.bat says that there is nothing to build, in a form that Windows reads", async () => {
    const text = await readFile(path.join(ADDON, "build_all.bat"), "utf8");
    expect(text).toContain("nothing to build");
    expect(text.split("\n").slice(0, -1)).toSatisfy((lines: string[]) => lines.every((line) => line.endsWith("\r")));
  });

  it("its parts need nothing but Node and each other, from wherever they are copied to", async () => {
    const copy = await mkdtemp(path.join(folder, "copied "));
    await cp(ADDON, copy, { recursive: true });
    const told = await inProcess(`
      const copied = require(${JSON.stringify(path.join(copy, "build", "Release", "wasapi_video_audio"))});
      const r = new copied.VideoAudioRecorder();
      console.log(JSON.stringify([r.initialize(folder + "/copied.mp4"), r.start(), r.stop()]));`);
    expect(told).toEqual([true, true, true]);
  });
});

describe("what is passed", () => {
  it("has its default where it has a wrong type, with one warning", async () => {
    const { stdout, stderr } = await bothOutputs(`
      const r = new addon.VideoAudioRecorder();
      r.initialize(folder + "/t.mp4", "30", NaN, "yes", null, undefined);
      r.start(); r.stop();
      const quiet = new addon.VideoAudioRecorder();
      quiet.initialize(folder + "/q.mp4", 29.97, 5e6 * 1.1, false, 128e3, "mic");
      new addon.VideoAudioRecorder().initialize(folder + "/n.mp4", -Infinity, Infinity, 1, [], 5000000);
      console.log(JSON.stringify(r.getStatistics().fps));`);
    expect(JSON.parse(stdout)).toBe(30);
    expect(stderr.trim().split("\n")).toEqual([
      "native-audio: initialize uses its default where fps must be a number, not of type string; " +
        "videoBitrate must be a number, not NaN; useNvenc must be true or false, not of type string",
      "native-audio: initialize uses its default where fps must be a number, not infinite; " +
        "videoBitrate must be a number, not infinite; useNvenc must be true or false, not of type number; " +
        "audioBitrate must be a number, not an array; audioMode must be a text, not of type number",
    ]);
  });

  it("options that have no place of their own come last, by name, and the engine's words refuse what it doesn't know", async () => {
    const told = await inProcess(`
      const r = new addon.VideoAudioRecorder(), v = new addon.VideoRecorder(), s = new addon.VideoAudioStreamer();
      r.initialize(folder + "/o.mp4", 30, undefined, undefined, undefined, "mic", { desktopGain: 0.5, fps: 25, id: "x" });
      v.initialize(folder + "/v.mp4", 30, 1e6, true, { cursor: false });
      s.initialize("rtmp://refusing/a/k", 30, 1e6, true, 1e5, "mic", { requireConnection: false });
      const ignored = new addon.VideoAudioRecorder().initialize(folder + "/i.mp4", 30, 1e6, true, 1e5, "mic", ["no"]);
      console.log(JSON.stringify([r.start(), r.getStatistics().fps, v.start(), s.start(), ignored]));`);
    expect(told).toEqual([true, 30, true, true, true]);
  });

  it("an AudioEngineEncoder has no place for pictures", async () => {
    const { stdout, stderr } = await bothOutputs(`
      const a = new addon.AudioEngineEncoder();
      a.initialize(folder + "/a.m4a", 128e3, "mic", { sidecar: true });
      console.log(JSON.stringify([a.injectFrame(Buffer.alloc(16), 2, 2), a.start(), a.pause(), a.stop()]));`);
    expect(JSON.parse(stdout)).toEqual([false, true, true, true]);
    expect(stderr).toBe("");
  });

  it("knows the engine's words for audioMode", async () => {
    const { checkOptions } = createRequire(import.meta.url)(path.join(ADDON, "arguments.js")) as {
      checkOptions: (given: object, warn: () => void) => object;
    };
    const types = await readFile(path.join(ADDON, "engine-types.d.ts"), "utf8");
    const modes =
      /AudioMode = (.*);/
        .exec(types)?.[1]
        ?.split(" | ")
        .map((mode) => JSON.parse(mode) as string) ?? [];
    expect(modes.length).toBe(5);
    for (const audioMode of modes) expect(checkOptions({ audioMode }, () => undefined)).toEqual({ audioMode });
  });

  it("a relative path is the caller's, wherever the engine was started", async () => {
    const told = await inProcess(`
      const fs = require("node:fs");
      new addon.VideoAudioRecorder().initialize(folder + "/first.mp4");
      fs.mkdirSync(folder + "/deeper"); process.chdir(folder + "/deeper");
      const r = new addon.VideoAudioRecorder(); r.initialize("take.mp4"); r.start(); r.stop();
      console.log(JSON.stringify([fs.existsSync(folder + "/deeper/take.mp4"), r.getStatistics().outputPath === fs.realpathSync(folder) + "/deeper/take.mp4"]));`);
    expect(told).toEqual([true, true]);
  });

  it("an address in the place of a file is made no path, and so the engine knows it", () => {
    const { absolutePath } = createRequire(import.meta.url)(path.join(ADDON, "arguments.js")) as {
      absolutePath: (file: string) => string;
    };
    expect(absolutePath("rtmp://me:secret@host/app/KEY")).toBe("rtmp://me:secret@host/app/KEY");
  });

  it("thread settings are accepted", () => {
    const recorder = new addon.VideoAudioRecorder();
    expect([recorder.setThreadConfig({ priority: 1 }), addon.setThreadConfig()]).toEqual([true, true]);
  });
});

describe("pictures of the caller's own", () => {
  it.each([
    [undefined, undefined, undefined, TypeError, "a Buffer of BGRA pixels"],
    ["pixels", undefined, undefined, TypeError, "a Buffer of BGRA pixels"],
    [Buffer.alloc(4), undefined, undefined, RangeError, "8294400 bytes of BGRA pixels for 1920x1080, not 4"],
    [Buffer.alloc(4), 1, 1, RangeError, "2x2 to 8192x8192"],
    [Buffer.alloc(32), 4, 2.5, RangeError, "2x2 to 8192x8192"],
    [Buffer.alloc(32), 4, 3, RangeError, "48 bytes"],
  ])("%j as %s x %s are refused in words", (pixels, width, height, kind, words) => {
    const attempt = (): boolean => new addon.VideoAudioRecorder().injectFrame(pixels as Buffer, width, height);
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(words);
  });

  const SMALL = "const small = Buffer.alloc(4 * 2 * 4), r = new addon.VideoAudioRecorder();";

  it("are recorded when the first one came before initialize, of the old size or another", async () => {
    const told = await inProcess(`${SMALL}
      const full = r.injectFrame(Buffer.alloc(1920 * 1080 * 4)), again = r.injectFrame(small, 4, 2);
      r.initialize(folder + "/p.mp4"); r.start();
      const running = r.injectFrame(new Uint8Array(small), 4, 2);
      let other; try { r.injectFrame(Buffer.alloc(64), 4, 4); } catch (error) { other = [error.name, error.message]; }
      const backend = r.getStatistics().captureBackend;
      r.stop();
      r.initialize(folder + "/s.mp4"); r.start();
      console.log(JSON.stringify([full, again, running, other, backend, r.getStatistics().captureBackend]));`);
    expect(told).toEqual([
      true,
      true,
      true,
      ["RangeError", "injectFrame takes pictures of 4x2 while they are recorded, not 4x4"],
      "pushed",
      "fake",
    ]);
  });

  it("are recorded when the first one came between initialize and start", async () => {
    const told = await inProcess(`${SMALL}
      r.initialize(folder + "/i.mp4", 25);
      const taken = [r.injectFrame(small, 4, 2), r.injectFrame(small, 4, 2), r.injectFrame(small, 2, 4)];
      r.start();
      const { captureBackend, fps } = r.getStatistics();
      console.log(JSON.stringify([taken, r.injectFrame(small, 2, 4), captureBackend, fps]));`);
    expect(told).toEqual([[true, true, true], true, "pushed", 25]);
  });

  it("that come only after start are not taken, which is told once", async () => {
    const { stdout, stderr } = await bothOutputs(`${SMALL}
      r.initialize(folder + "/l.mp4"); r.start();
      console.log(JSON.stringify([r.injectFrame(small, 4, 2), r.injectFrame(small, 4, 2), r.isRunning()]));`);
    expect(JSON.parse(stdout)).toEqual([false, false, true]);
    expect(stderr).toBe(
      "native-audio: injectFrame is ignored: this take began without pictures; the first one must come before start()\n",
    );
  });

  it("are written slot by slot, and said to be there when they are whole", async () => {
    const told = (await inProcess(`${SMALL}
      const fs = require("node:fs"), written = [], write = fs.writeSync;
      fs.writeSync = (file, bytes, from, length, at) => (written.push([at, bytes.toString("hex")]), write(file, bytes, from, length, at));
      const fresh = Object.keys(require.cache).filter((name) => name.includes("addon"));
      for (const name of fresh) delete require.cache[name];
      const again = require(${JSON.stringify(ADDON)});
      const s = new again.VideoAudioStreamer();
      for (const value of [1, 2, 3]) { s.injectFrame(small.fill(value), 4, 2); if (value === 1) s.initialize("rtmp://h/a/k"); }
      console.log(JSON.stringify(written));`)) as unknown[];
    const picture = (value: string): string => value.repeat(32);
    const head = (value: string): string =>
      `${value}00000000000000${value === "01" ? "fe" : value === "02" ? "fd" : "fc"}ffffffffffffff`;
    expect(told).toEqual([
      [4096 + 32, picture("01")],
      [0, head("01")],
      [4096 + 64, picture("02")],
      [0, head("02")],
      [4096, picture("03")],
      [0, head("03")],
    ]);
  });

  it("to an engine that has ended are no pictures taken", async () => {
    const told = await inProcess(`${SMALL}
      const { execFileSync } = require("node:child_process");
      r.injectFrame(small, 4, 2); r.initialize(folder + "/e.mp4"); r.start();
      const engine = execFileSync("pgrep", ["-P", String(process.pid)]).toString().trim().split("\\n")[0];
      process.kill(Number(engine), "SIGKILL");
      const attempt = (f) => { try { return f(); } catch (error) { return error.message; } };
      const out = [attempt(() => r.injectFrame(small, 4, 2)), attempt(() => r.stop())];
      out.push(r.injectFrame(small, 4, 2), r.initialize(folder + "/e2.mp4"), r.start(), r.injectFrame(small, 4, 2));
      console.log(JSON.stringify([...out, r.getStatistics().captureBackend]));`);
    expect(told).toEqual([
      expect.stringContaining("SIGKILL"),
      expect.stringContaining("e.mp4"),
      true,
      true,
      true,
      true,
      "pushed",
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

  it("of video only that doesn't run has nothing to stop", () => {
    const recorder = new addon.VideoRecorder();
    const before = recorder.stop();
    recorder.initialize(path.join(folder, "v.mp4"));
    const initialized = recorder.stop();
    recorder.start();
    expect([before, initialized, recorder.stop(), recorder.stop()]).toEqual([false, false, true, false]);
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

describe("a streamer whose server refuses", () => {
  const ATTEMPT = `
    const live = new addon.VideoAudioStreamer();
    live.initialize("rtmp://refusing/app/key");
    let told; try { told = live.start(); } catch (error) { told = [error.message, error.kind, error.code]; }
    console.log(JSON.stringify([told, live.isRunning()]));`;

  it("throws the engine's words at start and doesn't run", async () => {
    expect(await inProcess(ATTEMPT)).toEqual([["The server refuses connections.", "connect_failed", 1303], false]);
  });

  it("starts all the same where that is switched off", async () => {
    expect(await inProcess(ATTEMPT, { IONIA_STREAM_WAIT: "0" })).toEqual([true, true]);
  });
});

describe("the engine's log", () => {
  it("goes to the caller's stderr while debug logging is on", async () => {
    const { stderr } = await bothOutputs(`
      addon.setDebugLogging(true);
      new addon.VideoAudioRecorder().initialize(folder + "/l.mp4");`);
    expect(stderr).toContain("debug: logging everything\n");
    const { stderr: quiet } = await bothOutputs(`new addon.VideoAudioRecorder().initialize(folder + "/l.mp4");`);
    expect(quiet).toBe("");
  });
});

describe("an answer to nobody", () => {
  it("is the answer to the one call that waits", async () => {
    const recorder = new addon.VideoAudioRecorder();
    expect(() => recorder.initialize(path.join(folder, "unreadable.mp4"))).toThrow("not JSON");
  });
});
