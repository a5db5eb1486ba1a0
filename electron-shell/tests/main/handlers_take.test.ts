/** A running recording through the window's requests: pauses, marks, files, and ends that nobody asked for. */
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { FakeSession } from "../fakes/fake_engine.mjs";
import { api, eachOpensAStudio, engines, events, folder, studio } from "../fakes/open_studio.ts";

eachOpensAStudio();

const take = (): FakeSession | undefined =>
  [...engines.latest.sessions.values()].find(({ kind, id }) => kind === "recorder" && id !== "readiness");
const phases = (): unknown[] =>
  events.flatMap((event) => (event.type === "recording" ? (event.change.phase ?? []) : []));

describe("a running recording", () => {
  it("is paused and goes on, as the engine tells, and is stopped in a pause", async () => {
    expect(await api.togglePause()).toEqual({ success: false, error: "Nothing is being recorded." });
    await api.startRecording();
    for (const phase of ["paused", "recording", "paused"]) {
      expect(await api.togglePause()).toEqual({ success: true });
      await vi.waitFor(() => expect(studio.state.recording.phase).toBe(phase));
    }
    expect(await api.startRecording()).toEqual({ success: false, error: "A recording is already running." });
    expect(await api.stopRecording()).toMatchObject({ success: true });
    expect(phases()).toEqual(["starting", "recording", "paused", "recording", "paused", "stopping", "idle"]);
    expect(studio.state.recording).toMatchObject({ endReason: "", stats: { pauses: 2 } });
  });

  it("goes on with another screen, beside a stream only where both can, and else stays as it is", async () => {
    await api.startRecording();
    expect(await api.updateSettings({ screen: "x11:1", region: null })).toEqual({ success: true });
    expect(take()?.params).toMatchObject({ screen: "x11:1", region: null });
    await api.startStream("rtmp://host/app/key");
    engines.latest.failNext.set("streamer.setScreen", {
      code: 1005,
      message: "The picture can't be changed for this session alone.",
      data: { kind: "shared", hint: "", id: "x" },
    });
    expect(await api.updateSettings({ screen: "x11:0" })).toMatchObject({
      error: expect.stringContaining("End one of them first") as string,
    });
    expect(take()?.params).toMatchObject({ screen: "x11:1" });
    expect(studio.state.settings.screen).toBe("x11:1");
    // Anything else asks for no screen.
    engines.latest.failNext.set("recorder.setScreen", {
      code: -32603,
      message: "",
      data: { kind: "internal", hint: "", id: "x" },
    });
    expect(await api.updateSettings({ theme: "dark" })).toEqual({ success: true });
  });

  it("counts its marks and files; each finished file is in the list at once", async () => {
    expect(await api.mark()).toMatchObject({ success: false });
    const { outputPath = "" } = await api.startRecording();
    await api.mark();
    await api.mark();
    expect(await api.split()).toEqual({ success: true });
    await vi.waitFor(() => expect(studio.state.recording).toMatchObject({ marks: 2, part: 2 }));
    await vi.waitFor(() => expect(studio.state.history).toMatchObject([{ path: outputPath }]));
    engines.latest.split(take());
    await vi.waitFor(() => expect(studio.state.recording.part).toBe(3));
    await api.stopRecording();
    expect(studio.state.history.map(({ path: file }) => path.basename(file, ".mp4").slice(-2))).toEqual([
      "-3",
      "-2",
      "9Z",
    ]);
    expect(studio.state.history.map(({ marks }) => marks?.length)).toEqual([0, 0, 2]);
    await api.startRecording();
    expect(studio.state.recording).toMatchObject({ marks: 0, part: 1 });
  });

  it("says in a pause that the new file begins when it is resumed, and else nothing", async () => {
    const told = (): unknown[] => studio.state.notices.filter(({ code }) => code === "split_in_pause");
    await api.startRecording();
    await api.split();
    expect(told()).toEqual([]);
    await api.togglePause();
    await vi.waitFor(() => expect(studio.state.recording.phase).toBe("paused"));
    expect(await api.split()).toEqual({ success: true });
    expect(await api.split()).toEqual({ success: true });
    expect(told()).toMatchObject([{ level: "info", message: expect.stringContaining("when you resume it") as string }]);
  });

  it("says why it can't be split, and goes on", async () => {
    await api.startRecording();
    const data = { kind: "output_failed", hint: "", id: "x" };
    engines.latest.failNext.set("recorder.split", { code: 1301, message: "The next file can't be made.", data });
    expect(await api.split()).toMatchObject({
      success: false,
      error: expect.stringContaining("can't be made") as string,
    });
    expect(studio.state.recording.phase).toBe("recording");
  });

  it("is told of its limits, which no stream is", async () => {
    await api.updateSettings({ splitSeconds: 1800, maxBytes: 4_000_000_000, sidecar: false, fastStart: true });
    await api.startRecording();
    await api.startStream("rtmp://host/app/key");
    const limits = { splitSeconds: 1800, splitBytes: null, maxDurationSeconds: null, maxBytes: 4_000_000_000 };
    expect(take()?.params).toMatchObject({ ...limits, sidecar: false, fastStart: true });
    const [stream] = [...engines.latest.sessions.values()].filter(({ kind }) => kind === "streamer");
    expect(Object.keys(stream?.params ?? {})).not.toContain("splitSeconds");
    for (const wrong of [{ splitSeconds: 1 }, { maxBytes: 1.5e9 + 0.5 }, { splitBytes: "1" }])
      expect(await api.updateSettings(wrong as never)).toMatchObject({ success: false });
  });
});

