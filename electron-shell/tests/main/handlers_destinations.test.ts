/** Several destinations on their way through the window's requests: one stream, each with its own key and state. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { readSettings } from "@ionia/common";
import type { FakeSession } from "../fakes/fake_engine.mjs";
import { api, eachOpensAStudio, engines, events, folder, open, studio } from "../fakes/open_studio.ts";

const KEYS = ["live_42_firstsecret", "live_42_secondsecret", "live_42_thirdsecret"] as const;

eachOpensAStudio();

const streamer = (): FakeSession =>
  [...engines.latest.sessions.values()].find(({ kind }) => kind === "streamer") as FakeSession;
const calls = (verb: string): unknown[] =>
  engines.latest.calls.filter(({ method }) => method === `streamer.${verb}`).map(({ params }) => params);
const phases = (): string => studio.state.stream.destinations.map(({ id, phase }) => `${id} ${phase}`).join();
const tell = (destination: string, state: string, reason = "", kind: string | null = null): void =>
  engines.latest.connection(streamer().id, state, 1, 0, reason, kind, destination);

/** To Twitch and to YouTube, both on air. */
async function liveToTwo(): Promise<void> {
  await api.saveStreamKey("twitch", KEYS[0]);
  await api.addDestination();
  await api.saveStreamKey("destination-2", KEYS[1]);
  await api.startSavedStream();
  for (const destination of ["1", "2"]) tell(destination, "connected");
  await vi.waitFor(() => expect(phases()).toBe("1 live,2 live"));
}

