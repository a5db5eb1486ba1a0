/** Every state of the window, as data. */
import {
  IDLE_STREAM,
  INITIAL_STATE,
  newDestination,
  type DeviceList,
  type ShellEvent,
  type ShellState,
} from "@ionia/common";

import {
  entry,
  HISTORY,
  ready,
  recorderStats,
  streamerStats,
  placeStats,
  levels,
  streamMinute,
  recording,
  live,
  MIXED,
  LONG,
  settings,
  DESKTOP,
  MIC,
} from "./scene_data.ts";

export interface Scene {
  readonly name: string;
  readonly state: ShellState;
  readonly events?: readonly ShellEvent[];
  /** Pressed before the picture is taken. */
  readonly press?: readonly string[];
}

export const SCENES: readonly Scene[] = [
  { name: "first-run", state: { ...ready, history: [], savedKeys: {} } },
  { name: "idle", state: ready, events: [levels] },
  { name: "engine-starting", state: { ...INITIAL_STATE } },
  {
    name: "engine-missing",
    state: {
      ...INITIAL_STATE,
      engine: {
        phase: "missing",
        message:
          "The engine was not found at /opt/ionia/resources/engine/ionia-engine. Set IONIA_ENGINE to the engine's path.",
        version: "",
      },
    },
  },
  { name: "picker", state: ready, press: ["button:has-text('What to record')"] },
  {
    name: "region",
    state: settings({ region: { x: 320, y: 180, width: 1280, height: 720 } }),
    press: ["button:has-text('What to record')", "text=Choose an area"],
  },
  {
    name: "mixer",
    state: { ...settings({ sounds: MIXED, separateTracks: true }), recording },
    events: [levels],
    press: ["button[aria-label='Filters of Microphone']"],
  },
  {
    name: "quality",
    state: settings({ quality: "high", codec: "av1", height: 1080, sounds: MIXED, separateTracks: true }),
    press: ["role=tab[name='Settings']"],
  },
  {
    name: "long-words",
    state: {
      ...settings({ sounds: [DESKTOP, MIC, { ...DESKTOP, name: LONG, kind: "app", device: "x" }] }),
      devices: {
        ...(ready.devices as DeviceList),
        screens: (ready.devices as DeviceList).screens.map((screen) => ({ ...screen, name: LONG })),
        microphones: [{ id: "mic", name: LONG, default: true }],
      },
      history: [entry(LONG, 18, 75_400, 48_600_000_000, { recovered: true, marks: [1, 2] })],
      notices: [{ id: 1, level: "warning", code: "x", message: LONG, hint: `${LONG} ${LONG}` }],
      recording: { ...recording, phase: "failed", problem: { kind: "x", message: LONG, hint: `${LONG} ${LONG}.` } },
    },
  },
  { name: "recording", state: { ...ready, recording }, events: [levels] },
  {
    name: "paused",
    state: { ...ready, recording: { ...recording, phase: "paused", marks: 3, part: 2 } },
    events: [levels],
  },
  {
    name: "ended-by-itself",
    state: {
      ...settings({ maxDurationSeconds: 7200 }),
      recording: {
        ...recording,
        phase: "idle",
        stats: recorderStats(7200),
        endReason: "It is 2 h long, as long as you allow.",
      },
    },
  },
  {
    name: "files",
    state: settings({ splitSeconds: 1800, splitBytes: 4_000_000_000, maxDurationSeconds: 7200, fastStart: true }),
    press: ["role=tab[name='Settings']", "summary:has-text('A new file every')"],
  },
  {
    name: "clipping",
    state: {
      ...ready,
      history: [entry("2026-03-04T15-20-00-000Z", 10, 15, 9_400_000, { clip: true }), ...HISTORY],
      jobs: [
        { kind: "clip", recordingId: HISTORY[0]?.id ?? "", fraction: 0.43 },
        { kind: "repair", recordingId: HISTORY[1]?.id ?? "", fraction: 0.8 },
      ],
    },
  },
  { name: "clip-dialog", state: ready, press: ["button[aria-label^='Clip recording'] >> nth=0"] },
  {
    name: "replay",
    state: {
      ...settings({ replaySeconds: 60 }),
      recording: { ...recording, marks: 2 },
      stream: live,
      replay: { phase: "ready", secondsHeld: 60, saving: false, problem: null },
    },
    events: [levels],
  },
  {
    name: "preroll",
    state: {
      ...settings({ replaySeconds: 60, prerollSeconds: 10 }),
      replay: { phase: "ready", secondsHeld: 60, saving: false, problem: null },
    },
    press: ["role=tab[name='Settings']", "label:has-text('A recording begins')", "h2:has-text('Shortcuts')"],
  },
  {
    name: "recording-failed",
    state: {
      ...ready,
      recording: {
        ...recording,
        phase: "failed",
        problem: {
          kind: "output_failed",
          message: "The disk is full. What was recorded until then is kept.",
          hint: "Free some disk space, then record again.",
        },
      },
    },
  },
  {
    name: "refused",
    state: {
      ...ready,
      stream: {
        ...live,
        phase: "starting",
        stats: null,
        attempt: 4,
        delayMs: 2100,
        reason: "The server refuses connections.",
      },
    },
  },
  { name: "live", state: { ...ready, stream: live }, events: [levels] },
  {
    name: "recording-live-stats",
    state: { ...settings({ statsOpen: true }), recording, stream: live },
    events: [...streamMinute(842), levels],
  },
  {
    name: "reconnecting",
    state: {
      ...ready,
      recording,
      stream: {
        ...live,
        phase: "reconnecting",
        attempt: 3,
        delayMs: 2000,
        reason: "The server closed the connection.",
      },
    },
    events: [levels],
  },
  {
    name: "stream-failed",
    state: {
      ...settings({ service: "custom", customServer: "rtmp://stream.example.org/live" }),
      savedKeys: { custom: "••••••••" },
      stream: {
        ...IDLE_STREAM,
        phase: "failed",
        problem: {
          kind: "bad_url",
          message: "The address must look like rtmp://server/app/key.",
          hint: "Check the address and the stream key.",
        },
      },
    },
  },
  {
    name: "notices",
    state: {
      ...ready,
      recording,
      notices: [
        {
          id: 1,
          level: "warning",
          code: "audio_lost",
          message: "The microphone was unplugged.",
          hint: "Silence is recorded until it is back.",
        },
        { id: 2, level: "error", code: "disk_low", message: "Disk space for about 8 minutes is left.", hint: "" },
        { id: 3, level: "info", code: "encoder_fallback", message: "The software encoder is used.", hint: "" },
      ],
    },
    events: [levels],
  },
  {
    name: "device-problem",
    state: {
      ...ready,
      readiness: {
        phase: "problem",
        problem: {
          kind: "capture_unavailable",
          message: "The screen can't be captured.",
          hint: "Check that a display is connected, then pick another screen.",
        },
      },
    },
  },
  {
    name: "destinations",
    state: {
      ...settings({
        moreDestinations: [
          { id: "2", name: "", service: "youtube", server: "", enabled: true },
          { id: "3", name: "Company site", service: "custom", server: "rtmps://live.example.org/app", enabled: true },
          { id: "4", name: LONG, service: "facebook", server: "", enabled: true },
        ],
        videoBitrate: 8_000_000,
      }),
      savedKeys: { twitch: "••••••••7q", "destination-2": "••••••••x1", "destination-3": "••••••••9k" },
      recording,
      stream: {
        ...live,
        stats: {
          ...streamerStats(842),
          delaySeconds: 30,
          destinations: [placeStats("1", 4980), placeStats("2", 4950), placeStats("3", 0)],
        },
        destinations: [
          { ...newDestination("1"), phase: "live" },
          {
            ...newDestination("2"),
            phase: "reconnecting",
            attempt: 2,
            delayMs: 2000,
            reason: "The server closed the connection.",
          },
          {
            ...newDestination("3"),
            phase: "failed",
            reason: "The server rejects the stream key.",
            liveKind: "key_rejected",
          },
        ],
      },
    },
    events: [levels],
    press: ["role=tab[name='Live']"],
  },
  {
    name: "destination-open",
    state: {
      ...settings({
        moreDestinations: [
          { id: "2", name: "Company site", service: "custom", server: "rtmps://live.example.org/app", enabled: true },
        ],
        delaySeconds: 30,
      }),
      networkTest: {
        phase: "done",
        destination: "2",
        fraction: 1,
        found: "rtmps://live.example.org/app/**** took 3.4 of 7.1 Mbit/s, 12 pictures dropped.",
        advice:
          "Stream at 2.4 Mbit/s at most. A stream should use 70 % of what the link carries: the rest is for peaks and for its bad moments.",
        videoBitrate: 2_400_000,
      },
      savedKeys: { twitch: "••••••••7q", "destination-2": "••••••••9k" },
    },
    press: ["role=tab[name='Live']", "button:has-text('Company site')"],
  },
  {
    name: "custom-key",
    state: {
      ...settings({ service: "custom", customServer: "whips://live.example.org", screen: "test" }),
      savedKeys: {},
      keysEncrypted: false,
    },
    press: ["role=tab[name='Live']"],
  },
];
