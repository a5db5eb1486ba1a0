import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_SETTINGS,
  DEFAULT_SOUNDS,
  EngineError,
  INITIAL_STATE,
  InvalidSettings,
  asSentence,
  captureParams,
  checkServerUrl,
  checkStreamUrl,
  codecOf,
  endInWords,
  formatBitrate,
  formatBytes,
  formatDuration,
  formatTime,
  joinStreamUrl,
  liveTitle,
  maskKey,
  parseTime,
  patchSettings,
  ratesOf,
  readSettings,
  redactUrl,
  reduceShell,
  sizePerHour,
  soundChanges,
  soundParams,
  sourceKey,
  speakDuration,
  splitServerUrl,
  spokenLength,
  streamParams,
  toProblem,
  type LiveKind,
  type Notice,
  type SoundSetting,
} from "@ionia/common";

/** The engine's tests read the same file. */
const REDACTION_CASES = JSON.parse(
  readFileSync(new URL("../../../tests/core/redaction_cases.json", import.meta.url), "utf8"),
) as [url: string, shown: string][];

describe("why a recording ended by itself", () => {
  it("is told in the window's words where the engine names an option, else in the engine's", () => {
    expect(endInWords("It is 5400 s long (maxDurationSeconds).")).toBe("It is 1 h 30 min long, as long as you allow.");
    expect(endInWords("It has as many bytes as it may have, 4000000000 (maxBytes).")).toBe(
      "It is as large as you allow, 4.0 GB.",
    );
    expect(endInWords("the window was closed")).toBe("The window was closed.");
  });

  it("knows the engine's words as they are", () => {
    const engine = readFileSync(new URL("../../../engine/ionia/core/timeline/end_watch.py", import.meta.url), "utf8");
    const told = [...engine.matchAll(/words = f"(.*)"/g)].map(([, words = ""]) => words.replace(/\{[^}]*\}/, "7200"));
    expect(told).toHaveLength(2);
    for (const words of told) expect(endInWords(words)).toContain("you allow");
  });

  it("has lengths as people say them", () => {
    expect([6, 90, 60, 1800, 5400, 7200, 7230].map(spokenLength)).toEqual([
      "6 s",
      "90 s",
      "1 min",
      "30 min",
      "1 h 30 min",
      "2 h",
      "2 h 0.5 min",
    ]);
  });
});

describe("a codec", () => {
  it("is known by its encoders' names and by its tracks'", () => {
    const names = ["libx264", "h264_nvenc", "h264", "", "libx265", "hevc_qsv", "hevc", "libsvtav1", "av1_amf", "av1"];
    expect(names.map(codecOf).join()).toBe("h264,h264,h264,h264,hevc,hevc,hevc,av1,av1,av1");
  });
});

describe("places in a recording", () => {
  it.each([
    ["7", 7, "0:07"],
    ["0:07.25", 7.25, "0:07.25"],
    ["90,5", 90.5, "1:30.5"],
    ["1:02:03", 3723, "1:02:03"],
    [" 59:59.999 ", 3599.999, "59:59.999"],
  ])("%s is read and written", (text, seconds, written) => {
    expect(parseTime(text)).toBeCloseTo(seconds, 9);
    expect(formatTime(seconds)).toBe(written);
  });

  it.each(["", "abc", "-1", "1:2:3:4", "1:", ":30", "1e3"])("%j is none", (text) => {
    expect(parseTime(text)).toBeNull();
  });

  it("rounds no second up to sixty", () => {
    expect(formatTime(59.9999)).toBe("1:00");
  });
});

