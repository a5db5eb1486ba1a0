import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EngineError } from "@ionia/common";
import { EngineClient, Recorder, Streamer, runJob, type EngineExit, type LostSession } from "@ionia/node";
import { MemoryEngines } from "../fakes/memory_engine.ts";

let engines: MemoryEngines;
let client: EngineClient;
let folder: string;

beforeEach(async () => {
  engines = new MemoryEngines();
  client = new EngineClient({ launch: engines.launch });
  folder = await mkdtemp(path.join(tmpdir(), "ionia-"));
});

afterEach(async () => {
  vi.useRealTimers();
  await client.close();
  await rm(folder, { recursive: true });
});

const kindOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof EngineError ? error.kind : String(error)),
  );

describe("calls", () => {
  it("shakes hands before the first call and once only", async () => {
    await client.call("engine.devices");
    await client.call("engine.devices");
    expect(engines.latest.calls.map((call) => call.method)).toEqual([
      "engine.info",
      "engine.devices",
      "engine.devices",
    ]);
  });

  it.each([["2.0"], [2]])("refuses an engine that speaks protocol %s", async (protocolVersion) => {
    engines.prepare = (engine) => (engine.protocolVersion = protocolVersion);
    expect(await kindOf(client.start())).toBe("protocol");
  });

  it("passes on the engine's error with kind, code, hint and session", async () => {
    const error: unknown = await client.call("recorder.start", { id: "r" }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: "not_initialized", code: 1001, sessionId: "r" });
  });

  it("gives up after the call's time limit", async () => {
    await client.start();
    engines.latest.silent.add("engine.devices");
    expect(await kindOf(client.call("engine.devices", {}, { timeoutMs: 5 }))).toBe("timeout");
  });

  it("gives up when it is aborted, before and during the call", async () => {
    await client.start();
    engines.latest.silent.add("engine.devices");
    const controller = new AbortController();
    const call = client.call("engine.devices", {}, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await expect(client.call("engine.devices", {}, { signal: controller.signal })).rejects.toThrow("enough");
  });

  it("rejects at once when there is no engine to start, and tries anew at the next call", async () => {
    const missing = new EngineClient({
      launch: () => {
        throw new EngineError("engine_missing", "no engine");
      },
    });
    expect(await kindOf(missing.call("engine.devices"))).toBe("engine_missing");
    expect(await kindOf(missing.start())).toBe("engine_missing");
  });
});

describe("when the engine ends by itself", () => {
  it("rejects what is pending with the engine's last words, and starts it again", async () => {
    await client.call("engine.subscribe", { statsIntervalMs: 250, audioLevels: true });
    vi.useFakeTimers();
    const exits: EngineExit[] = [];
    client.on("engine.exited", (exit) => exits.push(exit));
    engines.latest.silent.add("engine.devices");
    const pending = client.call("engine.devices").catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(0);
    engines.crash(["boom"]);
    expect(String(await pending)).toMatch(/SIGSEGV.*boom/);
    expect(exits).toMatchObject([{ restartInMs: 500, signal: "SIGSEGV" }]);

    const later = client.call("engine.devices");
    await vi.advanceTimersByTimeAsync(500);
    expect((await later).screens).toHaveLength(2);
    expect(engines.all).toHaveLength(2);
    expect(engines.latest.subscription).toEqual({ statsIntervalMs: 250, audioLevels: true });
  });

  it("says which sessions ended with it and where their files are", async () => {
    const running = new Recorder(client, "running");
    const stopped = new Recorder(client, "stopped");
    for (const recorder of [running, stopped]) {
      await recorder.initialize(path.join(folder, `${recorder.id}.mp4`));
      await recorder.start();
    }
    await stopped.stop();
    const streamer = new Streamer(client, "live");
    await streamer.initialize("rtmp://host/app/key");
    await streamer.start();
    const lost: LostSession[] = [];
    client.on("session.lost", (session) => lost.push(session));
    engines.crash();
    await vi.waitFor(() => expect(lost).toHaveLength(2));
    expect(lost.find((session) => session.kind === "recorder")).toEqual({
      kind: "recorder",
      id: "running",
      recovered: { path: path.join(folder, "running.mp4"), bytes: 9 },
    });
    expect(lost.find((session) => session.kind === "streamer")).toMatchObject({ id: "live", recovered: null });
  });

  it("a call that waits for the restart fails when the client is closed", async () => {
    await client.start();
    engines.crash();
    const waiting = kindOf(client.call("engine.devices"));
    await client.close();
    expect(await waiting).toBe("engine_exited");
    expect(engines.all).toHaveLength(1);
  });
});

