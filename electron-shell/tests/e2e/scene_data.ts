/** What the scenes are made of: devices, recordings, figures of a session by its length. */
import {
  DEFAULT_SETTINGS,
  DEFAULT_SOUNDS,
  IDLE_RECORDING,
  IDLE_STREAM,
  INITIAL_STATE,
  type HistoryEntry,
  type RecorderStats,
  type ShellEvent,
  type ShellState,
  type SoundSetting,
  type StreamerStats,
} from "@ionia/common";

export const entry = (
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

export const HISTORY = [
  entry("2026-03-04T15-12-00-000Z", 18, 754, 486_000_000, { marks: [12, 95.5, 340] }),
  entry("2026-03-04T11-02-10-000Z", 268, 61, 38_400_000, { recovered: true }),
  entry("2026-03-03T09-45-30-000Z", 1785, 3724, 2_340_000_000),
  entry("2026-03-01T19-20-00-000Z", 4090, 12, 7_900_000),
];

export const ready: ShellState = {
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

export const common = (seconds: number) => ({
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

export const recorderStats = (seconds: number): RecorderStats => ({
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

export const streamerStats = (seconds: number): StreamerStats => ({
  ...common(seconds),
  destinations: [],
  videoFrames: Math.round(seconds * 30),
  videoPackets: Math.round(seconds * 30),
  audioPackets: Math.round(seconds * 47),
  videoPacketsDropped: 31,
  videoPacketsUnsent: 0,
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

export const placeStats = (destination: string, sendBitrateKbps: number): StreamerStats["destinations"][number] => ({
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
  videoPacketsUnsent: 0,
  videoFramesSkipped: 0,
  reconnectCount: 0,
  currentLatencyMs: 90,
  maxLatencyMs: 300,
  bytesSent: 1,
  sendBitrateKbps,
  targetBitrateKbps: 5000,
});

export const levels: ShellEvent = {
  type: "levels",
  levels: [
    { name: "desktop", peakDb: -9, rmsDb: -19, clipped: false, muted: false },
    { name: "mic", peakDb: -0.2, rmsDb: -9, clipped: true, muted: false },
  ],
};

export const minute = <T>(end: number, event: (seconds: number) => T): T[] =>
  Array.from({ length: 62 }, (_, index) => event(end - 61 + index));
export const streamMinute = (end: number): ShellEvent[] =>
  minute(end, (seconds) => ({ type: "stream", change: { stats: streamerStats(seconds) } }));

export const recording: ShellState["recording"] = {
  ...IDLE_RECORDING,
  phase: "recording",
  outputPath: "/x.mp4",
  stats: recorderStats(781),
} as const;
export const live: ShellState["stream"] = {
  ...IDLE_STREAM,
  phase: "live",
  rtmpUrl: "rtmp://live.twitch.tv/app/****",
  stats: streamerStats(842),
} as const;
export const [DESKTOP, MIC] = DEFAULT_SOUNDS as [SoundSetting, SoundSetting];
export const MIXED: readonly SoundSetting[] = [
  { ...DESKTOP, gainDb: -8.5 },
  { ...MIC, gainDb: 3, filters: ["noise-suppression", "compressor", "limiter"] },
  { ...DESKTOP, name: "Firefox", kind: "app", device: "firefox", muted: true },
];
/** Words as long as German ones, in every place that others fill. */
export const LONG = "Bildschirmaufzeichnungsgeschwindigkeitsbegrenzung";

export const settings = (part: Partial<ShellState["settings"]>): ShellState => ({
  ...ready,
  settings: { ...DEFAULT_SETTINGS, ...part },
});