describe("stream addresses", () => {
  it("joins server and key with one slash", () => {
    expect(joinStreamUrl("rtmp://host/app/ ", " /key?x=1")).toBe("rtmp://host/app/key?x=1");
  });

  it.each(REDACTION_CASES)("shows %j as %j", (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  it("shows no key and no password, wherever it stands and whatever stands around it", () => {
    const secret = "SECRET";
    const pieces = [
      "",
      "/",
      "//",
      "?",
      "&",
      "=",
      ":",
      "@",
      "#",
      "%40",
      "[",
      "]",
      ".",
      " ",
      "\\/",
      "7",
      "a/b",
      "x@y",
      "é",
    ];
    const forms = [
      (part: string) => `rtmp://host/app/${part}`,
      (part: string) => `rtmp://host/${part}`,
      (part: string) => `rtmps://user:${part}@host/app/key`,
      (part: string) => `rtmp://${part}@host:1935/app/key`,
      (part: string) => `rtmp://[::1]/app/${part}`,
      (part: string) => part,
    ];
    for (const form of forms)
      for (const before of pieces)
        for (const between of pieces)
          expect(redactUrl(form(`${before}${between}x${secret}`)), form(before + between)).not.toContain(secret);
  });

  it.each([
    ["", "Enter"],
    ["http://host/app", "rtmp://"],
    ["rtmp://", "server name"],
    ["rtmp://host", "application"],
    ["rtmp://me:pass/word@host/app", "%2F"],
    ["rtmp://me@word@host:x/app", "%40"],
    ["whip://me:word@host/path", "token"],
    ["whips://:80/path", "server name"],
  ])("says what is wrong with %j", (url, part) => {
    expect(checkServerUrl(url)).toMatchObject({ ok: false, message: expect.stringContaining(part) as string });
  });

  it.each([
    ["rtmp://host/app", "rtmp://host/app", "rtmp://host/app", ""],
    [" rtmp://host/app/ ", "rtmp://host/app", "rtmp://host/app", ""],
    ["rtmp://host/app/key", "rtmp://host/app", "rtmp://host/app", "key"],
    ["rtmp://host/app//key?sign=a/b&x=1", "rtmp://host/app", "rtmp://host/app", "key?sign=a/b&x=1"],
    ["rtmp://host/app/inst/key", "rtmp://host/app", "rtmp://host/app/inst", "key"],
    ["rtmp://host/app/inst/", "rtmp://host/app", "rtmp://host/app/inst", ""],
    ["rtmp://host/live2?backup=1/KEY", "rtmp://host/live2", "rtmp://host/live2?backup=1", "KEY"],
    ["rtmps://u:p@host:444/app", "rtmps://host:444/app", "rtmps://u:p@host:444/app", ""],
    [
      "rtmps://x.global-contribute.live-video.net/sk_1",
      "rtmps://x.global-contribute.live-video.net/app",
      "rtmps://x.global-contribute.live-video.net/app",
      "sk_1",
    ],
    ["whips://host:8443/a/secret/?b=c", "whips://host:8443", "whips://host:8443/a/secret/?b=c", ""],
    ["whip://host/", "whip://host", "whip://host", ""],
    ["rtmps://x.live-video.net:443/app/", "rtmps://x.live-video.net:443/app", "rtmps://x.live-video.net:443/app", ""],
  ])("splits %j into what may be shown, the whole server and the key", (url, server, whole, key) => {
    expect(splitServerUrl(url)).toEqual({ server, whole, key });
  });

  it("wants a key in a complete address", () => {
    expect(checkStreamUrl("rtmp://host/app").ok).toBe(false);
    expect(checkStreamUrl("rtmp://host/app/key").ok).toBe(true);
    expect(checkStreamUrl("whip://host").ok).toBe(true);
  });

  it("shows the end of long keys only", () => {
    expect(maskKey("live_123456789ab")).toBe("••••••••ab");
    expect(maskKey("short")).toBe("••••••••");
  });
});

describe("numbers", () => {
  it("reads durations", () => {
    expect(formatDuration(0.9)).toBe("00:00");
    expect(formatDuration(3723.5)).toBe("1:02:03");
    expect(formatDuration(Number.NaN)).toBe("00:00");
    expect(speakDuration(3661)).toBe("1 hour 1 minute 1 second");
    expect(speakDuration(0)).toBe("0 seconds");
  });

  it("makes sentences of reasons", () => {
    expect(["the server is gone", "Refused.", " "].map(asSentence)).toEqual(["The server is gone.", "Refused.", ""]);
  });

  it("reads sizes and rates", () => {
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(999_999)).toBe("1.0 MB");
    expect(formatBytes(123_456_789)).toBe("123 MB");
    expect(formatBitrate(5_000_000)).toBe("5.0 Mbit/s");
    expect(formatBitrate(192_000)).toBe("192 kbit/s");
  });
});

describe("failures", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../../engine/docs/openrpc.json", import.meta.url), "utf8"),
  ) as Record<"x-live-kinds", { kind: LiveKind }[]>;

  it("of a connection have each a title and what to do", () => {
    for (const { kind } of schema["x-live-kinds"]) {
      const problem = toProblem(new EngineError("connect_failed", "No.", { liveKind: kind }));
      expect(problem).toMatchObject({ kind: "connect_failed", liveKind: kind });
      expect([problem.hint, liveTitle(problem)], kind).not.toContain("");
    }
    expect(liveTitle(toProblem(new EngineError("output_failed", "No.")))).toBe("");
  });

  it("keep the engine's own hint", () => {
    const error = new EngineError("connect_failed", "No.", { liveKind: "refused", hint: "Ask Bob." });
    expect(toProblem(error).hint).toBe("Ask Bob.");
  });
});

