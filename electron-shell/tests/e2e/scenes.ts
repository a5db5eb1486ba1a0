/** Every state of the window, as data. */
import {
  DEFAULT_SETTINGS,
  DEFAULT_SOUNDS,
  IDLE_RECORDING,
  IDLE_STREAM,
  INITIAL_STATE,
  newDestination,
  type DeviceList,
  type HistoryEntry,
  type RecorderStats,
  type ShellEvent,
  type ShellState,
  type SoundSetting,
  type StreamerStats,
} from "@ionia/common";

export interface Scene {
  readonly name: string;
  readonly state: ShellState;
  readonly events?: readonly ShellEvent[];
  /** Pressed before the picture is taken. */
  readonly press?: readonly string[];
}

const entry = (
  id: string,
  minutesAgo: number,
  durationSeconds: number,
  bytes: number,
  more: Partial<HistoryEntry> = {},
): HistoryEntry => ({
  id,
  name: `recording_${id}`,
  path: `/home/user/recordings/recording_${id}.mp4`,
  createdAt: new Date(Date.UTC(2026, 2, 4, 15, 30) - minutesAgo * 60_000).toISOString(),
  durationSeconds,
  bytes,
  width: 1920,
  height: 1080,
  fps: 30,
  recovered: false,
  mediaUrl: `/media/${id}`,
  thumbnailUrl: `/thumbnail/${id}`,
  ...more,
});

const HISTORY = [
  entry("2026-03-04T15-12-00-000Z", 18, 754, 486_000_000, { marks: [12, 95.5, 340] }),
  entry("2026-03-04T11-02-10-000Z", 268, 61, 38_400_000, { recovered: true }),
  entry("2026-03-03T09-45-30-000Z", 1785, 3724, 2_340_000_000),
  entry("2026-03-01T19-20-00-000Z", 4090, 12, 7_900_000),
];

const ready: ShellState = {
  ...INITIAL_STATE,
  engine: { phase: "ready", message: "", version: "0.1.0" },
  readiness: { phase: "ready", problem: null },
  devices: {
    screens: [
      { id: "1", name: "DELL U2723QE", width: 2560, height: 1440, x: 0, y: 0, primary: true, backend: "x11grab" },
      {
        id: "2",
        name: "Built-in display",
        width: 1920,
        height: 1200,
        x: 2560,
        y: 0,
        primary: false,
        backend: "x11grab",
      },
    ],
    windows: [
      { id: "w1", application: "notes", title: "Quarterly report.odt, LibreOffice Writer", width: 1400, height: 900 },
      { id: "w2", application: "notes", title: "Terminal", width: 900, height: 640 },
    ],
    desktopAudio: [{ id: "out", name: "Speakers (Realtek Audio)", default: true }],
    applications: [
      { id: "firefox:4101", name: "Firefox", process: "firefox", pid: 4101, playing: true },
      { id: "game:4242", name: "Game", process: "game", pid: 4242, playing: false },
    ],
    microphones: [
      { id: "mic", name: "Shure MV7", default: true },
      { id: "cam", name: "Logitech BRIO webcam", default: false },
    ],
    encoders: [],
  },
  savedKeys: { twitch: "••••••••7q" },
  history: HISTORY,
  diskFreeBytes: 412_000_000_000,
  shortcut: "CommandOrControl+Shift+R",
};

const common = (seconds: number) => ({
  state: "running",
  durationSeconds: seconds,
  videoFramesCaptured: Math.round(seconds * 30),
  videoFramesUnique: Math.round(seconds * 22),
  videoFramesDuplicated: Math.round(seconds * 8),
  videoFramesLagged: 2,
  videoFramesMissed: 0,
  videoFramesSkipped: 0,
  audioSilenceSamples: 0,
  audioSamplesLost: 0,
  audioDriftPpm: 11,
  desktopSilenceSamples: 0,
  micSilenceSamples: 0,
  captureBackend: "x11grab",
  audioBackend: "pulse",
  codec: "h264_nvenc",
  readback: true,
  width: 2560,
  height: 1440,
  fps: 30,
  encodeMsAvg: 4.2,
  captureMs: { p50: 2.1, p99: 4.0 },
  convertMs: { p50: 1.8, p99: 3.2 },
  encodeMs: { p50: 2.4, p99: 6.1 },
  picturesWaiting: 0,
  cpuPercent: 18,
  rssBytes: 190_000_000,
});

