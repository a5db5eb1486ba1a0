/** Stream keys and servers' addresses on their way through the window's requests: kept apart, never in clear. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { FakeSession } from "../fakes/fake_engine.mjs";
import { api, eachOpensAStudio, engines, events, folder, open, studio } from "../fakes/open_studio.ts";
import { fakeVault } from "../fakes/vault.ts";

const KEY = "live_42_secretsecret";

eachOpensAStudio();

describe("stream keys", () => {
  it("go in, are shown masked, go out to the engine only, survive a restart encrypted", async () => {
    expect(await api.startSavedStream()).toEqual({ success: false, error: "Enter the stream key first." });
    expect(await api.saveStreamKey("twitch", ` ${KEY}\n`)).toEqual({ success: true });
    expect((await api.getState()).savedKeys).toEqual({ twitch: "••••••••et" });
    await studio.close();
    await open();
    expect(await api.startSavedStream()).toEqual({ success: true, rtmpUrl: "rtmp://live.twitch.tv/app/****" });
    const session = [...engines.latest.sessions.values()].find(({ kind }) => kind === "streamer");
    expect(session?.params).toMatchObject({
      rtmpUrl: "rtmp://live.twitch.tv/app",
      streamKey: KEY,
      videoBitrate: 5_000_000,
    });
    expect(JSON.stringify([events, await api.getState()])).not.toContain(KEY);
    for (const file of ["stream-keys.json", "settings.json", "history.json"]) {
      expect(await readFile(path.join(folder, file), "utf8").catch(() => "")).not.toContain(KEY);
    }
    expect(await api.forgetStreamKey("twitch")).toEqual({ success: true });
    expect((await api.getState()).savedKeys).toEqual({});
  });

  const inFiles = async (): Promise<string> =>
    (
      await Promise.all(
        ["stream-keys.json", "settings.json", "history.json"].map((file) =>
          readFile(path.join(folder, file), "utf8").catch(() => ""),
        ),
      )
    ).join();

  it("and passwords that come with a server's address are kept with the keys, never with the settings", async () => {
    await api.updateSettings({
      service: "custom",
      customServer: `rtmps://me:pass-word@host:444/app/inst?a=argument/${KEY}`,
    });
    await api.forgetStreamKey("custom");
    await api.updateSettings({ customServer: `rtmps://me:pass-word@host:444/app?a=argument/inst/${KEY}` });
    expect(studio.state.settings.customServer).toBe("rtmps://host:444/app");
    await studio.close();
    await open();
    expect(studio.state.settings.customServer).toBe("rtmps://host:444/app");
    expect(await inFiles()).not.toMatch(new RegExp(`${KEY}|pass-word|argument`));
    expect(JSON.stringify([events, await api.getState()])).not.toMatch(new RegExp(`${KEY}|pass-word|argument`));
    expect(await api.updateSettings({ caFile: "/ca.pem", retryRejected: true })).toEqual({ success: true });
    expect(await api.startSavedStream()).toMatchObject({ success: true, rtmpUrl: "rtmps://host:444/****" });
    const session = [...engines.latest.sessions.values()].find(({ kind }) => kind === "streamer");
    expect(session?.params).toMatchObject({
      rtmpUrl: "rtmps://me:pass-word@host:444/app?a=argument/inst",
      streamKey: KEY,
      caFile: "/ca.pem",
      retryRejected: true,
    });
    await api.stopStream();
    await api.updateSettings({ customServer: "rtmp://other/live" });
    await api.startSavedStream();
    const other = [...engines.latest.sessions.values()].find(
      ({ kind, params }) => kind === "streamer" && params["rtmpUrl"] === "rtmp://other/live",
    );
    expect(other?.params).toMatchObject({ streamKey: KEY });
  });

  it("in the wrong field are refused and kept nowhere", async () => {
    expect(await api.updateSettings({ customServer: KEY })).toMatchObject({ success: false });
    expect(await api.updateSettings({ customServer: "rtmp://me:pass/word@host/app" })).toMatchObject({
      success: false,
    });
    expect(await inFiles()).not.toMatch(new RegExp(`${KEY}|pass`));
    expect(studio.state.settings.customServer).toBe("");
  });

  it.each([
    [`rtmp://host/app/${KEY}`, "rtmp://host/app", "custom"],
    [KEY, "", undefined],
  ])("in the settings of an earlier version are taken out of them", async (stored, left, savedAs) => {
    await studio.close();
    await writeFile(path.join(folder, "settings.json"), JSON.stringify({ customServer: stored, fps: 1 }));
    await open();
    expect(studio.state.settings.customServer).toBe(left);
    expect(await inFiles()).not.toContain(KEY);
    expect(Object.keys(studio.state.savedKeys)).toEqual(savedAs === undefined ? [] : [savedAs]);
  });

  const restart = async (customServer: string, vault = fakeVault()): Promise<void> => {
    await studio.close();
    await writeFile(path.join(folder, "settings.json"), JSON.stringify({ service: "custom", customServer }));
    await open(vault);
  };
  const address = async (): Promise<unknown[]> => {
    await api.startSavedStream();
    const { params } = [...engines.latest.sessions.values()].find(({ kind }) => kind === "streamer") as FakeSession;
    return [params["rtmpUrl"], params["streamKey"]];
  };

  it("that are saved stay when an address of an earlier version or a new one ends with a part of the server", async () => {
    await api.saveStreamKey("custom", KEY);
    await restart("rtmp://host/app/_definst_");
    expect(studio.state.settings.customServer).toBe("rtmp://host/app");
    expect(studio.state.notices).toMatchObject([{ code: "server_address" }]);
    expect(await address()).toEqual(["rtmp://host/app/_definst_", KEY]);
    await studio.stopStream();
    await restart("rtmp://host/app");
    await api.updateSettings({ customServer: "rtmp://host/app/other" });
    expect(studio.state.notices).toMatchObject([{ message: expect.stringContaining("saved already") as string }]);
    expect(await address()).toEqual(["rtmp://host/app/other", KEY]);
  });

  it("taken from the end of an address are told, and a slash says that there is none", async () => {
    await api.updateSettings({ service: "custom", customServer: "rtmp://host/app/inst" });
    expect(studio.state.notices).toMatchObject([{ message: expect.stringContaining("as the stream key") as string }]);
    await api.updateSettings({ customServer: "rtmp://host/app/inst/" });
    await api.saveStreamKey("custom", KEY);
    expect(await address()).toEqual(["rtmp://host/app/inst", KEY]);
  });

  it("leave the path in the settings where there is no vault, and what is lost is told and never done without", async () => {
    await restart(`rtmp://me:pass-word@host/app/inst/${KEY}`, fakeVault(false));
    expect(studio.state.settings.customServer).toBe("rtmp://host/app/inst/");
    expect(studio.state.notices).toMatchObject([{ level: "warning", code: "server_address" }]);
    expect(await inFiles()).not.toMatch(new RegExp(`${KEY}|pass-word`));
    expect(await address()).toEqual(["rtmp://me:pass-word@host/app/inst", KEY]);
    await studio.close();
    await open(fakeVault(false));
    await api.saveStreamKey("custom", KEY);
    expect(await api.startSavedStream()).toMatchObject({ error: expect.stringContaining("address again") as string });
    await api.updateSettings({ customServer: "rtmp://host/app/inst/" });
    expect(await address()).toEqual(["rtmp://host/app/inst", KEY]);
  });

  it("a login is dropped, and that is told, by entering what is shown again", async () => {
    await api.saveStreamKey("custom", KEY);
    await api.updateSettings({ service: "custom", customServer: "rtmp://me:pass-word@host/app" });
    await api.updateSettings({ customServer: "rtmp://host/app" });
    expect(studio.state.notices).toMatchObject([{ message: expect.stringContaining("was dropped") as string }]);
    expect(await address()).toEqual(["rtmp://host/app", KEY]);
  });

  it("an address that is none any more is not dropped without a word", async () => {
    await restart("rtmp://me:pass/word@host/app");
    expect(studio.state).toMatchObject({ settings: { customServer: "" }, notices: [{ code: "settings" }] });
  });

  it("stay in memory when there is no vault", async () => {
    await studio.close();
    await open(fakeVault(false));
    await api.saveStreamKey("youtube", KEY);
    expect(await api.getState()).toMatchObject({ keysEncrypted: false, savedKeys: { youtube: "••••••••et" } });
    expect(existsSync(path.join(folder, "stream-keys.json"))).toBe(false);
    await api.forgetStreamKey("youtube");
    expect((await api.getState()).savedKeys).toEqual({});
  });

  it.each([
    ["nowhere", KEY],
    ["twitch", ""],
    ["twitch", "two words"],
    ["twitch", 5],
    ["__proto__", KEY],
  ])("refuses service %j with key %j", async (service, key) => {
    expect(await api.saveStreamKey(service, key as string)).toMatchObject({ success: false });
  });
});