describe("sessions", () => {
  it("records with the addon's method names and hears its own events only", async () => {
    const recorder = new Recorder(client);
    const other = new Recorder(client);
    const states: string[] = [];
    recorder.on("state", (event) => states.push(event.state));
    expect(
      await recorder.initialize(path.join(folder, "a.mp4"), 60, 8_000_000, false, 128_000, "desktop", {
        screen: "test",
      }),
    ).toBe(true);
    await other.initialize(path.join(folder, "b.mp4"));
    expect(await recorder.start()).toBe(true);
    expect(await recorder.start()).toBe(false);
    expect(await recorder.isRunning()).toBe(true);
    expect(await recorder.getCodecName()).toBe("libx264");
    expect((await recorder.getStatistics()).videoFramesCaptured).toBeGreaterThanOrEqual(0);
    expect(await recorder.stop()).toBe(true);
    expect(await recorder.stop()).toBe(true);
    expect(states).toEqual(["initialized", "starting", "running", "stopping", "stopped"]);
    await recorder.dispose();
    expect(engines.latest.calls[1]).toEqual({
      method: "recorder.initialize",
      params: {
        outputPath: path.join(folder, "a.mp4"),
        fps: 60,
        videoBitrate: 8_000_000,
        useNvenc: false,
        audioBitrate: 128_000,
        audioMode: "desktop",
        screen: "test",
        id: recorder.id,
      },
    });
  });

  it("pauses, marks and goes on in another file", async () => {
    const recorder = new Recorder(client);
    const files: string[] = [];
    recorder.on("file", ({ next }) => files.push(next));
    await recorder.initialize(path.join(folder, "take.mp4"));
    expect(await recorder.pause()).toBe(false);
    await recorder.start();
    expect([await recorder.pause(), await recorder.resume(), await recorder.togglePause()]).toEqual([true, true, true]);
    expect((await recorder.getStatistics()).pauses).toBe(2);
    expect(await recorder.mark("goal", { by: 7 }, 1)).toMatchObject({ index: 0, path: path.join(folder, "take.mp4") });
    const { next } = await recorder.split();
    expect([next, files]).toEqual([path.join(folder, "take-2.mp4"), [next]]);
    await recorder.stop();
    expect(await kindOf(recorder.split())).toBe("not_initialized");
  });

  it("streams and tells about the connection", async () => {
    const streamer = new Streamer(client);
    const states: string[] = [];
    streamer.on("connection", (event) => states.push(event.state));
    await streamer.initialize("rtmp://host/app/key");
    await streamer.start();
    engines.latest.connection(streamer.id, "connected");
    await vi.waitFor(() => expect(states).toEqual(["connecting", "connected"]));
    expect(await streamer.isConnected()).toBe(true);
    expect(await streamer.isBackpressure()).toBe(false);
    expect((await streamer.getStatistics()).audioPacketsDropped).toBe(0);
    await streamer.dispose();
  });
});

describe("a job", () => {
  const clip = { path: "/a.mp4", output: "/b.mp4" };
  const made = { path: "/b.mp4", durationSeconds: 2, bytes: 9, changed: true };

  it("tells how far it is, and what it made", async () => {
    await client.start();
    engines.latest.jobResults.set("clip", made);
    engines.latest.slowJobs.add("clip");
    const seen: number[] = [];
    const other = runJob(client, "media.clip", clip);
    const job = runJob(client, "media.clip", clip, { onProgress: (fraction) => seen.push(fraction) });
    await vi.waitFor(() => expect(engines.latest.runningJobs.size).toBe(2));
    for (const [id, fraction] of [
      ["job-2", 0.25],
      ["job-1", 1],
      ["job-2", 1],
    ] as const)
      engines.latest.progress(id, fraction);
    expect([await job, await other]).toEqual([made, made]);
    expect(seen).toEqual([0.25, 1]);
  });

  it("is cancelled, also before its name is known", async () => {
    await client.start();
    engines.latest.jobResults.set("clip", made);
    engines.latest.slowJobs.add("clip");
    const early = new AbortController();
    early.abort();
    expect(await kindOf(runJob(client, "media.clip", clip, { signal: early.signal }))).toBe("cancelled");
    const later = new AbortController();
    const job = kindOf(runJob(client, "media.clip", clip, { signal: later.signal }));
    await vi.waitFor(() => expect(engines.latest.runningJobs.size).toBe(1));
    later.abort();
    expect(await job).toBe("cancelled");
  });

  it("fails in its own words, and with its engine", async () => {
    await client.start();
    engines.latest.jobFailures.set("clip", "There is no room.");
    await expect(runJob(client, "media.clip", clip)).rejects.toMatchObject({
      kind: "media_failed",
      message: "There is no room.",
    });
    engines.latest.slowJobs.add("clip");
    const job = kindOf(runJob(client, "media.clip", clip));
    await vi.waitFor(() => expect(engines.latest.runningJobs.size).toBe(1));
    engines.crash();
    expect(await job).toBe("engine_exited");
  });
});
