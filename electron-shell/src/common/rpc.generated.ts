// Generated from engine/docs/openrpc.json by build/generate_types.py. Change the engine's schema, not this file.

/** Every method: its params by name and its result. */
export interface EngineMethods {
  "engine.info": {
    params: Record<string, never>;
    result: {
      name: string;
      version: string;
      protocolVersion: number;
      platform: string;
      pid: number;
      python: string;
      ffmpeg: string;
      capabilities: Array<string>;
    };
  };
  "engine.devices": {
    params: Record<string, never>;
    result: {
      screens: Array<{
        id: string;
        name: string;
        width: number;
        height: number;
        x: number;
        y: number;
        primary: boolean;
        backend: string;
      }>;
      windows: Array<{
        id: string;
        title: string;
        width: number;
        height: number;
      }>;
      desktopAudio: Array<{
        id: string;
        name: string;
        default: boolean;
      }>;
      microphones: Array<{
        id: string;
        name: string;
        default: boolean;
      }>;
      encoders: Array<{
        name: string;
        hardware: boolean;
        available: boolean;
        reason: string;
      }>;
    };
  };
  "engine.setDebugLogging": {
    params: {
      enabled: boolean;
    };
    result: null;
  };
  "engine.subscribe": {
    params: {
      statsIntervalMs?: number | null;
      audioLevels?: boolean;
    };
    result: null;
  };
  "engine.shutdown": {
    params: Record<string, never>;
    result: null;
  };
  "recorder.initialize": {
    params: {
      outputPath: string;
      fps?: number;
      videoBitrate?: number;
      useNvenc?: boolean;
      audioBitrate?: number;
      audioMode?: "both" | "desktop" | "mic" | "none" | "microphone";
      encoder?: "auto" | "nvenc" | "qsv" | "amf" | "x264";
      screen?: string | null;
      desktopAudio?: string | null;
      microphone?: string | null;
      micGain?: number;
      desktopGain?: number;
      keyframeIntervalSeconds?: number;
      cursor?: boolean;
      id?: string;
    };
    result: true;
  };
  "streamer.initialize": {
    params: {
      rtmpUrl: string;
      fps?: number;
      videoBitrate?: number;
      useNvenc?: boolean;
      audioBitrate?: number;
      audioMode?: "both" | "desktop" | "mic" | "none" | "microphone";
      encoder?: "auto" | "nvenc" | "qsv" | "amf" | "x264";
      screen?: string | null;
      desktopAudio?: string | null;
      microphone?: string | null;
      micGain?: number;
      desktopGain?: number;
      keyframeIntervalSeconds?: number;
      cursor?: boolean;
      adaptiveBitrate?: boolean;
      requireConnection?: boolean;
      bufferMs?: number;
      maxReconnectSeconds?: number | null;
      reconnectInitialMs?: number;
      reconnectMaxMs?: number;
      id?: string;
    };
    result: true;
  };
  "recorder.start": {
    params: {
      id?: string;
    };
    result: boolean;
  };
  "recorder.stop": {
    params: {
      id?: string;
    };
    result: boolean;
  };
  "recorder.isRunning": {
    params: {
      id?: string;
    };
    result: boolean;
  };
  "recorder.getStats": {
    params: {
      id?: string;
    };
    result: {
      videoFramesCaptured: number;
      videoPacketsEncoded: number;
      audioPacketsEncoded: number;
      videoPacketsMuxed: number;
      audioPacketsMuxed: number;
      totalBytes: number;
      state?: string;
      captureBackend?: string;
      audioBackend?: string;
      codec?: string;
      durationSeconds?: number;
      audioDriftPpm?: number;
      encodeMsAvg?: number;
      cpuPercent?: number;
      videoFramesUnique?: number;
      videoFramesDuplicated?: number;
      videoFramesLagged?: number;
      videoFramesSkipped?: number;
      audioSilenceSamples?: number;
      width?: number;
      height?: number;
      fps?: number;
      rssBytes?: number;
      outputPath?: string;
    };
  };
  "recorder.getStatistics": {
    params: {
      id?: string;
    };
    result: {
      videoFramesCaptured: number;
      videoPacketsEncoded: number;
      audioPacketsEncoded: number;
      videoPacketsMuxed: number;
      audioPacketsMuxed: number;
      totalBytes: number;
      state?: string;
      captureBackend?: string;
      audioBackend?: string;
      codec?: string;
      durationSeconds?: number;
      audioDriftPpm?: number;
      encodeMsAvg?: number;
      cpuPercent?: number;
      videoFramesUnique?: number;
      videoFramesDuplicated?: number;
      videoFramesLagged?: number;
      videoFramesSkipped?: number;
      audioSilenceSamples?: number;
      width?: number;
      height?: number;
      fps?: number;
      rssBytes?: number;
      outputPath?: string;
    };
  };
  "recorder.getCodecName": {
    params: {
      id?: string;
    };
    result: string;
  };
  "recorder.getCurrentPTSSeconds": {
    params: {
      id?: string;
    };
    result: number;
  };
  "recorder.dispose": {
    params: {
      id?: string;
    };
    result: null;
  };
  "streamer.start": {
    params: {
      id?: string;
    };
    result: boolean;
  };
  "streamer.stop": {
    params: {
      id?: string;
    };
    result: boolean;
  };
  "streamer.isRunning": {
    params: {
      id?: string;
    };
    result: boolean;
  };
  "streamer.getStats": {
    params: {
      id?: string;
    };
    result: {
      videoFrames: number;
      videoPackets: number;
      audioPackets: number;
      state?: string;
      captureBackend?: string;
      audioBackend?: string;
      codec?: string;
      durationSeconds?: number;
      audioDriftPpm?: number;
      encodeMsAvg?: number;
      cpuPercent?: number;
      videoFramesUnique?: number;
      videoFramesDuplicated?: number;
      videoFramesLagged?: number;
      videoFramesSkipped?: number;
      audioSilenceSamples?: number;
      width?: number;
      height?: number;
      fps?: number;
      rssBytes?: number;
      videoPacketsDropped?: number;
      audioPacketsDropped?: number;
      reconnectCount?: number;
      bytesSent?: number;
      currentLatencyMs?: number;
      maxLatencyMs?: number;
      connected?: boolean;
      backpressure?: boolean;
      sendBitrateKbps?: number;
      targetBitrateKbps?: number;
      rtmpUrl?: string;
    };
  };
  "streamer.getStatistics": {
    params: {
      id?: string;
    };
    result: {
      videoFrames: number;
      videoPackets: number;
      audioPackets: number;
      state?: string;
      captureBackend?: string;
      audioBackend?: string;
      codec?: string;
      durationSeconds?: number;
      audioDriftPpm?: number;
      encodeMsAvg?: number;
      cpuPercent?: number;
      videoFramesUnique?: number;
      videoFramesDuplicated?: number;
      videoFramesLagged?: number;
      videoFramesSkipped?: number;
      audioSilenceSamples?: number;
      width?: number;
      height?: number;
      fps?: number;
      rssBytes?: number;
      videoPacketsDropped?: number;
      audioPacketsDropped?: number;
      reconnectCount?: number;
      bytesSent?: number;
      currentLatencyMs?: number;
      maxLatencyMs?: number;
      connected?: boolean;
      backpressure?: boolean;
      sendBitrateKbps?: number;
      targetBitrateKbps?: number;
      rtmpUrl?: string;
    };
  };
  "streamer.getCodecName": {
    params: {
      id?: string;
    };
    result: string;
  };
  "streamer.getCurrentPTSSeconds": {
    params: {
      id?: string;
    };
    result: number;
  };
  "streamer.dispose": {
    params: {
      id?: string;
    };
    result: null;
  };
  "streamer.isConnected": {
    params: {
      id?: string;
    };
    result: boolean;
  };
  "streamer.isBackpressure": {
    params: {
      id?: string;
    };
    result: boolean;
  };
}

/** Every notification and its params. */
export interface EngineNotifications {
  "session.state": {
    id: string;
    kind: "recorder" | "streamer";
    state: string;
    reason: string;
  };
  "session.warning": {
    id: string;
    code: string;
    message: string;
    data: Record<string, string | number | boolean | null>;
  };
  "session.error": {
    id: string;
    code: number;
    message: string;
    data: Record<string, string | number | boolean | null>;
  };
  "streamer.connection": {
    id: string;
    state: "connecting" | "connected" | "reconnecting" | "failed" | "closed";
    attempt: number;
    delayMs: number;
    reason: string;
  };
  "streamer.backpressure": {
    id: string;
    active: boolean;
    latencyMs: number;
    packets: number;
  };
  "session.stats": {
    id: string;
  };
  "audio.levels": {
    id: string;
    desktop: {
      peakDb: number;
      rmsDb: number;
    } | null;
    mic: {
      peakDb: number;
      rmsDb: number;
    } | null;
  };
}