describe("destinations", () => {
  it("are added, named and removed, each with a key that is kept by the vault alone", async () => {
    await api.saveStreamKey("twitch", KEYS[0]);
    expect(await api.addDestination()).toEqual({ success: true });
    expect(await api.changeDestination("2", { name: "My channel" })).toEqual({ success: true });
    expect(await api.saveStreamKey("destination-2", KEYS[1])).toEqual({ success: true });
    await api.addDestination();
    const server = `rtmps://me:pass-word@host/live/${KEYS[2]}`;
    await api.changeDestination("3", { service: "custom" });
    expect(await api.changeDestination("3", { server })).toEqual({ success: true });
    await api.updateSettings({ caFile: "/own.pem" });
    await studio.close();
    await open();
    expect(studio.state.settings.moreDestinations).toEqual([
      { id: "2", name: "My channel", service: "youtube", server: "", enabled: true },
      { id: "3", name: "", service: "custom", server: "rtmps://host/live", enabled: true },
    ]);
    const kept = await Promise.all(
      ["settings.json", "stream-keys.json"].map((file) => readFile(path.join(folder, file), "utf8")),
    );
    expect(JSON.stringify([kept, events, await api.getState()])).not.toMatch(/secret|pass-word/);
    expect(await api.startSavedStream()).toMatchObject({ success: true });
    expect(streamer().params["rtmpUrls"]).toEqual([
      { destination: "1", rtmpUrl: "rtmp://live.twitch.tv/app", streamKey: KEYS[0] },
      { destination: "2", rtmpUrl: "rtmps://a.rtmps.youtube.com/live2", streamKey: KEYS[1] },
      { destination: "3", rtmpUrl: "rtmps://me:pass-word@host/live", streamKey: KEYS[2], caFile: "/own.pem" },
    ]);
    expect(streamer().params).not.toHaveProperty("caFile");
    expect(JSON.stringify([events, await api.getState()])).not.toMatch(/secret|pass-word/);
    await api.stopStream();
    await api.removeDestination("3");
    expect(Object.keys(studio.state.savedKeys)).toEqual(["twitch", "destination-2"]);
    expect(await readFile(path.join(folder, "stream-keys.json"), "utf8")).not.toContain("destination-3");
  });

  it("have a rate and a size of their own where the user wants it, also one that changes while live", async () => {
    await api.saveStreamKey("twitch", KEYS[0]);
    await api.addDestination();
    await api.saveStreamKey("destination-2", KEYS[1]);
    await api.changeDestination("2", { videoBitrate: 2_500_000, height: 720 });
    expect(await api.changeDestination("2", { videoBitrate: 1 })).toMatchObject({ success: false });
    await studio.close();
    await open();
    expect(await api.startSavedStream()).toMatchObject({ success: true });
    const youtube = { destination: "2", rtmpUrl: "rtmps://a.rtmps.youtube.com/live2", streamKey: KEYS[1] };
    expect(streamer().params["rtmpUrls"]).toEqual([
      { destination: "1", rtmpUrl: "rtmp://live.twitch.tv/app", streamKey: KEYS[0] },
      { ...youtube, videoBitrate: 2_500_000, height: 720 },
    ]);
    await api.changeDestination("2", { height: null });
    await vi.waitFor(() => expect(calls("setDestination")).toMatchObject([{ ...youtube, videoBitrate: 2_500_000 }]));
    expect(calls("setDestination")[0]).not.toHaveProperty("height");
  });

  it("are refused as a whole list, beyond eight, and with what is none of theirs", async () => {
    expect(await api.updateSettings({ moreDestinations: [] })).toMatchObject({ success: false });
    expect(await api.changeDestination("1", { color: "red" } as never)).toMatchObject({ success: false });
    await api.addDestination();
    await api.changeDestination("2", { service: "custom" });
    expect(await api.changeDestination("2", { server: KEYS[0] })).toMatchObject({ success: false });
    for (let more = 0; more < 6; more += 1) await api.addDestination();
    expect(await api.addDestination()).toMatchObject({ error: "A stream has 8 destinations at most." });
  });

  it("that lack something keep the stream from beginning, by name, unless they are switched off", async () => {
    await api.saveStreamKey("twitch", KEYS[0]);
    await api.addDestination();
    expect(await api.startSavedStream()).toEqual({ success: false, error: "YouTube: Enter the stream key first." });
    await api.changeDestination("2", { enabled: false });
    expect(await api.startSavedStream()).toMatchObject({ success: true });
    expect(streamer().params).toMatchObject({ rtmpUrl: "rtmp://live.twitch.tv/app", streamKey: KEYS[0] });
    await api.stopStream();
    await api.changeDestination("1", { enabled: false });
    expect(await api.startSavedStream()).toMatchObject({ error: "Switch a destination on first." });
  });

  it("keep no key as a name: it would be in the settings file and in sight", async () => {
    await api.saveStreamKey("twitch", "plain");
    await api.addDestination();
    for (const id of ["1", "2"])
      for (const name of [KEYS[0], "abcd-ef12-gh34-ij56-kl78", "rtmp://host/app/key", "my plain key"])
        expect(await api.changeDestination(id, { name }), name).toMatchObject({ success: false });
    expect(await api.updateSettings({ destinationName: KEYS[0] })).toMatchObject({ success: false });
    expect(await api.updateSettings({ caFile: KEYS[0] })).toMatchObject({ success: false });
    expect(await api.updateSettings({ caFile: "sha256:12" })).toMatchObject({ success: false });
    for (const begin of ["sha256:", "SHA256 Fingerprint="])
      expect(await api.updateSettings({ caFile: `${begin}${"AB:".repeat(31)}12` })).toEqual({ success: true });
    expect(await api.changeDestination("2", { name: "Team-Sync-Berlin-2024" })).toEqual({ success: true });
    expect(JSON.stringify([events, studio.state])).not.toMatch(/secret|ij56/);
    const stored = [{ id: "2", name: KEYS[1], service: "youtube", server: "", enabled: true }];
    expect(readSettings({ moreDestinations: stored, destinationName: KEYS[0] })).toMatchObject({
      destinationName: "",
      moreDestinations: [{ id: "2", name: "" }],
    });
  });

  it("by WHIP have a token beside an address of which the server alone is shown; delayed as the settings say", async () => {
    await api.changeDestination("1", { service: "custom", server: "whips://host:8443/in/secret-path/" });
    expect(studio.state.settings.customServer).toBe("whips://host:8443");
    await api.updateSettings({ delaySeconds: 20 });
    expect(await api.startSavedStream()).toMatchObject({ success: true, rtmpUrl: "whips://host:8443/****" });
    const place = { rtmpUrl: "whips://host:8443/in/secret-path/", streamKey: "", delaySeconds: 20 };
    expect(streamer().params).toMatchObject(place);
    await api.stopStream();
    await api.saveStreamKey("custom", "token-secret");
    await api.startSavedStream();
    expect(streamer().params).toMatchObject({ ...place, streamKey: "token-secret" });
    expect(JSON.stringify([events, studio.state])).not.toContain("secret");
  });

  it("can be tried before going live; what was found is told, and what to do about it", async () => {
    expect(await api.testNetwork("1")).toEqual({ success: false, error: "Enter the stream key first." });
    await api.saveStreamKey("twitch", KEYS[0]);
    const finding = { part: "network", outcome: "fair", title: "Network", found: "It took 3 Mbit/s.", note: "" };
    engines.latest.found = {
      findings: [{ ...finding, advice: "Stream at 2.1 Mbit/s at most.", figures: { recommendedBps: 2_100_000 } }],
    };
    const asked = [api.testNetwork("1"), api.testNetwork("1")];
    expect(await Promise.all(asked)).toEqual([
      { success: true },
      { success: false, error: "Another test is running." },
    ]);
    await vi.waitFor(() => expect(studio.state.networkTest.phase).toBe("done"));
    expect(studio.state.networkTest).toMatchObject({ found: "It took 3 Mbit/s.", videoBitrate: 2_100_000 });
    expect(engines.latest.calls.find(({ method }) => method === "engine.selftest")?.params).toEqual({
      parts: ["network"],
      rtmpUrl: "rtmp://live.twitch.tv/app",
      streamKey: KEYS[0],
      videoBitrate: 5_000_000,
    });
    await api.updateSettings({ videoBitrate: 2_100_000 });
    engines.latest.found = { findings: [{ ...finding, outcome: "bad", found: "Refused.", advice: "", figures: {} }] };
    await api.testNetwork("1");
    await vi.waitFor(() => expect(studio.state.networkTest.phase).toBe("failed"));
    engines.latest.found = { cancelled: true, findings: [] };
    await api.testNetwork("1");
    expect(await api.cancelNetworkTest()).toEqual({ success: true });
    await vi.waitFor(() => expect(studio.state.networkTest.phase).toBe("idle"));
    await api.startSavedStream();
    expect(await api.testNetwork("1")).toMatchObject({ success: false });
  });

  it("of another service lose the key of the one before", async () => {
    await api.addDestination();
    await api.saveStreamKey("destination-2", KEYS[1]);
    await api.changeDestination("2", { service: "facebook" });
    expect(studio.state.savedKeys).toEqual({});
  });
});

