/** The instant replay through the window's requests: held while it is wanted, saved into the list. */
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { FakeSession } from "../fakes/fake_engine.mjs";
import { api, eachOpensAStudio, engines, folder, studio } from "../fakes/open_studio.ts";

eachOpensAStudio();

const held = (): FakeSession[] => [...engines.latest.sessions.values()].filter(({ kind }) => kind === "replay");
const ready = (): Promise<void> => vi.waitFor(() => expect(studio.state.replay.phase).toBe("ready"));

describe("the instant replay", () => {
  it("is off until it is wanted, and held with a recording's settings", async () => {
    expect(held()).toEqual([]);
    expect(await api.saveReplay()).toMatchObject({
      success: false,
      error: expect.stringContaining("is off") as string,
    });
    await api.updateSettings({ replaySeconds: 60, fps: 60, videoBitrate: 9_000_000 });
    await ready();
    expect(held()).toMatchObject([{ state: "running", params: { seconds: 60, fps: 60, videoBitrate: 9_000_000 } }]);
    await api.startRecording();
    const {
      outputPath: _,
      splitSeconds: __,
      ...recorded
    } = [...engines.latest.sessions.values()].find(({ kind, state }) => kind === "recorder" && state === "running")
      ?.params as Record<string, unknown>;
    const shared = ["fps", "videoBitrate", "audioBitrate", "sounds", "encoder", "cursor"];
    for (const name of shared) expect(held()[0]?.params[name], name).toEqual(recorded[name]);
    await api.updateSettings({ replaySeconds: null });
    await vi.waitFor(() => expect(held()).toEqual([]));
    expect(studio.state.replay.phase).toBe("off");
    expect(studio.state.recording.phase).toBe("recording");
  });

  it("is what a recording begins with where that is wanted", async () => {
    const starts = () => engines.latest.calls.filter(({ method }) => method === "recorder.start");
    await api.updateSettings({ replaySeconds: 30, prerollSeconds: 60 });
    await ready();
    expect(await api.startRecording()).toMatchObject({ success: true });
    expect(starts()).toMatchObject([{ params: { replayId: held()[0]?.id, prerollSeconds: 30 } }]);
    await api.stopRecording();
    await api.updateSettings({ prerollSeconds: null });
    await api.startRecording();
    expect(starts()[1]?.params).not.toHaveProperty("replayId");
    expect(studio.state.notices.filter(({ code }) => code === "preroll")).toEqual([]);
  });

  it("keeps no recording from beginning", async () => {
    await api.updateSettings({ replaySeconds: 30, prerollSeconds: 10 });
    await ready();
    const data = { kind: "settings_differ", hint: "", id: "x" };
    engines.latest.failNext.set("recorder.start", { code: 1004, message: "The settings differ.", data });
    expect(await api.startRecording()).toMatchObject({ success: true });
    expect(studio.state.recording.phase).toBe("recording");
    const words = "The recording begins now, without what came before. The settings differ.";
    expect(studio.state.notices).toMatchObject([{ level: "warning", code: "preroll", message: words }]);
    await api.stopRecording();
    const full = { kind: "output_failed", hint: "", id: "x" };
    engines.latest.failNext.set("recorder.start", { code: 1301, message: "The disk is full.", data: full });
    expect(await api.startRecording()).toMatchObject({ success: false });
  });

  it("is saved beside the recordings, and is in the list", async () => {
    await api.updateSettings({ replaySeconds: 15 });
    await ready();
    const [session] = held();
    const figures = { ...engines.latest.stats(session as FakeSession), secondsHeld: 12.7 };
    engines.latest.tell(session, "session.stats", figures);
    await vi.waitFor(() => expect(studio.state.replay.secondsHeld).toBe(12));
    expect(await api.saveReplay()).toEqual({ success: true });
    const file = path.join(folder, "recordings", "replay_2026-03-04T05-06-07-089Z.mp4");
    expect(engines.latest.calls).toContainEqual({
      method: "replay.save",
      params: { path: file, seconds: 15, id: session?.id },
    });
    expect(studio.state).toMatchObject({
      history: [{ path: file, bytes: 6, height: 720, clip: true }],
      notices: [{ level: "info", message: expect.stringContaining("replay_") as string }],
      replay: { saving: false },
    });
  });

  it("begins anew with other settings and with another engine, and says so when it can't be held", async () => {
    await api.updateSettings({ replaySeconds: 15 });
    await ready();
    const first = held()[0]?.id;
    await api.updateSettings({ replaySeconds: 30 });
    await vi.waitFor(() => expect(held()).toMatchObject([{ state: "running", params: { seconds: 30 } }]));
    expect(held()[0]?.id).not.toBe(first);
    await api.updateSettings({ theme: "dark" });
    engines.prepare = (engine) => {
      const data = { kind: "capture_unavailable", hint: "", id: "" };
      engine.failNext.set("replay.initialize", { code: 1101, message: "The screen is gone.", data });
    };
    engines.crash();
    await vi.waitFor(() => expect(studio.state.replay.phase).toBe("failed"), { timeout: 5000 });
    expect(studio.state.notices).toMatchObject([
      { level: "error", message: "The instant replay ended: The screen is gone." },
    ]);
    await api.updateSettings({ replaySeconds: 60 });
    await ready();
  });

  const failure = (message: string) => ({
    code: 1101,
    message,
    data: { kind: "capture_unavailable", hint: "", id: "" },
  });
  const holds = async (secondsHeld: number): Promise<void> => {
    const [session] = held() as [FakeSession];
    engines.latest.tell(session, "session.stats", { ...engines.latest.stats(session), secondsHeld });
    await vi.waitFor(() => expect(studio.state.replay.secondsHeld).toBe(secondsHeld));
  };

  it("is tried again when it is asked for, and with any setting while nothing is held", async () => {
    engines.latest.failNext.set("replay.initialize", failure("The screen is gone."));
    await api.updateSettings({ replaySeconds: 15 });
    await vi.waitFor(() =>
      expect(studio.state.replay).toMatchObject({ phase: "failed", problem: { message: "The screen is gone." } }),
    );
    engines.latest.failNext.set("replay.initialize", failure("It is gone still."));
    await api.updateSettings({ theme: "dark" });
    await vi.waitFor(() => expect(studio.state.replay.problem?.message).toBe("It is gone still."));
    expect(await api.retryReplay()).toEqual({ success: true });
    expect(studio.state.replay).toMatchObject({ phase: "ready", problem: null });
    const [session] = held();
    await api.retryReplay(); // it runs
    expect(held()).toEqual([session]);
  });

  it("that ended keeps what it held until it is begun anew", async () => {
    await api.updateSettings({ replaySeconds: 15 });
    await ready();
    await holds(12);
    const [session] = held() as [FakeSession];
    const data = { kind: "encode_failed", hint: "" };
    engines.latest.tell(session, "session.error", { code: 1201, message: "The encoder failed.", data });
    await vi.waitFor(() => expect(studio.state.replay).toMatchObject({ phase: "failed", secondsHeld: 12 }));
    await api.updateSettings({ theme: "dark" });
    expect(held()).toEqual([session]);
    expect(await api.saveReplay()).toEqual({ success: true });
    await api.retryReplay();
    expect(studio.state.replay).toMatchObject({ phase: "ready", secondsHeld: 0, problem: null });
    expect(held()[0]?.id).not.toBe(session.id);
  });

  it("says what is gone when other settings or another engine begin it anew", async () => {
    await api.updateSettings({ replaySeconds: 30 });
    await ready();
    await holds(12);
    await api.updateSettings({ replaySeconds: 60 });
    await ready();
    const said = expect.stringContaining("12 s that it held are gone") as string;
    expect(studio.state.notices).toMatchObject([{ level: "info", message: said }]);
    await holds(8);
    engines.crash();
    expect(studio.state.replay).toMatchObject({ phase: "starting", secondsHeld: 0 });
    const lost = expect.stringContaining("the 8 s of the instant replay") as string;
    expect(studio.state.notices).toMatchObject([{ level: "warning", message: lost }]);
    await ready();
  });
});
