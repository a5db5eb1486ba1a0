/** The window's requests, from the channel to an engine in memory and back. */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { CHANNELS, DEFAULT_SOUNDS, EngineError, type SoundSetting } from "@ionia/common";
import { Studio, createHandlers, type Vault } from "@ionia/main";
import { EngineClient, type Launch } from "@ionia/node";
import type { FakeSession } from "../fakes/fake_engine.mjs";
import { MemoryEngines } from "../fakes/memory_engine.ts";
import { api, eachOpensAStudio, engines, events, folder, open, shown, studio } from "../fakes/open_studio.ts";
import { fakeVault } from "../fakes/vault.ts";

const KEY = "live_42_secretsecret";

eachOpensAStudio();

const methods = (): string[] => engines.latest.calls.map(({ method }) => method);
const FILE = "recording_2026-03-04T05-06-07-089Z";

describe("the five old methods", () => {
  it("opens the file dialog", async () => {
    expect(await api.openFileDialog()).toEqual({ canceled: false, filePaths: ["/a.mp4"] });
  });

  it("records into the folder and name of the contract", async () => {
    const outputPath = path.join(folder, "recordings", `${FILE}.mp4`);
    expect(await api.startRecording()).toEqual({ success: true, outputPath });
    expect(studio.state.recording.phase).toBe("recording");
    expect(await api.startRecording()).toEqual({ success: false, error: "A recording is already running." });
    expect(await api.stopRecording()).toEqual({ success: true, outputPath });
    expect(await api.stopRecording()).toEqual({ success: false, error: "Nothing is being recorded." });
    expect((await api.getState()).history).toMatchObject([
      { id: FILE, bytes: 9, width: 1280, recovered: false, mediaUrl: `media:${FILE}` },
    ]);
    expect(existsSync(path.join(folder, "recordings", ".readiness.mp4"))).toBe(false);
  });

  it("has every file of a recording in the list, and in the answer", async () => {
    const { outputPath = "" } = await api.startRecording();
    const next = outputPath.replace(".mp4", "-2.mp4");
    await writeFile(next, "more");
    const session = [...engines.latest.sessions.values()].find(
      ({ kind, state }) => kind === "recorder" && state === "running",
    );
    const finished = { path: outputPath, durationSeconds: 1.5, bytes: 9, startUtc: "2026-03-04T05:06:07.089Z" };
    engines.latest.notify("recorder.fileChanged", { id: session?.id, finished, next });
    await vi.waitFor(() => expect(studio.state.history).toMatchObject([{ path: outputPath, durationSeconds: 1.5 }]));
    expect(await api.stopRecording()).toEqual({ success: true, outputPath, outputPaths: [outputPath, next] });
    expect(studio.state.history.map(({ path: file }) => file)).toEqual([next, outputPath]);
  });

  it("streams, without the key in any answer or event", async () => {
    expect(await api.startStream(`rtmp://host/app/${KEY}`)).toEqual({ success: true, rtmpUrl: "rtmp://host/app/****" });
    const id = [...engines.latest.sessions.values()].find((session) => session.kind === "streamer")?.id as string;
    engines.latest.connection(id, "connecting", 2, 250, "the server refuses connections");
    engines.latest.connection(id, "connecting", 2);
    await vi.waitFor(() =>
      expect(studio.state.stream).toMatchObject({
        phase: "starting",
        attempt: 2,
        delayMs: 0,
        reason: "The server refuses connections.",
      }),
    );
    engines.latest.connection(id, "connected");
    await vi.waitFor(() => expect(studio.state.stream).toMatchObject({ phase: "live", reason: "" }));
    engines.latest.connection(id, "reconnecting", 2, 500, "The server closed the connection.");
    await vi.waitFor(() =>
      expect(studio.state.stream).toMatchObject({ phase: "reconnecting", attempt: 2, delayMs: 500 }),
    );
    engines.latest.connection(id, "connected");
    await vi.waitFor(() => expect(studio.state.stream).toMatchObject({ phase: "live", reason: "" }));
    expect(await api.stopStream()).toEqual({ success: true, rtmpUrl: "rtmp://host/app/****" });
    expect(await api.stopStream()).toMatchObject({ success: false });
    expect(JSON.stringify(events)).not.toContain(KEY);
  });

  it.each([
    ["key_rejected", "Copy the stream key"],
    ["in_use", "End the other stream"],
    ["no_such_host", "server's name"],
  ])("tells of %s from the notification on", async (kind, hint) => {
    await api.startStream(`rtmp://host/app/${KEY}`);
    const id = [...engines.latest.sessions.values()].find((session) => session.kind === "streamer")?.id as string;
    engines.latest.connection(id, "reconnecting", 2, 500, "that did not work", kind);
    await vi.waitFor(() => expect(studio.state.stream).toMatchObject({ phase: "reconnecting", liveKind: kind }));
    engines.latest.tell(engines.latest.sessions.get(`streamer ${id}`), "session.error", {
      code: 1303,
      message: "That did not work.",
      data: { kind: "connect_failed", hint: "", liveKind: kind },
    });
    await vi.waitFor(() =>
      expect(studio.state.stream).toMatchObject({
        phase: "failed",
        problem: { kind: "connect_failed", liveKind: kind, hint: expect.stringContaining(hint) as string },
      }),
    );
  });

  it.each([
    [undefined, "text"],
    ["", "server address"],
    ["http://host/app/k", "rtmp://"],
    ["rtmp://host/app", "stream key"],
  ])("says what is wrong with the address %j", async (url, part) => {
    const result = await api.startStream(url as string);
    expect(result.success).toBe(false);
    expect(result.error).toContain(part);
  });
});