describe("settings", () => {
  it("takes valid members", () => {
    expect(patchSettings(DEFAULT_SETTINGS, { theme: "dark", fps: 60 })).toMatchObject({ theme: "dark", fps: 60 });
  });

  it.each([
    [null, "object"],
    [{ nope: 1 }, "unknown setting nope"],
    [{ __proto__x: 1 }, "unknown"],
    [{ theme: "pink" }, "theme"],
    [{ fps: 30.5 }, "fps"],
    [{ region: { x: 0, y: 0, width: 8, height: 200 } }, "region"],
    [{ region: { x: -1, y: 0, width: 80, height: 200 } }, "region"],
    [{ sounds: [{ ...DEFAULT_SOUNDS[0], gainDb: Number.NaN }] }, "sounds"],
    [{ sounds: [DEFAULT_SOUNDS[0], DEFAULT_SOUNDS[0]] }, "sounds"],
    [{ sounds: [{ ...DEFAULT_SOUNDS[0], filters: ["reverb"] }] }, "sounds"],
    [{ sounds: [{ ...DEFAULT_SOUNDS[0], kind: "app" }] }, "sounds"],
    [{ screen: "" }, "screen"],
  ])("refuses %j", (patch, part) => {
    expect(() => patchSettings(DEFAULT_SETTINGS, patch)).toThrow(InvalidSettings);
    expect(() => patchSettings(DEFAULT_SETTINGS, patch)).toThrow(part);
  });

  it("keeps what is valid of an old file, and what was set of its two sounds", () => {
    expect(readSettings({ theme: "light", fps: 3, preset: "gone" })).toEqual({ ...DEFAULT_SETTINGS, theme: "light" });
    expect(readSettings("garbage")).toBe(DEFAULT_SETTINGS);
    const old = { desktopAudio: "out", desktopEnabled: true, desktopGain: 0.5, microphone: null, micEnabled: false };
    expect(readSettings(old).sounds).toMatchObject([
      { name: "desktop", device: "out", enabled: true, gainDb: -6 },
      { name: "mic", device: null, enabled: false, gainDb: 1.6 },
    ]);
    expect(readSettings({ micGain: 0 }).sounds[1]?.gainDb).toBe(1.6);
    expect(readSettings({ ...old, sounds: DEFAULT_SOUNDS })).toEqual(DEFAULT_SETTINGS);
  });

  it("asks the engine for the same capture in both sessions where the service's limit and the quality allow", () => {
    expect(streamParams(DEFAULT_SETTINGS, null)).toEqual(captureParams(DEFAULT_SETTINGS));
    const tall = {
      ...DEFAULT_SETTINGS,
      videoBitrate: 9e6,
      quality: "high",
      height: 720,
      separateTracks: true,
    } as const;
    expect(captureParams(tall)).toMatchObject({ quality: "high", height: 720, tracks: [{ name: "Mix" }, {}, {}] });
    expect(streamParams(tall, null)).toMatchObject({ videoBitrate: 6e6, height: 720 });
    expect(Object.keys(streamParams(tall, null))).not.toEqual(expect.arrayContaining(["quality"]));
    expect(streamParams(tall, null)).not.toHaveProperty("tracks");
    const av1 = { ...DEFAULT_SETTINGS, codec: "av1" } as const;
    expect([captureParams(av1).codec, streamParams(av1, null).codec]).toEqual(["av1", undefined]);
  });
});