describe("while live, destinations", () => {
  it("each have their own state, and the stream is as well as the best of them", async () => {
    await liveToTwo();
    tell("2", "reconnecting", "the server closed the connection", "server_closed");
    await vi.waitFor(() => expect(phases()).toBe("1 live,2 reconnecting"));
    expect(studio.state.stream).toMatchObject({ phase: "live", reason: "" });
    tell("1", "reconnecting", "the network is gone", "network");
    await vi.waitFor(() => expect(studio.state.stream.phase).toBe("reconnecting"));
    tell("2", "connected");
    await vi.waitFor(() => expect(studio.state.stream.phase).toBe("live"));
    expect(studio.state.stream.destinations[1]).toMatchObject({
      reason: "",
      lastReason: "The server closed the connection.",
    });
  });

  it("are given up singly, in words and by their names; a new key tries again", async () => {
    await liveToTwo();
    tell("2", "failed", "the server rejects the stream key", "key_rejected");
    engines.latest.tell(streamer(), "session.warning", {
      code: "destination_failed",
      message: "Destination 2: The server rejects the stream key. The stream goes on without it.",
      data: { destination: "2", liveKind: "key_rejected" },
    });
    await vi.waitFor(() => expect(studio.state.notices).toHaveLength(1));
    expect(studio.state.notices[0]).toMatchObject({
      level: "error",
      message: "YouTube: The server rejects the stream key. The stream goes on without it.",
    });
    expect(studio.state.stream.phase).toBe("live");
    await api.saveStreamKey("destination-2", KEYS[2]);
    await vi.waitFor(() => expect(phases()).toBe("1 live,2 starting"));
    expect(calls("setDestination")).toMatchObject([{ destination: "2", streamKey: KEYS[2] }]);
    tell("2", "failed", "the server rejects the stream key", "key_rejected");
    await vi.waitFor(() => expect(phases()).toBe("1 live,2 failed"));
    await api.changeDestination("2", { enabled: true });
    await vi.waitFor(() => expect(calls("setDestination")).toHaveLength(2));
  });

  it("come and go as they are switched; a new one is off until then", async () => {
    await liveToTwo();
    await api.addDestination();
    await api.saveStreamKey("destination-3", KEYS[2]);
    expect(calls("addDestination")).toEqual([]);
    await api.changeDestination("3", { enabled: true });
    await vi.waitFor(() => expect(phases()).toBe("1 live,2 live,3 starting"));
    expect(calls("addDestination")).toMatchObject([{ destination: "3", streamKey: KEYS[2] }]);
    await api.removeDestination("2");
    await api.changeDestination("1", { enabled: false });
    await vi.waitFor(() => expect(phases()).toBe("3 starting"));
    await api.changeDestination("3", { enabled: false });
    await vi.waitFor(() =>
      expect(studio.state.notices).toMatchObject([
        { message: expect.stringContaining("one destination at least") as string },
      ]),
    );
    expect(phases()).toBe("3 starting");
  });

  it("keep their keys until the engine has left them, and stay what they are where it doesn't", async () => {
    await liveToTwo();
    expect(await api.changeDestination("2", { service: "facebook" })).toMatchObject({ success: false });
    const refusal = { code: 1304, message: "Not now.", data: { kind: "bad_destination", hint: "", id: "" } };
    engines.latest.failNext.set("streamer.removeDestination", refusal);
    expect(await api.removeDestination("2")).toEqual({ success: false, error: "Not now." });
    expect(phases()).toBe("1 live,2 live");
    expect(Object.keys(studio.state.savedKeys)).toEqual(["twitch", "destination-2"]);
    expect(studio.state.settings.moreDestinations).toHaveLength(1);
    expect(await api.removeDestination("2")).toEqual({ success: true });
    expect([phases(), Object.keys(studio.state.savedKeys)]).toEqual(["1 live", ["twitch"]]);
  });

  it("get another delay, unless the engine refuses it: it is then what it was", async () => {
    await liveToTwo();
    const refusal = { code: 1304, message: "Too long.", data: { kind: "bad_destination", hint: "", id: "" } };
    engines.latest.failNext.set("streamer.setDelay", refusal);
    expect(await api.updateSettings({ delaySeconds: 60 })).toEqual({ success: false, error: "Too long." });
    expect(studio.state.settings.delaySeconds).toBe(0);
    expect(await api.updateSettings({ delaySeconds: 30 })).toEqual({ success: true });
    expect(calls("setDelay")).toMatchObject([{ delaySeconds: 60 }, { delaySeconds: 30 }]);
  });

  it("change nothing of a stream to an address that is not of the settings", async () => {
    await api.startStream(`rtmp://host/app/${KEYS[0]}`);
    await api.addDestination();
    await api.saveStreamKey("destination-2", KEYS[1]);
    await api.changeDestination("2", { enabled: true });
    await api.stopStream();
    expect(calls("addDestination")).toEqual([]);
  });
});