const recorderStats = (seconds: number): RecorderStats => ({
  ...common(seconds),
  videoPacketsEncoded: Math.round(seconds * 30),
  audioPacketsEncoded: Math.round(seconds * 47),
  videoPacketsMuxed: Math.round(seconds * 30),
  audioPacketsMuxed: Math.round(seconds * 47),
  outputPath: "/x.mp4",
  pausedSeconds: 0,
  pauses: 0,
  startUtc: null,
  utcErrorMs: 0,
  totalBytes: Math.round(seconds * 610_000 + 60_000 * Math.sin(seconds / 3)),
});

const streamerStats = (seconds: number): StreamerStats => ({
  ...common(seconds),
  destinations: [],
  videoFrames: Math.round(seconds * 30),
  videoPackets: Math.round(seconds * 30),
  audioPackets: Math.round(seconds * 47),
  videoPacketsDropped: 31,
  audioPacketsDropped: 0,
  reconnectCount: 1,
  currentLatencyMs: 140,
  maxLatencyMs: 1980,
  connected: true,
  backpressure: false,
  bytesSent: Math.round(seconds * 600_000),
  sendBitrateKbps: 4600 + 500 * Math.sin(seconds / 4) - (seconds > 820 && seconds < 830 ? 2600 : 0),
  targetBitrateKbps: 5000,
  delaySeconds: 0,
  delayPacketsHeld: 0,
  delayBytesHeld: 0,
  delayPacketsSkipped: 0,
  delayPacketsCrowded: 0,
  delayPacketsFilled: 0,
  delayPacketsDiscarded: 0,
  rtmpUrl: "rtmp://live.twitch.tv/app/****",
});

const placeStats = (destination: string, sendBitrateKbps: number): StreamerStats["destinations"][number] => ({
  destination,
  rtmpUrl: "rtmp://host/app/****",
  connection: "connected",
  kind: null,
  reason: "",
  connected: true,
  backpressure: false,
  videoPackets: 1,
  audioPackets: 1,
  videoPacketsDropped: 0,
  videoFramesSkipped: 0,
  reconnectCount: 0,
  currentLatencyMs: 90,
  maxLatencyMs: 300,
  bytesSent: 1,
  sendBitrateKbps,
  targetBitrateKbps: 5000,
});

const levels: ShellEvent = {
  type: "levels",
  levels: [
    { name: "desktop", peakDb: -9, rmsDb: -19, clipped: false, muted: false },
    { name: "mic", peakDb: -0.2, rmsDb: -9, clipped: true, muted: false },
  ],
};

const minute = <T>(end: number, event: (seconds: number) => T): T[] =>
  Array.from({ length: 62 }, (_, index) => event(end - 61 + index));
const streamMinute = (end: number): ShellEvent[] =>
  minute(end, (seconds) => ({ type: "stream", change: { stats: streamerStats(seconds) } }));

const recording = { ...IDLE_RECORDING, phase: "recording", outputPath: "/x.mp4", stats: recorderStats(781) } as const;
const live = {
  ...IDLE_STREAM,
  phase: "live",
  rtmpUrl: "rtmp://live.twitch.tv/app/****",
  stats: streamerStats(842),
} as const;
const [DESKTOP, MIC] = DEFAULT_SOUNDS as [SoundSetting, SoundSetting];
const MIXED: readonly SoundSetting[] = [
  { ...DESKTOP, gainDb: -8.5 },
  { ...MIC, gainDb: 3, filters: ["noise-suppression", "compressor", "limiter"] },
  { ...DESKTOP, name: "Firefox", kind: "app", device: "firefox", muted: true },
];
/** Words as long as German ones, in every place that others fill. */
const LONG = "Bildschirmaufzeichnungsgeschwindigkeitsbegrenzung";

const settings = (part: Partial<ShellState["settings"]>): ShellState => ({
  ...ready,
  settings: { ...DEFAULT_SETTINGS, ...part },
});

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
