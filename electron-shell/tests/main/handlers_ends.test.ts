/** Ends that meet something under way, and a start of the application with what was left of its files. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { api, eachOpensAStudio, engines, folder, open, studio } from "../fakes/open_studio.ts";

eachOpensAStudio();

const FILE = "recording_2026-03-04T05-06-07-089Z";
const called = (verb: string): object[] => engines.latest.calls.filter(({ method }) => method.endsWith(verb));
const stored = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(path.join(folder, name), "utf8")) as unknown;

interface Message {
  readonly method?: string;
  readonly params?: { readonly id?: string };
}

interface Held {
  /** Resolves when the engine would have got it. */
  readonly sent: Promise<void>;
  release(): void;
}

/** From now on calls of `method`, and what its session is asked behind them, reach the engine only when they are released. */
function hold(method: string): Held {
  const engine = engines.latest;
  const receive = engine.receive.bind(engine);
  const held: Message[] = [];
  let tell: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => (tell = resolve));
  engine.receive = (message) => {
    const { params } = message as Message;
    if ((message as Message).method !== method && (params?.id ?? "") !== held[0]?.params?.id) return receive(message);
    held.push(message as Message);
    tell();
  };
  const release = (): void => {
    engine.receive = receive;
    for (const message of held) receive(message);
  };
  return { sent, release };
}

describe("quitting", () => {
  it("waits for a recording that is being finished, and ends the engine after it", async () => {
    const { outputPath } = await api.startRecording();
    const stop = hold("recorder.stop");
    const stopped = api.stopRecording();
    const again = api.stopRecording();
    await stop.sent;
    const closed = studio.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(called("engine.shutdown")).toEqual([]);
    stop.release();
    await closed;
    expect([await stopped, await again]).toEqual(Array(2).fill({ success: true, outputPath }));
    expect(await stored("history.json")).toMatchObject([{ id: FILE, recovered: false, width: 1280 }]);
    expect(await stored("open-takes.json")).toEqual([]);
  });

  it("ends a recording that is just beginning when it has begun", async () => {
    const start = hold("recorder.start");
    const started = api.startRecording();
    await start.sent;
    const closed = studio.close();
    start.release();
    await closed;
    expect(await started).toMatchObject({ success: true });
    expect(await stored("history.json")).toMatchObject([{ id: FILE, recovered: false }]);
  });
});

it.each(["recorder.stop", "recorder.start"])("says in plain words that the engine ended during %s", async (method) => {
  const begin = method === "recorder.start" ? undefined : await api.startRecording();
  const held = hold(method);
  const answer = begin === undefined ? api.startRecording() : api.stopRecording();
  await held.sent;
  engines.crash(["2026-03-04 INFO ionia.app: something for a log"]);
  const words = begin === undefined ? "Nothing was recorded." : "What was recorded until then is kept.";
  expect(await answer).toMatchObject({ success: false, error: expect.stringContaining(words) as string });
  const { problem } = studio.state.recording;
  expect(problem).toMatchObject({ kind: "engine_exited", message: `The engine stopped. ${words}` });
});

it("is begun once and ended once by a key that is held", async () => {
  await Promise.all([studio.toggleRecording(), studio.toggleRecording()]);
  expect(studio.state.recording.phase).toBe("recording");
  await Promise.all([studio.toggleRecording(), studio.toggleRecording()]);
  expect(studio.state.recording.phase).toBe("idle");
  expect(called("recorder.start")).toHaveLength(1);
});

describe("a stream that is ended before it began", () => {
  it.each(["streamer.initialize", "recorder.initialize"])("never goes live, held up in %s", async (method) => {
    const held = hold(method);
    if (method === "recorder.initialize") {
      void api.updateSettings({ screen: "x11:1" }); // which opens the devices anew
      await held.sent;
    }
    const started = api.startStream("rtmp://host/app/key");
    await vi.waitFor(() => expect(studio.state.stream.phase).toBe("starting"));
    if (method === "streamer.initialize") await held.sent;
    const stopped = [api.stopStream(), api.stopStream()];
    held.release();
    expect(await Promise.all(stopped)).toMatchObject([{ success: true }, { success: true }]);
    expect(called("streamer.stop")).toHaveLength(1);
    expect(await started).toMatchObject({ success: false, error: "The stream was ended before it began." });
    expect(called("streamer.start")).toEqual([]);
    expect(studio.state.stream).toMatchObject({ phase: "idle", problem: null });
  });
});

it.each(["Recording", "Stream"] as const)(
  "a %s that is just beginning shows the screen that is chosen meanwhile",
  async (what) => {
    const held = hold(what === "Recording" ? "recorder.start" : "streamer.start");
    const started = what === "Recording" ? api.startRecording() : api.startStream("rtmp://host/app/key");
    await held.sent;
    const chosen = api.updateSettings({ screen: "x11:1" });
    held.release();
    expect([await started, await chosen]).toMatchObject([{ success: true }, { success: true }]);
    expect(called("setScreen")).toMatchObject([{ params: { screen: "x11:1" } }]);
  },
);

it("a stream that waits for the devices takes the screen that is chosen meanwhile", async () => {
  const held = hold("recorder.initialize");
  void api.updateSettings({ cursor: false });
  await held.sent;
  const started = api.startStream("rtmp://host/app/key");
  const chosen = api.updateSettings({ screen: "x11:1" });
  held.release();
  expect([await started, await chosen]).toMatchObject([{ success: true }, { success: true }]);
  expect(called("streamer.setScreen")).toMatchObject([{ params: { screen: "x11:1" } }]);
});

it("goes on with the screen of before when the settings can't be saved", async () => {
  await api.startRecording();
  await rm(path.join(folder, "settings.json"), { force: true });
  await mkdir(path.join(folder, "settings.json", "in the way"), { recursive: true });
  expect(await api.updateSettings({ screen: "x11:1" })).toMatchObject({ success: false });
  expect(called("setScreen")).toMatchObject([{ params: { screen: "x11:1" } }, { params: { screen: null } }]);
});

it("says which of its files it could not read, where they are, and lists the recordings all the same", async () => {
  await api.startRecording();
  await api.stopRecording();
  await studio.close();
  for (const name of ["settings.json", "history.json"]) await writeFile(path.join(folder, name), '{"theme": "da');
  const recording = (name: string): string => path.join(folder, "recordings", name);
  await writeFile(recording("picture.png"), "none of them");
  await writeFile(recording("recording_2026-03-03T00-00-00-000Z.mp4"), "older");
  await open();
  expect(studio.state.notices).toMatchObject([
    { level: "warning", message: expect.stringMatching(/^The settings could not be read/) as string },
    {
      level: "warning",
      message: expect.stringMatching(/^The list of recordings could not be read/) as string,
      hint: expect.stringContaining(path.join(folder, "history.json.damaged")) as string,
    },
  ]);
  expect(studio.state.history).toMatchObject([
    { id: FILE, bytes: 9, recovered: false, createdAt: "2026-03-04T05:06:07.089Z" },
    { bytes: 5, createdAt: "2026-03-03T00:00:00.000Z" },
  ]);
});
