import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineError, INITIAL_STATE, reduceShell, type ShellState } from "@ionia/common";
import {
  HistoryStore,
  JsonFile,
  StoredValue,
  VideoRequests,
  fileResponse,
  isTrustedFrame,
  parseRange,
  patiently,
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
    const history = new HistoryStore(new JsonFile(file), { media: (id) => id, thumbnail: (id) => id });
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

describe("what is stored", () => {
  it("is written in the order of the calls, and nothing is left beside it", async () => {
    const file = new JsonFile(path.join(folder, "deep", "a.json"));
    await Promise.all([file.write(1), file.write(2), file.write({ three: 3 })]);
    expect(JSON.parse(await readFile(path.join(folder, "deep", "a.json"), "utf8"))).toEqual({ three: 3 });
    expect(await readdir(path.join(folder, "deep"))).toEqual(["a.json"]);
  });

  it("is what it was when it can't be written, and can be changed again afterwards", async () => {
    const name = path.join(folder, "b.json");
    const value = new StoredValue<number>(new JsonFile(name), "The number", 1);
    expect(await value.change((before) => before + 1)).toBe(2);
    await rm(name);
    await mkdir(path.join(name, "in the way"), { recursive: true });
    const refused = value.change((before) => before + 10);
    const next = value.change((before) => before + 100);
    await expect(refused).rejects.toMatchObject({
      kind: "output_failed",
      message: expect.stringMatching(/^The number could not be saved \(E[A-Z]+\)\.$/) as string,
    });
    await expect(next).rejects.toBeInstanceOf(EngineError);
    expect(value.value).toBe(2);
    expect(await readdir(folder)).toEqual(["b.json"]);
    await rm(name, { recursive: true });
    expect(await value.change((before) => before + 1)).toBe(3);
  });

  it("is changed by one call after the other, none of which undoes another's", async () => {
    const value = new StoredValue<readonly number[]>(new JsonFile(path.join(folder, "c.json")), "The list", []);
    await Promise.all([1, 2, 3].map((one) => value.change((before) => [...before, one])));
    expect(value.value).toEqual([1, 2, 3]);
  });

  it("is kept beside when it is damaged", async () => {
    const name = path.join(folder, "d.json");
    await writeFile(name, "{damaged");
    expect(await new JsonFile(name).read()).toBeUndefined();
    expect(await readFile(`${name}.damaged`, "utf8")).toBe("{damaged");
  });

  it("is kept beside when it can't be read", async () => {
    await mkdir(path.join(folder, "e.json"));
    expect(await new JsonFile(path.join(folder, "e.json")).read()).toBeUndefined();
    expect(await readdir(folder)).toEqual(["e.json.damaged"]);
  });

  it("waits for whoever holds it for a moment, and for nothing else", async () => {
    const failing = (code: string, times: number): (() => Promise<number>) => {
      let calls = 0;
      return () =>
        (calls += 1) > times ? Promise.resolve(calls) : Promise.reject(Object.assign(new Error(code), { code }));
    };
    expect(await patiently(failing("EPERM", 2))).toBe(3);
    await expect(patiently(failing("EBUSY", 9))).rejects.toThrow("EBUSY");
    await expect(patiently(failing("ENOSPC", 1))).rejects.toThrow("ENOSPC");
  });
});

describe("a video by its path", () => {
  const ask = (file: string): string => `ionia-video://open?path=${encodeURIComponent(file)}`;
  let videos: VideoRequests;
  let recordings: string;

  beforeEach(async () => {
    recordings = path.join(folder, "recordings");
    await mkdir(recordings);
    for (const name of ["a ü.mp4", "secret.txt"]) await writeFile(path.join(recordings, name), "0123456789");
    await writeFile(path.join(folder, "elsewhere.mp4"), "other");
    videos = new VideoRequests(recordings, (file) => file === "/listed/gone.mp4");
  });

  it("plays what was recorded here, with ranges", async () => {
    const whole = await videos.respond(ask(path.join(recordings, "a ü.mp4")), null);
    expect([whole.status, whole.headers.get("content-type"), await whole.text()]).toEqual([
      200,
      "video/mp4",
      "0123456789",
    ]);
    const part = await videos.respond(ask(path.join(recordings, "a ü.mp4")), "bytes=2-4");
    expect([part.status, await part.text()]).toEqual([206, "234"]);
    expect((await videos.respond(ask("/listed/gone.mp4"), null)).status).toBe(404);
  });

  it("plays what the user chose, from then on", async () => {
    const file = path.join(folder, "elsewhere.mp4");
    expect((await videos.respond(ask(file), null)).status).toBe(403);
    videos.choose([file]);
    expect(await (await videos.respond(ask(file), null)).text()).toBe("other");
  });

  it("plays nothing else", async () => {
    await symlink(path.join(folder, "elsewhere.mp4"), path.join(recordings, "link.mp4"));
    const refused = [
      path.join(recordings, "secret.txt"),
      path.join(recordings, "link.mp4"),
      `${recordings}/../elsewhere.mp4`,
      path.join(recordings, "none.mp4"),
      "/etc/passwd",
    ];
    for (const file of refused) expect((await videos.respond(ask(file), null)).status, file).toBe(403);
    const senseless = ["ionia-video://open", ask("a.mp4"), ask("/a\0.mp4"), "ionia-video://close?path=/a.mp4", "x", ""];
    for (const url of senseless) expect((await videos.respond(url, null)).status, url).toBe(400);
  });
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

  it("says that screen and sound are held for the instant replay, and when they are not any more", () => {
    const holding = (phase: ShellState["replay"]["phase"], recording: Partial<ShellState["recording"]> = {}) => {
      const shown = state(recording);
      const settings = { ...shown.settings, replaySeconds: 30 };
      return trayModel({ ...shown, settings, replay: { ...shown.replay, phase } });
    };
    expect(holding("ready")).toMatchObject({ icon: "replay", tooltip: "Ionia, Holding the last 30 s" });
    expect(holding("failed")).toMatchObject({ icon: "warning", tooltip: "Ionia, Instant replay ended" });
    expect(holding("ready", { phase: "recording" })).toMatchObject({
      icon: "recording",
      tooltip: "Ionia, Recording 00:00, Holding the last 30 s",
    });
  });
});

describe("quitting", () => {
  it("asks when something would be cut off", () => {
    expect(quitQuestion(state({}))).toBeNull();
    expect(quitQuestion(state({ phase: "recording" }))?.confirm).toBe("Finish and quit");
    expect(quitQuestion(state({}, { phase: "live" }))?.message).toBe("You are live.");
    expect(quitQuestion(state({ phase: "recording" }, { phase: "live" }))?.message).toContain("and a stream");
  });

  it("says what of the instant replay goes with it", () => {
    const holding = (recording: Partial<ShellState["recording"]>, secondsHeld: number) => {
      const shown = state(recording);
      return quitQuestion({ ...shown, replay: { ...shown.replay, secondsHeld } });
    };
    expect(holding({}, 0)).toBeNull();
    expect(holding({}, 30)).toEqual({
      message: "The instant replay holds the last 30 s.",
      detail: "Quitting drops them. Save them first to keep them.",
      confirm: "Quit",
    });
    expect(holding({ phase: "recording" }, 30)?.detail).toBe(
      "Quitting finishes the recording and keeps its file. The 30 s of the instant replay are dropped.",
    );
  });
});
