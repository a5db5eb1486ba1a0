import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import {
  LineSplitter,
  LineTooLong,
  Replay,
  RestartPolicy,
  SessionLedger,
  engineCandidates,
  findEngine,
  type EngineClient,
} from "@ionia/node";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("LineSplitter", () => {
  it("puts characters together that a chunk boundary cut, whatever the boundary", () => {
    const text = '{"a":"ü€😀"}\r\n\n{"b":2}\n';
    for (let cut = 0; cut <= bytes(text).length; cut += 1) {
      const splitter = new LineSplitter();
      const lines = [...splitter.push(bytes(text).subarray(0, cut)), ...splitter.push(bytes(text).subarray(cut))];
      expect(lines).toEqual(['{"a":"ü€😀"}', '{"b":2}']);
    }
  });

  it("is linear in the number of chunks and hands out the rest", () => {
    const splitter = new LineSplitter();
    const chunk = bytes("xy");
    for (let count = 0; count < 50_000; count += 1) splitter.push(chunk);
    expect(splitter.push(bytes("\ntail"))[0]).toHaveLength(100_000);
    expect(splitter.end()).toBe("tail");
  });

  it("refuses a line over the limit", () => {
    const splitter = new LineSplitter(4);
    expect(splitter.push(bytes("1234\n"))).toEqual(["1234"]);
    expect(() => splitter.push(bytes("12345"))).toThrow(LineTooLong);
  });
});

describe("RestartPolicy", () => {
  it("doubles from half a second, five starts in any minute at most", () => {
    const policy = new RestartPolicy();
    const starts: number[] = [];
    for (let now = 0; starts.length < 12;) {
      now += policy.exited(now);
      starts.push(now);
    }
    expect(starts.slice(0, 4)).toEqual([500, 1500, 3500, 7500]);
    for (const [index, at] of starts.entries()) {
      const sixth = starts[index + 5];
      if (sixth !== undefined) expect(sixth - at).toBeGreaterThanOrEqual(60_000);
    }
  });

  it("begins anew after a quiet minute", () => {
    const policy = new RestartPolicy();
    policy.exited(0);
    policy.exited(1000);
    expect(policy.exited(120_000)).toBe(500);
  });
});

describe("where the engine is", () => {
  it("prefers the environment, then the package, then the repository", () => {
    expect(engineCandidates({ env: { IONIA_ENGINE: "/e" } })).toEqual(["/e"]);
    const query = { env: {}, platform: "linux", resourcesPath: "/res", startDirectory: "/a/b" } as const;
    expect(engineCandidates(query)).toEqual([
      "/res/engine/ionia-engine",
      "/a/b/.venv/bin/ionia-engine",
      "/a/.venv/bin/ionia-engine",
      "/.venv/bin/ionia-engine",
    ]);
    expect(findEngine({ ...query, exists: (file) => file.startsWith("/a/.venv") })).toBe("/a/.venv/bin/ionia-engine");
    expect(engineCandidates({ ...query, platform: "win32" })[0]).toBe("/res/engine/ionia-engine.exe");
  });

  it("says what to do when there is none", () => {
    expect(() => findEngine({ env: { IONIA_ENGINE: "/nowhere" } })).toThrow("/nowhere");
  });
});

describe("SessionLedger", () => {
  it("counts a session as running from the attempt to start it until it ends", () => {
    const ledger = new SessionLedger();
    ledger.answered("recorder.initialize", { outputPath: "/a.mp4", id: "a" });
    ledger.calling("recorder.start", { id: "a" });
    ledger.calling("streamer.start", {});
    ledger.notified("session.state", { id: "default", kind: "streamer", state: "failed" });
    expect(ledger.takeOpen()).toEqual([{ kind: "recorder", id: "a", outputPath: "/a.mp4" }]);
    expect(ledger.takeOpen()).toEqual([]);
  });
});

describe("Session", () => {
  it("leaves no listener with the client, whether it is disposed of or its engine is gone", async () => {
    const client = Object.assign(new EventEmitter(), { call: () => Promise.resolve(null) });
    const heard: string[] = [];
    const sessions = ["a", "b"].map((id) => new Replay(client as unknown as EngineClient, id));
    for (const session of sessions)
      session.on("warning", ({ message }) => heard.push(message)).on("stats", ({ id }) => heard.push(id));
    const [gone, disposed] = sessions as [Replay, Replay];
    gone.unlisten();
    const warning = { kind: "replay", code: "c", data: {} };
    for (const id of ["a", "b"]) client.emit("session.warning", { ...warning, id, message: id });
    await disposed.dispose();
    for (const id of ["a", "b"]) client.emit("session.warning", { ...warning, id, message: id });
    expect(heard).toEqual(["b"]);
    expect(client.eventNames()).toEqual([]);
  });
});
