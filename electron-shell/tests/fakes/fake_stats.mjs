/** The figures of the stand-in engine's sessions, by how long they have run. */
import { existsSync, statSync } from "node:fs";

export function statsOf(session, seconds, pausedSeconds) {
  const frames = Math.round(seconds * (session.params.fps ?? 30));
  const audio = Math.round((seconds * 48000) / 1024);
  const shared = {
    state: session.state,
    durationSeconds: seconds,
    videoFramesCaptured: frames,
    videoFramesUnique: frames,
    videoFramesDuplicated: 0,
    videoFramesLagged: 0,
    videoFramesSkipped: 0,
    videoFramesMissed: 0,
    audioSilenceSamples: 0,
    audioSamplesLost: 0,
    desktopSilenceSamples: 0,
    micSilenceSamples: 0,
    audioDriftPpm: 0,
    captureBackend: session.params.screen?.startsWith("push:") ? "pushed" : "fake",
    audioBackend: "fake",
    codec: "libx264",
    readback: true,
    width: 1280,
    height: 720,
    fps: session.params.fps ?? 30,
    encodeMsAvg: 4.2,
    captureMs: { p50: 2.1, p99: 4.0 },
    convertMs: { p50: 1.8, p99: 3.2 },
    encodeMs: { p50: 2.4, p99: 6.1 },
    picturesWaiting: 0,
    cpuPercent: 20,
    rssBytes: 90_000_000,
  };
  if (session.kind === "recorder") {
    const file = session.files.at(-1)?.path ?? session.params.outputPath;
    return {
      videoPacketsEncoded: frames,
      audioPacketsEncoded: audio,
      videoPacketsMuxed: frames,
      audioPacketsMuxed: audio,
      totalBytes: existsSync(file) ? statSync(file).size : 0,
      pausedSeconds,
      pauses: session.pauses,
      startUtc: session.files[0]?.startUtc ?? null,
      utcErrorMs: 0,
      ...shared,
      outputPath: file,
    };
  }
  if (session.kind === "replay") {
    const secondsWanted = session.params.seconds ?? 30;
    const held = { secondsHeld: Math.min(seconds, secondsWanted), secondsWanted, bytesHeld: 1000, maxBytes: 1 << 29 };
    return { ...shared, ...held, shortened: false, saves: session.saves, saving: 0, bytesSaving: 0 };
  }
  return {
    videoFrames: frames,
    videoPackets: frames,
    audioPackets: audio,
    videoPacketsDropped: 0,
    videoPacketsUnsent: 0,
    audioPacketsDropped: 0,
    reconnectCount: 0,
    destinations: [...session.destinations].map(([destination, place]) => ({
      destination,
      rtmpUrl: "rtmp://host/app/****",
      connection: place.connection,
      kind: null,
      reason: "",
      connected: place.connection === "connected",
      backpressure: false,
      videoPackets: frames,
      audioPackets: audio,
      videoPacketsDropped: 0,
      videoPacketsUnsent: 0,
      videoFramesSkipped: 0,
      reconnectCount: 0,
      currentLatencyMs: 40,
      maxLatencyMs: 80,
      bytesSent: 1000,
      sendBitrateKbps: 5000,
      targetBitrateKbps: 5000,
    })),
    currentLatencyMs: 40,
    maxLatencyMs: 80,
    connected: session.connected === true,
    backpressure: false,
    bytesSent: 1000,
    sendBitrateKbps: 5000,
    targetBitrateKbps: 5000,
    delaySeconds: 0,
    delayPacketsHeld: 0,
    delayPacketsFilled: 0,
    delayBytesHeld: 0,
    delayPacketsSkipped: 0,
    delayPacketsCrowded: 0,
    delayPacketsDiscarded: 0,
    ...shared,
    rtmpUrl: "rtmp://host/app/****",
  };
}