describe("sounds", () => {
  const [desktop, mic] = DEFAULT_SOUNDS as [SoundSetting, SoundSetting];
  const browser: SoundSetting = { ...desktop, name: "Browser", kind: "app", device: "firefox", filters: [] };

  it("are told with their device, gain and filters in their order; none of them is no sound", () => {
    const filtered = { ...mic, device: "m", gainDb: -60, filters: ["limiter", "gate"] } as const;
    expect(soundParams([desktop, filtered, browser], true)).toEqual({
      sounds: [
        { name: "desktop", kind: "desktop", gainDb: 0, muted: false, mono: false },
        {
          name: "mic",
          kind: "mic",
          device: "m",
          gainDb: -120,
          muted: false,
          mono: false,
          filters: [{ type: "gate" }, { type: "limiter" }],
        },
        { name: "Browser", kind: "app", app: { id: "firefox" }, gainDb: 0, muted: false, mono: false },
      ],
      tracks: [
        { name: "Mix", sounds: ["desktop", "mic", "Browser"] },
        { name: "desktop", sounds: ["desktop"] },
        { name: "mic", sounds: ["mic"] },
        { name: "Browser", sounds: ["Browser"] },
      ],
    });
    expect(soundParams([{ ...desktop, enabled: false }], true)).toEqual({ audioMode: "none" });
    expect(soundParams([desktop], true)).not.toHaveProperty("tracks");
  });

  it("change in a running session by what differs alone", () => {
    expect(
      soundChanges(
        [desktop, mic],
        [
          { ...desktop, muted: true },
          { ...mic, gainDb: 3, filters: ["gate"] },
        ],
      ),
    ).toEqual([
      { sound: "desktop", muted: true },
      { sound: "mic", gainDb: 3, filters: [{ type: "gate" }] },
    ]);
    expect(soundChanges([desktop], [{ ...desktop, device: "x" }, mic])).toEqual([]);
    const settings = { ...DEFAULT_SETTINGS, sounds: [{ ...desktop, gainDb: -9, muted: true }, mic] };
    expect(sourceKey(settings)).toBe(sourceKey(DEFAULT_SETTINGS));
    expect(sourceKey({ ...settings, sounds: [desktop] })).not.toBe(sourceKey(DEFAULT_SETTINGS));
  });
});

describe("what an hour takes", () => {
  const picture = { fps: 30, videoBitrate: 5e6, width: 1920, height: 1080, soundBitrate: 192e3 } as const;

  it("is one figure at a steady rate, and from a still page to a film at a quality", () => {
    expect(sizePerHour({ ...picture, quality: "bitrate" })).toBe("about 2.3 GB an hour");
    expect(sizePerHour({ ...picture, quality: "high" })).toBe("176 MB to 2.8 GB an hour");
    expect(ratesOf({ ...picture, quality: "source", fps: 60, width: 3840, height: 2160, soundBitrate: 0 })).toEqual([
      1_920_000, 72_000_000,
    ]);
  });
});

describe("shell state", () => {
  const notice = (id: number, code: string): Notice => ({ id, code, level: "warning", message: code, hint: "" });

  it("replaces notices of one code and keeps the newest few", () => {
    let state = INITIAL_STATE;
    for (const [id, code] of [
      [1, "a"],
      [2, "b"],
      [3, "a"],
      [4, "c"],
      [5, "d"],
      [6, "e"],
    ] as const) {
      state = reduceShell(state, { type: "notice", notice: notice(id, code) });
    }
    expect(state.notices.map((one) => one.id)).toEqual([3, 4, 5, 6]);
    expect(reduceShell(state, { type: "noticeDismissed", id: 4 }).notices).toHaveLength(3);
  });

  it("merges partial changes and ignores levels", () => {
    const state = reduceShell(INITIAL_STATE, { type: "recording", change: { phase: "recording" } });
    expect(state.recording).toEqual({ ...INITIAL_STATE.recording, phase: "recording" });
    expect(reduceShell(state, { type: "levels", levels: [] })).toBe(state);
  });
});