describe("a recording that ends by itself", () => {
  it("is in the list and says why, until the next begins", async () => {
    const { outputPath } = await api.startRecording();
    engines.latest.endByItself(take(), "It is 7200 s long (maxDurationSeconds).");
    await vi.waitFor(() => expect(studio.state.recording.phase).toBe("idle"));
    expect(phases()).toEqual(["starting", "recording", "stopping", "idle"]);
    expect(studio.state.recording.endReason).toBe("It is 2 h long, as long as you allow.");
    expect(studio.state.history).toMatchObject([{ path: outputPath, recovered: false }]);
    expect(await api.stopRecording()).toMatchObject({ success: false });
    await vi.waitFor(() => expect(take()).toBeUndefined());
    await api.startRecording();
    expect(studio.state.recording.endReason).toBe("");
  });

  it("is kept also when the application ends at that moment", async () => {
    await api.startRecording();
    engines.latest.silent.add("recorder.getStats");
    engines.latest.endByItself(take(), "The window that was recorded was closed.");
    await vi.waitFor(() => expect(studio.state.recording.phase).toBe("stopping"));
    const stopped = api.stopRecording();
    engines.crash(); // what its figures were is not known any more
    expect(await stopped).toMatchObject({ success: true });
    expect(studio.state.history).toHaveLength(1);
    expect(path.dirname(studio.state.history[0]?.path ?? "")).toBe(path.join(folder, "recordings"));
  });

  it("is no success when it fails at its end", async () => {
    await api.startRecording();
    const ended = take() as FakeSession;
    const reason = "It is 7200 s long (maxDurationSeconds).";
    engines.latest.tell(ended, "session.state", { state: "stopping", reason });
    await vi.waitFor(() => expect(studio.state.recording.phase).toBe("stopping"));
    const data = { kind: "output_failed", hint: "Free some space.", id: ended.id };
    engines.latest.failNext.set("recorder.stop", { code: 1301, message: "The disk is full.", data });
    expect(await api.stopRecording()).toMatchObject({ success: false, error: "The disk is full. Free some space." });
    expect(studio.state.recording).toMatchObject({ phase: "failed", problem: { message: "The disk is full." } });
  });
});