describe("recording", () => {
  it("shows the engine's refusal with what to do, and can be tried again", async () => {
    engines.latest.failNext.set("recorder.initialize", {
      code: 1301,
      message: "The disk is full.",
      data: { kind: "output_failed", hint: "Free some space.", id: "x" },
    });
    expect(await api.startRecording()).toEqual({ success: false, error: "The disk is full. Free some space." });
    expect(studio.state.recording).toMatchObject({
      phase: "failed",
      problem: { kind: "output_failed", hint: "Free some space." },
    });
    expect(await api.startRecording()).toMatchObject({ success: true });
  });

  it("keeps the file and says so when the engine fails or ends in the middle", async () => {
    await api.startRecording();
    engines.crash();
    await vi.waitFor(() => expect(studio.state.recording.phase).toBe("failed"));
    expect(studio.state.recording.problem).toMatchObject({
      kind: "engine_exited",
      message: expect.stringContaining("kept") as string,
    });
    expect(studio.state.history).toMatchObject([{ id: FILE, recovered: true }]);
    await vi.waitFor(() => expect(studio.state.engine.phase).toBe("ready"), { timeout: 5000 });
    expect(await api.startRecording()).toMatchObject({ success: true });
    const session = [...engines.latest.sessions.values()].find(({ state }) => state === "running");
    engines.latest.tell(session, "session.error", {
      code: 1301,
      message: "The disk is full.",
      data: { kind: "output_failed", hint: "" },
    });
    await vi.waitFor(() =>
      expect(studio.state.recording).toMatchObject({ phase: "failed", problem: { message: "The disk is full." } }),
    );
  });

  it("passes on warnings and figures of its own session", async () => {
    await api.startRecording();
    const session = [...engines.latest.sessions.values()].find(({ state }) => state === "running");
    const stats = engines.latest.stats(session as FakeSession);
    engines.latest.tell(session, "session.warning", {
      code: "device_lost",
      message: "The microphone is gone.",
      data: {},
    });
    engines.latest.tell(session, "session.stats", { ...stats, durationSeconds: 12.5 });
    engines.latest.notify("session.stats", { ...stats, id: "another", kind: "recorder", durationSeconds: 99 });
    await vi.waitFor(() => expect(studio.state.recording.stats?.durationSeconds).toBe(12.5));
    const notice = studio.state.notices[0];
    expect(notice).toMatchObject({ level: "warning", code: "device_lost" });
    await api.dismissNotice(notice?.id as number);
    expect(studio.state.notices).toEqual([]);
  });

  it("says in words that a source is muted, before and while it records, and that it is heard again", async () => {
    const device = "Studio Microphone";
    const muted = {
      code: "audio_device_muted",
      message: `${device} is muted in the system's mixer.`,
      data: { device, muted: true, volumeDb: 0 },
    };
    engines.latest.tell(engines.latest.sessions.get("recorder readiness"), "session.warning", muted);
    const shown = {
      level: "warning",
      message: muted.message,
      hint: expect.stringContaining("sound settings") as string,
    };
    await vi.waitFor(() => expect(studio.state.notices).toMatchObject([shown]));
    await api.startRecording();
    const session = [...engines.latest.sessions.values()].find(({ state }) => state === "running");
    engines.latest.tell(session, "session.warning", muted);
    engines.latest.tell(session, "session.warning", {
      code: "audio_device_audible",
      message: `${device} is heard again.`,
      data: { device, muted: false, volumeDb: 0 },
    });
    await vi.waitFor(() =>
      expect(studio.state.notices).toMatchObject([{ level: "info", message: `${device} is heard again.` }]),
    );
  });

  it("holds the devices open while idle, lets go while recording, holds what the settings name", async () => {
    await api.startRecording();
    await vi.waitFor(() => expect(methods()).toContain("recorder.dispose"));
    await api.stopRecording();
    const [desktop, mic] = DEFAULT_SOUNDS as [SoundSetting, SoundSetting];
    const sounds = [desktop, { ...mic, device: "mic-2" }];
    await api.updateSettings({ sounds });
    const readiness = () => engines.latest.sessions.get("recorder readiness")?.params;
    await vi.waitFor(() => expect(readiness()).toMatchObject({ sounds: [{}, { name: "mic", device: "mic-2" }] }));
    // A fader opens nothing anew.
    const opened = methods().length;
    await api.updateSettings({
      sounds: [
        { ...desktop, gainDb: -6 },
        { ...mic, device: "mic-2", muted: true },
      ],
    });
    expect(engines.latest.calls.slice(opened)).toMatchObject([
      { method: "audio.set", params: { kind: "recorder", id: "readiness", sound: "desktop", gainDb: -6 } },
      { method: "audio.set", params: { kind: "recorder", id: "readiness", sound: "mic", muted: true } },
    ]);
    studio.setWatched(false);
    await vi.waitFor(() => expect(engines.latest.sessions.has("recorder readiness")).toBe(false));
  });

  it("tells what is wrong with the devices before anything is pressed", async () => {
    engines.latest.failNext.set("recorder.initialize", {
      code: 1101,
      message: "The screen is gone.",
      data: { kind: "capture_unavailable", hint: "", id: "" },
    });
    await api.updateSettings({ screen: "x11:1" });
    await vi.waitFor(() =>
      expect(studio.state.readiness).toMatchObject({ phase: "problem", problem: { message: "The screen is gone." } }),
    );
    expect(studio.state.readiness.problem?.hint).toContain("screen");
  });
});

