import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { INITIAL_STATE, reduceShell, type ShellState } from "@ionia/common";
import {
  HistoryStore,
  JsonFile,
  fileResponse,
  isTrustedFrame,
  parseRange,
  quitQuestion,
  recordingPath,
  trayModel,
} from "@ionia/main";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ionia-parts-"));
});

afterEach(() => rm(folder, { recursive: true }));

const state = (recording: Partial<ShellState["recording"]>, stream: Partial<ShellState["stream"]> = {}): ShellState =>
  reduceShell(
    reduceShell(
      { ...INITIAL_STATE, engine: { phase: "ready", message: "", version: "1" } },
      { type: "recording", change: recording },
    ),
    {
      type: "stream",
      change: stream,
    },
  );

describe("who may ask", () => {
  it("is the top frame of our own page", () => {
    expect(isTrustedFrame({ url: "ionia://app/index.html", parent: null })).toBe(true);
    expect(isTrustedFrame({ url: "ionia://app/index.html", parent: {} })).toBe(false);
    expect(isTrustedFrame({ url: "ionia://app.evil/index.html", parent: null })).toBe(false);
    expect(isTrustedFrame({ url: "https://example.com/", parent: null })).toBe(false);
    expect(isTrustedFrame(null)).toBe(false);
  });
});

describe("recordings", () => {
  it("are named by the contract", () => {
    expect(recordingPath("/u", new Date("2026-03-04T05:06:07.089Z"))).toBe(
      path.join("/u", "recordings", "recording_2026-03-04T05-06-07-089Z.mp4"),
    );
  });

  it("drop out of the history with their file, and damaged lists are empty", async () => {
    const file = path.join(folder, "history.json");
    const video = path.join(folder, "v.mp4");
    await writeFile(video, "x");
    const entry = {
      id: "v",
      name: "v",
      path: video,
      createdAt: "",
      durationSeconds: 1,
      bytes: 1,
      width: 1,
      height: 1,
      fps: 1,
      recovered: false,
    };
    await writeFile(file, JSON.stringify([entry, { ...entry, id: "gone", path: "/gone.mp4" }, { id: 3 }]));
    const history = new HistoryStore(new JsonFile(file), (id) => id);
    await history.load();
    expect(history.entries.map(({ id }) => id)).toEqual(["v"]);
    await writeFile(file, "{damaged");
    await history.load();
    expect(history.entries).toEqual([]);
  });

  it("are served in parts", async () => {
    const file = path.join(folder, "v.mp4");
    await writeFile(file, "0123456789");
    const part = await fileResponse(file, "video/mp4", "bytes=2-4");
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/10", "234"]);
    expect(await (await fileResponse(file, "video/mp4", null)).text()).toBe("0123456789");
    expect((await fileResponse(file, "video/mp4", "bytes=10-")).status).toBe(416);
    expect((await fileResponse(`${file}x`, "video/mp4", null)).status).toBe(404);
    expect(parseRange("bytes=-3", 10)).toEqual({ start: 7, end: 9 });
    expect(parseRange("bytes=5-", 10)).toEqual({ start: 5, end: 9 });
    expect(parseRange("lines=1-2", 10)).toBeUndefined();
  });
});

it("JSON files are written in the order of the calls", async () => {
  const file = new JsonFile(path.join(folder, "deep", "a.json"));
  await Promise.all([file.write(1), file.write(2), file.write({ three: 3 })]);
  expect(JSON.parse(await readFile(path.join(folder, "deep", "a.json"), "utf8"))).toEqual({ three: 3 });
});

describe("the tray", () => {
  it("shows the worst of what is going on", () => {
    expect(trayModel(state({}))).toMatchObject({
      icon: "idle",
      tooltip: "Ionia",
      recordingLabel: "Start recording",
      streamEnabled: false,
    });
    expect(trayModel(state({ phase: "recording" }))).toMatchObject({
      icon: "recording",
      tooltip: "Ionia, Recording 00:00",
      recordingLabel: "Stop recording",
    });
    expect(trayModel(state({}, { phase: "live" }))).toMatchObject({
      icon: "live",
      streamLabel: "End stream",
      streamEnabled: true,
    });
    expect(trayModel(state({ phase: "recording" }, { phase: "reconnecting" }))).toMatchObject({ icon: "warning" });
    expect(trayModel(INITIAL_STATE).recordingEnabled).toBe(false);
  });
});

describe("quitting", () => {
  it("asks when something would be cut off", () => {
    expect(quitQuestion(state({}))).toBeNull();
    expect(quitQuestion(state({ phase: "recording" }))?.confirm).toBe("Finish and quit");
    expect(quitQuestion(state({}, { phase: "live" }))?.message).toBe("You are live.");
    expect(quitQuestion(state({ phase: "recording" }, { phase: "live" }))?.message).toContain("and a stream");
  });
});
