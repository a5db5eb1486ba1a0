/** The client against the real engine, on its built-in test card: no display, no sound server. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { EngineError, type EngineNotifications } from "@ionia/common";
import { Recorder, Replay, Streamer, runJob, type EngineClient, type LostSession } from "@ionia/node";
import { FFPROBE_MISSING, probe } from "../fakes/probe.ts";
import { isAlive } from "../fakes/processes.ts";
import { REAL_ENGINE, TEST_CARD, realEngineClient } from "../fakes/real_engine.ts";

/** The types of an MP4's outermost boxes, in their order. */
function topBoxes(file: Buffer): string[] {
  const types: string[] = [];
  for (let at = 0; at + 8 <= file.length;) {
    const size = file.readUInt32BE(at);
    types.push(file.toString("latin1", at + 4, at + 8));
    at += size === 1 ? Number(file.readBigUInt64BE(at + 8)) : size === 0 ? file.length : size;
  }
  return types;
}

describe.skipIf(REAL_ENGINE === undefined || FFPROBE_MISSING !== "")("the real engine", () => {
  let client: EngineClient;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ionia-real-"));
    client = realEngineClient();
    await client.start();
  });

  afterAll(async () => {
    await client.close();
    await rm(folder, { recursive: true });
  });

  it("records, tells states, figures and levels, and leaves a good file", async () => {
    await client.call("engine.subscribe", { statsIntervalMs: 200, audioLevels: true });
    const recorder = new Recorder(client);
    const states: string[] = [];
    const levels: EngineNotifications["audio.levels"][] = [];
    let seconds = 0;
    recorder
      .on("state", ({ state }) => states.push(state))
      .on("levels", (level) => levels.push(level))
      .on("stats", (stats) => (seconds = stats.durationSeconds ?? 0));
    const file = path.join(folder, "Aufnahme ü 1.mp4");
    await recorder.initialize(file, 30, 2_000_000, false, 128_000, "both", TEST_CARD);
    expect(await recorder.start()).toBe(true);
    expect(await recorder.start()).toBe(false);
    await vi.waitFor(() => expect(seconds).toBeGreaterThan(1.5), { timeout: 20_000 });
    await vi.waitFor(() => expect(levels.some(({ mic }) => (mic?.peakDb ?? -120) > -20)).toBe(true), {
      timeout: 20_000,
    });
    expect(await recorder.getCodecName()).toBe("libx264");
    expect(await recorder.stop()).toBe(true);
    const stats = await recorder.getStatistics();
    expect(states).toEqual(["initialized", "starting", "running", "stopping", "stopped"]);
    const found = await probe(file);
    expect(found).toMatchObject({ codecs: ["h264", "aac"], frames: stats.videoFramesCaptured });
    expect(found.deltas).toEqual([expect.closeTo(1 / 30, 3)]);
    await recorder.dispose();
  });

  it("holds what came last, saves it, and begins a recording with it", async () => {
    const media = { ...TEST_CARD, fps: 30, videoBitrate: 2_000_000, useNvenc: false, keyframeIntervalSeconds: 0.5 };
    const [replay, recorder] = [new Replay(client), new Recorder(client)];
    const saved: string[] = [];
    replay.on("saved", ({ path: file }) => saved.push(file));
    const [clip, take] = [path.join(folder, "clip.mp4"), path.join(folder, "take.mp4")];
    await replay.initialize({ ...media, seconds: 20 });
    await recorder.initializeWith({ ...media, outputPath: take });
    await expect(recorder.startWith(replay, 1)).rejects.toMatchObject({ kind: "not_initialized" });
    await replay.start();
    await vi.waitFor(async () => expect((await replay.getStatistics()).secondsHeld).toBeGreaterThan(0.7), {
      timeout: 20_000,
    });
    expect(await recorder.startWith(replay, 0.5)).toBe(true);
    const answer = await replay.save(clip, 0.5);
    expect(answer).toMatchObject({ path: clip, durationSeconds: expect.any(Number) as number });
    expect(answer.durationSeconds).toBeGreaterThanOrEqual(0.5);
    await vi.waitFor(() => expect(saved).toEqual([clip]));
    await recorder.stop();
    expect((await recorder.getStatistics()).durationSeconds).toBeGreaterThanOrEqual(0.5);
    expect(await probe(clip)).toMatchObject({ codecs: ["h264", "aac"] });
    await recorder.dispose();
    await replay.dispose();
  });

  it("refuses in words, with the kinds of the contract", async () => {
    const refused = async (call: Promise<unknown>): Promise<string> => {
      const error: unknown = await call.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(EngineError);
      expect((error as EngineError).message).not.toBe("");
      return (error as EngineError).kind;
    };
    expect(await refused(new Recorder(client).start())).toBe("not_initialized");
    expect(await refused(new Recorder(client).getStatistics())).toBe("no_such_session");
    expect(
      await refused(
        new Recorder(client).initialize(path.join(folder, "no", "such.mp4"), 30, 2e6, false, 128e3, "both", TEST_CARD),
      ),
    ).toBe("output_failed");
    expect(
      await refused(new Streamer(client).initialize("http://host/app/key", 30, 2e6, false, 128e3, "both", TEST_CARD)),
    ).toBe("bad_url");
  });

  it("reports the recovered file of a recording that its engine did not survive, and starts a new one", async () => {
    const recorder = new Recorder(client);
    const file = path.join(folder, "killed.mp4");
    const lost: LostSession[] = [];
    recorder.on("lost", (session) => lost.push(session));
    await recorder.initialize(file, 30, 2_000_000, false, 128_000, "both", TEST_CARD);
    await recorder.start();
    // In the file, not merely captured: an encoder may be behind.
    const written = async (): Promise<number> => (await recorder.getStatistics()).videoPacketsMuxed;
    await vi.waitFor(async () => expect(await written()).toBeGreaterThan(60), { timeout: 20_000 });
    const pid = client.pid as number;
    process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(lost).toMatchObject([{ kind: "recorder", recovered: { path: file } }]), {
      timeout: 10_000,
    });
    const { frames } = await probe(file);
    expect(frames).toBeGreaterThanOrEqual(30);
    const progress: number[] = [];
    const onProgress = (fraction: number): void => void progress.push(fraction);
    expect(await runJob(client, "media.finalize", { path: file }, { onProgress })).toMatchObject({
      path: file,
      changed: true,
    });
    expect(progress.at(-1)).toBeGreaterThan(0);
    const boxes = topBoxes(await readFile(file));
    expect([boxes[0], boxes.includes("moov"), boxes.includes("moof")], boxes.join()).toEqual(["ftyp", true, false]);
    expect((await probe(file)).frames).toBe(frames);
    const none = path.join(folder, "none.mp4");
    await expect(runJob(client, "media.finalize", { path: none })).rejects.toMatchObject({
      kind: "media_failed",
      message: expect.stringContaining("none.mp4") as string,
    });
    expect((await client.call("engine.info")).pid).not.toBe(pid);
  });

  it("ends with its client, the recording finished", async () => {
    const other = realEngineClient();
    const recorder = new Recorder(other);
    const file = path.join(folder, "closed.mp4");
    await recorder.initialize(file, 30, 2_000_000, false, 128_000, "none", { screen: "test" });
    await recorder.start();
    await vi.waitFor(async () => expect(await recorder.getCurrentPTSSeconds()).toBeGreaterThan(0.5), {
      timeout: 20_000,
    });
    const pid = other.pid as number;
    await other.close();
    expect(isAlive(pid)).toBe(false);
    expect((await probe(file)).codecs).toEqual(["h264"]);
  });
});
