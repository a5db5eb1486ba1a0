import { describe, expect, it } from "vitest";
import {
  DEFAULT_SETTINGS,
  MOST_DESTINATIONS,
  connected,
  destinationTitle,
  destinationsOf,
  limitsOf,
  liveLimits,
  isDestinationList,
  isDestinationPatch,
  newDestination,
  nextDestination,
  overall,
  readSettings,
  streamLacks,
  streamParams,
  trustParams,
  uploadOf,
  withDestination,
  type DestinationSetting,
  type Settings,
} from "@ionia/common";

const SECOND: DestinationSetting = { id: "2", name: "", service: "youtube", server: "", enabled: true };
const withMore = (...moreDestinations: DestinationSetting[]): Settings => ({ ...DEFAULT_SETTINGS, moreDestinations });

describe("a list of destinations", () => {
  it("has the one of the old settings in front, and is changed by id", () => {
    const settings = withDestination(withMore(SECOND), "1", { name: "Main", service: "custom", server: "rtmp://h/a" });
    expect(settings).toMatchObject({ destinationName: "Main", service: "custom", customServer: "rtmp://h/a" });
    expect(destinationsOf(withDestination(settings, "2", { enabled: false }))).toEqual([
      { id: "1", name: "Main", service: "custom", server: "rtmp://h/a", enabled: true },
      { ...SECOND, enabled: false },
    ]);
    expect(withDestination(settings, "9", { enabled: false })).toEqual(settings);
  });

  it("grows by services that are not in it, up to as many as a stream takes", () => {
    let settings = withMore();
    const services: string[] = [];
    for (let one = nextDestination(settings, true); one !== undefined; one = nextDestination(settings, true)) {
      services.push(one.service);
      settings = withMore(...settings.moreDestinations, one);
    }
    expect(services).toEqual(["youtube", "facebook", "custom", "custom", "custom", "custom", "custom"]);
    expect(destinationsOf(settings)).toHaveLength(MOST_DESTINATIONS);
    expect(readSettings({ moreDestinations: settings.moreDestinations })).toEqual(settings);
  });

  it.each([
    ["no list", {}],
    ["no id of its own", [{ ...SECOND, id: "1" }]],
    ["one id twice", [SECOND, SECOND]],
    ["a member too many", [{ ...SECOND, key: "secret" }]],
    ["a member too few", [{ id: "2", name: "", service: "youtube", server: "" }]],
    ["no service", [{ ...SECOND, service: "nowhere" }]],
    ["nothing", [null]],
  ])("is none with %s", (_what, value) => {
    expect(isDestinationList(value)).toBe(false);
    expect(readSettings({ moreDestinations: value }).moreDestinations).toEqual([]);
  });

  it("takes patches of its members alone", () => {
    expect([{}, { enabled: false }, { name: "x" }].every(isDestinationPatch)).toBe(true);
    expect([null, { id: "3" }, { name: 5 }, { name: "x".repeat(61) }].some(isDestinationPatch)).toBe(false);
  });

  it("calls one by its name, its service or its server", () => {
    const own = { name: "", service: "custom", server: "rtmps://live.example.org:443/app" } as const;
    expect(destinationTitle({ ...own, name: " Mine " })).toBe("Mine");
    expect(destinationTitle(SECOND)).toBe("YouTube");
    expect(destinationTitle(own)).toBe("live.example.org:443");
    expect(destinationTitle({ ...own, server: "rtmp://me:pass/word@host/app" })).toBe("Custom server");
  });

  it("says what is missing before a stream, of those that are switched on", () => {
    const keys = { twitch: "••••" };
    expect(streamLacks(withMore(), {})).toBe("Enter the stream key under Live first.");
    expect(streamLacks(withMore(SECOND), keys)).toBe("YouTube: Enter the stream key under Live first.");
    expect(streamLacks(withMore({ ...SECOND, enabled: false }), keys)).toBe("");
    expect(streamLacks({ ...withMore(), destinationEnabled: false }, keys)).toBe(
      "Switch a destination on under Live first.",
    );
  });

  it("has the rate of the service that takes the least, and trusts a certificate of one's own at one's own server alone", () => {
    const facebook: DestinationSetting = { ...SECOND, service: "facebook" };
    const rate = (settings: Settings): unknown => streamParams({ ...settings, height: 720 }, null).videoBitrate;
    expect(rate(withMore(facebook))).toBe(4_000_000);
    expect(rate(withMore({ ...facebook, enabled: false }))).toBe(5_000_000);
    const own = { ...withMore({ ...SECOND, service: "custom" }), caFile: "/ca.pem" };
    expect(destinationsOf(own).map((one) => trustParams(own, one))).toEqual([{}, { caFile: "/ca.pem" }]);
  });
});