describe("the rest", () => {
  it("keeps settings over a restart and refuses what is not valid", async () => {
    expect(await api.updateSettings({ theme: "dark" })).toEqual({ success: true });
    expect(await api.updateSettings({ theme: "pink" as "dark" })).toEqual({
      success: false,
      error: "theme is not valid",
    });
    expect(await api.updateSettings(null as never)).toMatchObject({ success: false });
    await studio.close();
    await open();
    expect((await api.getState()).settings.theme).toBe("dark");
  });

  it("has the settings that it could save, and says when it could not", async () => {
    await api.updateSettings({ theme: "dark" });
    await rm(path.join(folder, "settings.json"));
    await mkdir(path.join(folder, "settings.json", "in the way"), { recursive: true });
    expect(await api.updateSettings({ theme: "light", fps: 60 })).toEqual({
      success: false,
      error: expect.stringMatching(/^The settings could not be saved \(/) as string,
    });
    expect(await api.getState()).toMatchObject({ settings: { theme: "dark", fps: 30 } });
  });

  it("keeps a recording whose place in the list could not be saved", async () => {
    await mkdir(path.join(folder, "history.json", "in the way"), { recursive: true });
    const outputPath = path.join(folder, "recordings", `${FILE}.mp4`);
    await api.startRecording();
    expect(await api.stopRecording()).toEqual({ success: true, outputPath });
    expect(studio.state).toMatchObject({
      recording: { phase: "idle", problem: null },
      history: [{ id: FILE }],
      notices: [{ code: "list_not_saved", level: "warning" }],
    });
  });

  it("opens where nothing can be written, and says so when something must be", async () => {
    await studio.close();
    const occupied = path.join(folder, "a file");
    await writeFile(occupied, "");
    const other = new Studio({
      client: new EngineClient({ launch: new MemoryEngines().launch }),
      userData: occupied,
      vault: { ...fakeVault(), isAvailable: () => Promise.reject(new Error("no keyring")) },
      mediaUrl: (id) => id,
    });
    await other.open();
    expect(other.state).toMatchObject({ engine: { phase: "ready" }, keysEncrypted: false });
    expect(await other.startRecording()).toMatchObject({
      success: false,
      error: expect.stringContaining("folder for recordings") as string,
    });
    await other.close();
  });

  it("says when the system's vault gives a key back no more", async () => {
    await studio.close();
    const vault: Vault = { ...fakeVault(), decrypt: () => Promise.reject(new Error("locked")) };
    await open(vault);
    await api.saveStreamKey("twitch", KEY);
    expect(await studio.startSavedStream()).toEqual({
      success: false,
      error: "The saved stream key can't be read any more. Enter it again.",
    });
  });

  it("shows and forgets recordings of the list only", async () => {
    await api.startRecording();
    await api.stopRecording();
    expect(await api.showInFolder(FILE)).toEqual({ success: true });
    expect(shown).toEqual([path.join(folder, "recordings", `${FILE}.mp4`)]);
    expect(await api.showInFolder("../../etc/passwd")).toMatchObject({ success: false });
    expect(await api.removeFromHistory(FILE)).toEqual({ success: true });
    expect((await api.getState()).history).toEqual([]);
  });

  it("lists devices again when asked and says when there is no engine", async () => {
    expect(await api.refreshDevices()).toEqual({ success: true });
    engines.latest.failNext.set("engine.devices", {
      code: -32603,
      message: "no bus",
      data: { kind: "internal", hint: "", id: "" },
    });
    expect(await api.refreshDevices()).toEqual({ success: false, error: "no bus" });
  });

  it("finds an engine that was installed meanwhile", async () => {
    let installed = false;
    const late = new MemoryEngines();
    const launch: Launch = (events) => {
      if (!installed) throw new EngineError("engine_missing", "no engine here", { hint: "Install it." });
      return late.launch(events);
    };
    const other = new Studio({
      client: new EngineClient({ launch }),
      userData: folder,
      vault: fakeVault(),
      mediaUrl: (id) => id,
    });
    await other.open();
    expect(other.state.engine).toMatchObject({ phase: "missing", message: "no engine here Install it." });
    installed = true;
    await other.refreshDevices();
    expect(other.state.engine.phase).toBe("ready");
    expect(other.state.devices?.screens).toHaveLength(2);
    await other.close();
  });

  it("greets the engine that follows one that ended at once", async () => {
    const engines = new MemoryEngines();
    engines.prepare = (engine) => {
      if (engines.all.length === 1) engine.receive = () => queueMicrotask(() => engines.crash(["ImportError"]));
    };
    const other = new Studio({
      client: new EngineClient({ launch: engines.launch }),
      userData: folder,
      vault: fakeVault(),
      mediaUrl: (id) => id,
    });
    await other.open();
    expect(other.state.engine.phase).toBe("restarting");
    await vi.waitFor(() => expect(other.state.devices).not.toBeNull(), { timeout: 5000 });
    expect(other.state.engine.phase).toBe("ready");
    expect(engines.latest.subscription).toMatchObject({ audioLevels: true });
    await other.close();
  });

  it("has a handler for every channel", () => {
    const handlers = createHandlers(studio, {
      openFile: () => Promise.resolve({ canceled: true, filePaths: [] }),
      showInFolder: () => undefined,
    });
    expect(Object.keys(handlers).sort()).toEqual(Object.values(CHANNELS).sort());
  });
});