describe("before going live", () => {
  const own = { ...DEFAULT_SETTINGS, service: "custom", customServer: "" } as const;

  it("is said what the services take at most, and with what all of them take it", () => {
    const wide = { ...DEFAULT_SETTINGS, screen: "s" };
    const screen = { id: "s", name: "s", width: 3840, height: 2160, x: 0, y: 0, primary: true, backend: "x11grab" };
    const devices = {
      screens: [screen],
      windows: [],
      desktopAudio: [],
      applications: [],
      microphones: [],
      encoders: [],
    };
    const facebook = withDestination({ ...wide, fps: 120, videoBitrate: 9e6 }, "1", { service: "facebook" });
    expect(liveLimits(facebook, devices)).toEqual({
      videoBitrate: 9e6,
      lowered: "",
      beyond: [
        "Facebook takes 1920 × 1080 at most, and this is 3840 × 2160.",
        "Facebook takes 60 frames per second at most, and this is 120.",
      ],
      within: { height: 1080, fps: 60 },
    });
    const within = { ...facebook, ...liveLimits(facebook, devices).within };
    expect(liveLimits(within, devices)).toMatchObject({ beyond: [], within: {} });
    expect(liveLimits({ ...wide, videoBitrate: 8e6 }, devices)).toMatchObject({
      videoBitrate: 6e6,
      lowered: "Twitch takes 6.0 Mbit/s of such a picture at most, so the stream uses that",
      beyond: [],
    });
  });

  it("a picture of its own is valid within the limits, adds to the upload and the encodes, and is held to its service", () => {
    const own = { ...SECOND, videoBitrate: 2_500_000, height: 720 };
    for (const wrong of [{ videoBitrate: 1 }, { height: 1.5 }, { height: "720" }, { width: 3 }])
      expect(isDestinationList([{ ...own, ...wrong }])).toBe(false);
    expect(isDestinationList([own])).toBe(true);
    expect(isDestinationPatch({ videoBitrate: null, height: null })).toBe(true);
    const settings = { ...withMore(own, { ...SECOND, id: "3" }), fps: 30 };
    expect(uploadOf(settings, 5e6, 200_000)).toEqual({ bits: 2 * 5.2e6 + 2.7e6, encodes: 2 });
    expect(uploadOf(withDestination(settings, "2", { videoBitrate: null, height: null }), 5e6, 0).encodes).toBe(1);
    const greedy = withDestination(settings, "2", { service: "facebook", videoBitrate: 20_000_000 });
    expect(liveLimits(greedy, null)).toMatchObject({
      videoBitrate: 5e6,
      lowered: "",
      beyond: [expect.stringMatching(/^Facebook takes [\d.]+ Mbit\/s at most; its own rate is 20 Mbit\/s\.$/)],
      within: {},
    });
  });

  it.each([
    ["rtmps://me:word@ab.global-contribute.live-video.net:443/app", "Kick"],
    ["rtmp://LIVE.twitch.tv./app", "Twitch"],
    ["rtmp://nottwitch.tv/app", undefined],
    ["", undefined],
  ])("the limits are found by the server's name: %s", (server, name) => {
    expect(limitsOf(server)?.name.split(",")[0]).toBe(name);
  });

  it("a WHIP server needs no token, and has none of its path shown", () => {
    const whip = { ...own, customServer: "whips://host" };
    expect(streamLacks(whip, {})).toBe("");
    expect(destinationTitle({ name: "", service: "custom", server: "whips://host" })).toBe("host");
  });
});

describe("the state of a destination", () => {
  const told = { id: "s", attempt: 0, delayMs: 0, reason: "", kind: null, destination: "1" } as const;

  it("keeps why it failed, while it tries and when it is live again", () => {
    let view = connected(newDestination("1"), { ...told, state: "connected" });
    expect(view).toMatchObject({ phase: "live", lastReason: "" });
    view = connected(view, { ...told, state: "reconnecting", attempt: 1, reason: "it is gone", kind: "network" });
    view = connected(view, { ...told, state: "connecting", attempt: 2 });
    expect(view).toMatchObject({ phase: "reconnecting", attempt: 2, reason: "It is gone.", liveKind: "network" });
    view = connected(view, { ...told, state: "connected" });
    expect(view).toMatchObject({ phase: "live", reason: "", liveKind: null, lastReason: "It is gone." });
    view = connected(view, { ...told, state: "failed", reason: "no such key" });
    expect(connected(view, { ...told, state: "closed" })).toBe(view);
    expect(view).toMatchObject({ phase: "failed", lastReason: "No such key." });
  });

  it("makes the stream as well as the best of them", () => {
    const [one, other] = [newDestination("1"), newDestination("2")];
    expect(overall([one, { ...other, phase: "live" }])).toMatchObject({ phase: "live" });
    expect(overall([one, { ...other, phase: "reconnecting", reason: "Why." }])).toMatchObject({
      phase: "reconnecting",
      reason: "Why.",
    });
    expect(overall([{ ...one, phase: "failed" }, other])).toMatchObject({ phase: "starting" });
    expect(overall([{ ...one, phase: "failed" }])).toBeUndefined();
  });
});
