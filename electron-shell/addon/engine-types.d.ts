// Generated from engine/docs/openrpc.json by build/generate_types.py. Change the engine's schema, not this file.

export type AudioMode = "both" | "desktop" | "mic" | "none" | "microphone";

/** What recorder.initialize takes beside its positional params. */
export interface RecorderOptions {
  /** bitrate: a constant videoBitrate. Otherwise a constant quality of at most maxBitrate: a still screen takes next to nothing, and has a keyframe six times less often. For recordings and replays. */
  quality?: "bitrate" | "small" | "high" | "source" | Crf;
  /** The most bits per second of video that a quality may take; default: 50000000. */
  maxBitrate?: number | null;
  /** Most B-frames in a row: smaller files, of libx264 and libx265, in which cuts are up to as many frames later. Fewer at so few frames a second that a stop would wait for them for more than a second. For recordings and replays. */
  bFrames?: number;
  /** What pictures are coded in. hevc and av1 are smaller, and dearer to encode; not every player takes them. For streams they need a server of Enhanced RTMP, which must say so or is warned of. */
  codec?: "h264" | "hevc" | "av1";
  /** Whether pictures that repeat are written without libx264; IONIA_REST=0 says no for all. */
  restWhenStill?: boolean;
  /** Windows: whether a whole screen's pictures may stay on the graphics card on their way to its encoder, where that was tried and is right. */
  gpu?: "auto" | "off";
  /** Whose encoder: x264 is the codec's software, mf has h264 alone. Wins over useNvenc. */
  encoder?: "auto" | "nvenc" | "qsv" | "amf" | "mf" | "x264" | null;
  /** Id of a screen or window from engine.devices, "all" screens, or "test"; default: primary. */
  screen?: string | null;
  /** Device id, or "test"; default: the system's default device, followed when it changes. */
  desktopAudio?: string | null;
  /** Device id, or "test"; default: the system's default device, followed when it changes. */
  microphone?: string | null;
  /** Linear factor for the microphone. */
  micGain?: number;
  /** Linear factor for desktop sound. */
  desktopGain?: number;
  /** Moves all sound later by so many ms (negative: earlier); default: each device by what is remembered for it. */
  audioOffsetMs?: number | null;
  /** Seconds from keyframe to keyframe. */
  keyframeIntervalSeconds?: number;
  /** Whether the mouse pointer is recorded. */
  cursor?: boolean;
  /** What is recorded, in place of what audioMode says; default: that, named desktop and mic. */
  sounds?: Array<SoundOption> | null;
  /** Sound tracks of the file, up to six. Players play the first, and a stream has no other but by multitrackAudio; default: one with all sounds. */
  tracks?: Array<TrackOption> | null;
  /** When the window that is recorded is closed: hold its last picture until it returns, or stop. */
  onWindowClosed?: "hold" | "stop";
  /** The part of the screen or window that is recorded; default: all of it. */
  region?: RegionOption | null;
  /** Width of the file or stream, even; default: that of what is recorded, or what its shape makes of height. */
  width?: number | null;
  /** Height of the file or stream, likewise. */
  height?: number | null;
  /** How a picture of another shape fills it: between black bars, with what is too much cut off, or distorted. */
  fit?: "letterbox" | "crop" | "stretch";
  /** What the files say of themselves: title, artist, album, comment, description, genre, copyright, date, or any key of your own. */
  metadata?: Record<string, string> | null;
  /** Go on in another file (take-2.mp4, ...) after so many seconds; null: never. */
  splitSeconds?: number | null;
  /** Go on in another file before one has so many bytes; null: only where the disk's limit is. */
  splitBytes?: number | null;
  /** End by itself when so many seconds are recorded, pauses not counted; null: never. */
  maxDurationSeconds?: number | null;
  /** End by itself before its files have more bytes together; null: never. */
  maxBytes?: number | null;
  /** Write what happens (marks, pauses, warnings, the end) to <file>.json, a line of JSON each. */
  sidecar?: boolean;
  /** Put the index in front at the end, so that the file plays while it loads. */
  fastStart?: boolean;
  /** "none" records sound alone, as .m4a or .mp4: then there can be no screen, region, width, height or fit, and whatever else concerns pictures (fps, videoBitrate, encoder, ...) is ignored. */
  video?: "screen" | "none";
}

/** Answer of recorder.getStats. */
export interface RecorderStats {
  /** State of the session, a stable lower-case word. */
  state: string;
  /** Seconds of the timeline so far, without pauses. */
  durationSeconds: number;
  /** Frames on the constant-frame-rate timeline. */
  videoFramesCaptured: number;
  /** Frames that showed something new. */
  videoFramesUnique: number;
  /** Frames repeated: the screen did not change. */
  videoFramesDuplicated: number;
  /** Frames lost because our tick came late: the machine was busy or stood still. */
  videoFramesLagged: number;
  /** Frames repeated because the screen's picture came too late, or none came. */
  videoFramesMissed: number;
  /** Frames lost because the encoder had no room. */
  videoFramesSkipped: number;
  /** Samples (1/48000 s) of silence put where no sound came. */
  audioSilenceSamples: number;
  /** Samples (1/48000 s) that were captured and came too late or found no room. */
  audioSamplesLost: number;
  /** Drift of the sound device's clock, millionths; it is corrected. */
  audioDriftPpm: number;
  /** Samples (1/48000 s) for which desktop sound gave nothing. */
  desktopSilenceSamples: number;
  /** Samples (1/48000 s) for which the microphone gave nothing. */
  micSilenceSamples: number;
  /** What captures the screen. */
  captureBackend: string;
  /** What captures sound; several are joined by commas. */
  audioBackend: string;
  /** Name of the video encoder. */
  codec: string;
  /** Whether pictures come to the encoder through main memory; false: on the graphics card. */
  readback: boolean;
  /** Pixels of the picture. */
  width: number;
  /** Pixels of the picture. */
  height: number;
  /** Frames per second of the timeline; 30000/1001 is 29.97003. */
  fps: number;
  /** Milliseconds that a picture takes to encode, averaged over about a second. */
  encodeMsAvg: number;
  /** Milliseconds that taking a picture of the screen takes. */
  captureMs: StageMs;
  /** Milliseconds that converting a new picture for the encoder takes. */
  convertMs: StageMs;
  /** Milliseconds that the encoder takes for a new picture, without converting it. */
  encodeMs: StageMs;
  /** Pictures between capture and encoder now; beyond 8, or 100 MB, they are skipped. */
  picturesWaiting: number;
  /** CPU use of the engine with the processes of its jobs, percent of one core. */
  cpuPercent: number;
  /** Bytes of memory in use by the engine's own process. */
  rssBytes: number;
  /** Pictures that came from the encoder for this file. */
  videoPacketsEncoded: number;
  /** AAC frames that came from the encoder for this file. */
  audioPacketsEncoded: number;
  /** Pictures written to the file. */
  videoPacketsMuxed: number;
  /** AAC frames written to the file. */
  audioPacketsMuxed: number;
  /** Bytes written to the file. */
  totalBytes: number;
  /** The file. */
  outputPath: string;
  /** Seconds left out by pauses, the one under way included. */
  pausedSeconds: number;
  /** Pauses so far, the one under way included. */
  pauses: number;
  /** When the first picture was captured, ISO 8601 in UTC; null before it was. */
  startUtc: string | null;
  /** By how many milliseconds startUtc may differ from this machine's clock. */
  utcErrorMs: number;
}

/** What replay.initialize takes beside its positional params. */
export interface ReplayOptions {
  /** bitrate: a constant videoBitrate. Otherwise a constant quality of at most maxBitrate: a still screen takes next to nothing, and has a keyframe six times less often. For recordings and replays. */
  quality?: "bitrate" | "small" | "high" | "source" | Crf;
  /** The most bits per second of video that a quality may take; default: 50000000. */
  maxBitrate?: number | null;
  /** Most B-frames in a row: smaller files, of libx264 and libx265, in which cuts are up to as many frames later. Fewer at so few frames a second that a stop would wait for them for more than a second. For recordings and replays. */
  bFrames?: number;
  /** What pictures are coded in. hevc and av1 are smaller, and dearer to encode; not every player takes them. For streams they need a server of Enhanced RTMP, which must say so or is warned of. */
  codec?: "h264" | "hevc" | "av1";
  /** Whether pictures that repeat are written without libx264; IONIA_REST=0 says no for all. */
  restWhenStill?: boolean;
  /** Windows: whether a whole screen's pictures may stay on the graphics card on their way to its encoder, where that was tried and is right. */
  gpu?: "auto" | "off";
  /** Whose encoder: x264 is the codec's software, mf has h264 alone. Wins over useNvenc. */
  encoder?: "auto" | "nvenc" | "qsv" | "amf" | "mf" | "x264" | null;
  /** Id of a screen or window from engine.devices, "all" screens, or "test"; default: primary. */
  screen?: string | null;
  /** Device id, or "test"; default: the system's default device, followed when it changes. */
  desktopAudio?: string | null;
  /** Device id, or "test"; default: the system's default device, followed when it changes. */
  microphone?: string | null;
  /** Linear factor for the microphone. */
  micGain?: number;
  /** Linear factor for desktop sound. */
  desktopGain?: number;
  /** Moves all sound later by so many ms (negative: earlier); default: each device by what is remembered for it. */
  audioOffsetMs?: number | null;
  /** Seconds from keyframe to keyframe. */
  keyframeIntervalSeconds?: number;
  /** Whether the mouse pointer is recorded. */
  cursor?: boolean;
  /** What is recorded, in place of what audioMode says; default: that, named desktop and mic. */
  sounds?: Array<SoundOption> | null;
  /** Sound tracks of the file, up to six. Players play the first, and a stream has no other but by multitrackAudio; default: one with all sounds. */
  tracks?: Array<TrackOption> | null;
  /** When the window that is recorded is closed: hold its last picture until it returns, or stop. */
  onWindowClosed?: "hold" | "stop";
  /** The part of the screen or window that is recorded; default: all of it. */
  region?: RegionOption | null;
  /** Width of the file or stream, even; default: that of what is recorded, or what its shape makes of height. */
  width?: number | null;
  /** Height of the file or stream, likewise. */
  height?: number | null;
  /** How a picture of another shape fills it: between black bars, with what is too much cut off, or distorted. */
  fit?: "letterbox" | "crop" | "stretch";
  /** The most memory that it may take, whatever the seconds need. */
  maxBytes?: number;
  /** "none" records sound alone, as .m4a or .mp4: then there can be no screen, region, width, height or fit, and whatever else concerns pictures (fps, videoBitrate, encoder, ...) is ignored. */
  video?: "screen" | "none";
}

/** Answer of replay.getStats. */
export interface ReplayStats {
  /** State of the session, a stable lower-case word. */
  state: string;
  /** Seconds of the timeline so far, without pauses. */
  durationSeconds: number;
  /** Frames on the constant-frame-rate timeline. */
  videoFramesCaptured: number;
  /** Frames that showed something new. */
  videoFramesUnique: number;
  /** Frames repeated: the screen did not change. */
  videoFramesDuplicated: number;
  /** Frames lost because our tick came late: the machine was busy or stood still. */
  videoFramesLagged: number;
  /** Frames repeated because the screen's picture came too late, or none came. */
  videoFramesMissed: number;
  /** Frames lost because the encoder had no room. */
  videoFramesSkipped: number;
  /** Samples (1/48000 s) of silence put where no sound came. */
  audioSilenceSamples: number;
  /** Samples (1/48000 s) that were captured and came too late or found no room. */
  audioSamplesLost: number;
  /** Drift of the sound device's clock, millionths; it is corrected. */
  audioDriftPpm: number;
  /** Samples (1/48000 s) for which desktop sound gave nothing. */
  desktopSilenceSamples: number;
  /** Samples (1/48000 s) for which the microphone gave nothing. */
  micSilenceSamples: number;
  /** What captures the screen. */
  captureBackend: string;
  /** What captures sound; several are joined by commas. */
  audioBackend: string;
  /** Name of the video encoder. */
  codec: string;
  /** Whether pictures come to the encoder through main memory; false: on the graphics card. */
  readback: boolean;
  /** Pixels of the picture. */
  width: number;
  /** Pixels of the picture. */
  height: number;
  /** Frames per second of the timeline; 30000/1001 is 29.97003. */
  fps: number;
  /** Milliseconds that a picture takes to encode, averaged over about a second. */
  encodeMsAvg: number;
  /** Milliseconds that taking a picture of the screen takes. */
  captureMs: StageMs;
  /** Milliseconds that converting a new picture for the encoder takes. */
  convertMs: StageMs;
  /** Milliseconds that the encoder takes for a new picture, without converting it. */
  encodeMs: StageMs;
  /** Pictures between capture and encoder now; beyond 8, or 100 MB, they are skipped. */
  picturesWaiting: number;
  /** CPU use of the engine with the processes of its jobs, percent of one core. */
  cpuPercent: number;
  /** Bytes of memory in use by the engine's own process. */
  rssBytes: number;
  /** Seconds that a save of everything would give now. */
  secondsHeld: number;
  /** Seconds that were asked for at initialize. */
  secondsWanted: number;
  /** Bytes of memory that what is held takes. */
  bytesHeld: number;
  /** The most that it may take. */
  maxBytes: number;
  /** Whether maxBytes keeps it shorter than was asked. */
  shortened: boolean;
  /** Saves that are complete. */
  saves: number;
  /** Saves under way. */
  saving: number;
  /** Bytes of memory that those take beside what is held: their disk is slow. */
  bytesSaving: number;
}

/** What streamer.initialize takes beside its positional params. */
export interface StreamerOptions {
  /** bitrate: a constant videoBitrate. Otherwise a constant quality of at most maxBitrate: a still screen takes next to nothing, and has a keyframe six times less often. For recordings and replays. */
  quality?: "bitrate" | "small" | "high" | "source" | Crf;
  /** The most bits per second of video that a quality may take; default: 50000000. */
  maxBitrate?: number | null;
  /** Most B-frames in a row: smaller files, of libx264 and libx265, in which cuts are up to as many frames later. Fewer at so few frames a second that a stop would wait for them for more than a second. For recordings and replays. */
  bFrames?: number;
  /** What pictures are coded in. hevc and av1 are smaller, and dearer to encode; not every player takes them. For streams they need a server of Enhanced RTMP, which must say so or is warned of. */
  codec?: "h264" | "hevc" | "av1";
  /** Whether pictures that repeat are written without libx264; IONIA_REST=0 says no for all. */
  restWhenStill?: boolean;
  /** Windows: whether a whole screen's pictures may stay on the graphics card on their way to its encoder, where that was tried and is right. */
  gpu?: "auto" | "off";
  /** Whose encoder: x264 is the codec's software, mf has h264 alone. Wins over useNvenc. */
  encoder?: "auto" | "nvenc" | "qsv" | "amf" | "mf" | "x264" | null;
  /** Id of a screen or window from engine.devices, "all" screens, or "test"; default: primary. */
  screen?: string | null;
  /** Device id, or "test"; default: the system's default device, followed when it changes. */
  desktopAudio?: string | null;
  /** Device id, or "test"; default: the system's default device, followed when it changes. */
  microphone?: string | null;
  /** Linear factor for the microphone. */
  micGain?: number;
  /** Linear factor for desktop sound. */
  desktopGain?: number;
  /** Moves all sound later by so many ms (negative: earlier); default: each device by what is remembered for it. */
  audioOffsetMs?: number | null;
  /** Seconds from keyframe to keyframe. */
  keyframeIntervalSeconds?: number;
  /** Whether the mouse pointer is recorded. */
  cursor?: boolean;
  /** What is recorded, in place of what audioMode says; default: that, named desktop and mic. */
  sounds?: Array<SoundOption> | null;
  /** Sound tracks of the file, up to six. Players play the first, and a stream has no other but by multitrackAudio; default: one with all sounds. */
  tracks?: Array<TrackOption> | null;
  /** When the window that is recorded is closed: hold its last picture until it returns, or stop. */
  onWindowClosed?: "hold" | "stop";
  /** The part of the screen or window that is recorded; default: all of it. */
  region?: RegionOption | null;
  /** Width of the file or stream, even; default: that of what is recorded, or what its shape makes of height. */
  width?: number | null;
  /** Height of the file or stream, likewise. */
  height?: number | null;
  /** How a picture of another shape fills it: between black bars, with what is too much cut off, or distorted. */
  fit?: "letterbox" | "crop" | "stretch";
  /** In place of rtmpUrl: several servers, up to eight, that get the same encode, or one of their own. */
  rtmpUrls?: Array<string | DestinationOption> | null;
  /** Stream key, for an rtmpUrl that ends with the application. Never shown or logged. */
  streamKey?: string;
  /** Lower the video bit rate while the network has no room. */
  adaptiveBitrate?: boolean;
  /** Make start fail when the first connection does. */
  requireConnection?: boolean;
  /** Media kept for a slow network, in ms. */
  bufferMs?: number;
  /** Give up after so long without a connection; null: never. */
  maxReconnectSeconds?: number | null;
  /** Wait before the first new attempt. */
  reconnectInitialMs?: number;
  /** Longest wait between attempts. */
  reconnectMaxMs?: number;
  /** PEM file with the certificates to trust for rtmps and whips, for a server of one's own, or the fingerprint of the one certificate that it must show, sha256:… with 64 hexadecimal digits; default: those of SSL_CERT_FILE, else the system's. */
  caFile?: string;
  /** By how much viewers see the stream later. It is held in memory. */
  delaySeconds?: number;
  /** Send all sound tracks to servers of RTMP that say they take several (Enhanced RTMP); others get the first, with a warning. By WHIP there is always one. */
  multitrackAudio?: boolean;
  /** A stream has a picture; "none" is for recordings. */
  video?: "screen";
  /** Go on trying where a server rejects the stream key, instead of ending. */
  retryRejected?: boolean;
}

/** Answer of streamer.getStats. What is counted is counted over all destinations; what waits is the worst of it. */
export interface StreamerStats {
  /** State of the session, a stable lower-case word. */
  state: string;
  /** Seconds of the timeline so far, without pauses. */
  durationSeconds: number;
  /** Frames on the constant-frame-rate timeline. */
  videoFramesCaptured: number;
  /** Frames that showed something new. */
  videoFramesUnique: number;
  /** Frames repeated: the screen did not change. */
  videoFramesDuplicated: number;
  /** Frames lost because our tick came late: the machine was busy or stood still. */
  videoFramesLagged: number;
  /** Frames repeated because the screen's picture came too late, or none came. */
  videoFramesMissed: number;
  /** Frames lost because the encoder had no room. */
  videoFramesSkipped: number;
  /** Samples (1/48000 s) of silence put where no sound came. */
  audioSilenceSamples: number;
  /** Samples (1/48000 s) that were captured and came too late or found no room. */
  audioSamplesLost: number;
  /** Drift of the sound device's clock, millionths; it is corrected. */
  audioDriftPpm: number;
  /** Samples (1/48000 s) for which desktop sound gave nothing. */
  desktopSilenceSamples: number;
  /** Samples (1/48000 s) for which the microphone gave nothing. */
  micSilenceSamples: number;
  /** What captures the screen. */
  captureBackend: string;
  /** What captures sound; several are joined by commas. */
  audioBackend: string;
  /** Name of the video encoder. */
  codec: string;
  /** Whether pictures come to the encoder through main memory; false: on the graphics card. */
  readback: boolean;
  /** Pixels of the picture. */
  width: number;
  /** Pixels of the picture. */
  height: number;
  /** Frames per second of the timeline; 30000/1001 is 29.97003. */
  fps: number;
  /** Milliseconds that a picture takes to encode, averaged over about a second. */
  encodeMsAvg: number;
  /** Milliseconds that taking a picture of the screen takes. */
  captureMs: StageMs;
  /** Milliseconds that converting a new picture for the encoder takes. */
  convertMs: StageMs;
  /** Milliseconds that the encoder takes for a new picture, without converting it. */
  encodeMs: StageMs;
  /** Pictures between capture and encoder now; beyond 8, or 100 MB, they are skipped. */
  picturesWaiting: number;
  /** CPU use of the engine with the processes of its jobs, percent of one core. */
  cpuPercent: number;
  /** Bytes of memory in use by the engine's own process. */
  rssBytes: number;
  /** Frames on the constant-frame-rate timeline: videoFramesCaptured. */
  videoFrames: number;
  /** Pictures taken for sending. */
  videoPackets: number;
  /** AAC frames taken for sending. */
  audioPackets: number;
  /** Pictures lost because the network had no room. */
  videoPacketsDropped: number;
  /** Pictures that servers missed because there was no connection to them. */
  videoPacketsUnsent: number;
  /** Always 0: sound is never dropped. */
  audioPacketsDropped: number;
  /** Connections made after the first. */
  reconnectCount: number;
  /** Milliseconds of media that wait to arrive. */
  currentLatencyMs: number;
  /** The most that ever waited, milliseconds. */
  maxLatencyMs: number;
  /** Whether a server takes what is sent. */
  connected: boolean;
  /** Whether the network is too slow now, to any of them. */
  backpressure: boolean;
  /** Bytes on the wire, over all connections. */
  bytesSent: number;
  /** kbit/s sent lately. */
  sendBitrateKbps: number;
  /** kbit/s of video that the encoder makes now, of several the first. */
  targetBitrateKbps: number;
  /** By how much the stream is delayed now. */
  delaySeconds: number;
  /** Packets of both tracks that the delay holds now. */
  delayPacketsHeld: number;
  /** Bytes of memory that those take. */
  delayBytesHeld: number;
  /** Packets that nobody got because the delay became shorter. */
  delayPacketsSkipped: number;
  /** Packets that nobody got because the delay's memory was full. */
  delayPacketsCrowded: number;
  /** Packets that stood in for others while the delay grew: one picture, and silence. */
  delayPacketsFilled: number;
  /** Packets that the delay held when the stream ended; nobody got them. */
  delayPacketsDiscarded: number;
  /** rtmp://host/app/****, of the first destination */
  rtmpUrl: string;
  /** Each server that it goes to, in their order. */
  destinations: Array<DestinationStats>;
}

/** Answer of streamer.addDestination. */
export type AddDestinationResult = {
  /** What it is called. */
  destination: string;
};

/** A program, with all that it starts; it need not run yet, and is followed when it ends and is started again. */
export type AppOption = {
  /** Id of one of engine.devices' applications; either this or process. */
  id?: string | null;
  /** Name of its process, or process id. */
  process?: string | number | null;
  /** Everything that plays but this program. */
  exclude?: boolean;
};

/** Details of `sound_clipping`. */
export type Clipping = {
  /** Name of the sound, for audio.set. */
  sound: string;
  /** Whether its gain in the session is too much; else its source has no more room. */
  byGain: boolean;
};

/** Makes loud and soft more alike. */
export type CompressorOption = {
  type: "compressor";
  /** By how many dB it must get louder above the threshold for 1 dB more. */
  ratio?: number;
  /** What is louder is made softer, dBFS. */
  thresholdDb?: number;
  /** Time constant for getting softer, ms. */
  attackMs?: number;
  /** Time constant for going back, ms. */
  releaseMs?: number;
  /** Gain after it, dB. */
  outputGainDb?: number;
};

/** A constant quality by its number. */
export type Crf = {
  /** As x264 counts: lower is better and larger; 18 can hardly be told from the screen. */
  crf: number;
};

/** Details of `destination_failed`. */
export type DestinationFailed = {
  /** Which of the stream's destinations; see getStats. */
  destination: string;
  /** Why, see x-live-kinds. */
  liveKind: LiveKind;
};

/** One server that a stream goes to. */
export type DestinationOption = {
  /** rtmp:// or rtmps:// URL with app and stream key, or the whip:// or whips:// URL of an endpoint, whose token is the stream key. Never shown or logged whole. */
  rtmpUrl: string;
  /** Stream key, for an rtmpUrl that ends with the application. Never shown or logged. */
  streamKey?: string;
  /** What it is called; default: its number, from 1. */
  destination?: string | null;
  /** Bits per second of an encode of its own, out of the same capture; default: the stream's. */
  videoBitrate?: number | null;
  /** Width of an encode of its own, even, or what its shape makes of height; default: the stream's. */
  width?: number | null;
  /** Height of an encode of its own, likewise. */
  height?: number | null;
  /** Of this server alone: what caFile of the stream is for all; default: that. */
  caFile?: string;
};

/** One server that a stream goes to. */
export type DestinationStats = {
  /** Its name in the session: its number, or what the client called it. */
  destination: string;
  /** rtmp://host/app/**** */
  rtmpUrl: string;
  /** connecting, connected, reconnecting, failed or closed, as in streamer.connection. */
  connection: string;
  /** What went wrong last, see x-live-kinds; null while connected, and before anything did. */
  kind: LiveKind | null;
  /** One line for people, or empty. */
  reason: string;
  /** Whether the server takes what is sent. */
  connected: boolean;
  /** Whether the way to it is too slow now. */
  backpressure: boolean;
  /** Pictures taken for sending to it. */
  videoPackets: number;
  /** AAC frames taken for sending to it. */
  audioPackets: number;
  /** Pictures that it missed because the way to it had no room. */
  videoPacketsDropped: number;
  /** Pictures that it missed because there was no connection to it. */
  videoPacketsUnsent: number;
  /** Frames for which the encoder of what it gets had no room. */
  videoFramesSkipped: number;
  /** Connections made after the first. */
  reconnectCount: number;
  /** Milliseconds of media that wait to arrive. */
  currentLatencyMs: number;
  /** The most that ever waited, milliseconds. */
  maxLatencyMs: number;
  /** Bytes on the wire, over all connections. */
  bytesSent: number;
  /** kbit/s sent lately. */
  sendBitrateKbps: number;
  /** kbit/s of video that the encoder makes now of what it gets. */
  targetBitrateKbps: number;
};

/** Details of `disk_low`. */
export type DiskLow = {
  /** Minutes until the disk is full at this bit rate. */
  minutesLeft: number;
  /** Bytes free now. */
  freeBytes: number;
};

/** Details of `disk_stalled`. */
export type DiskStalled = {
  /** For how long the disk has not answered. */
  seconds: number;
};

/** recorder.fileChanged: a file of a recording is complete, and the recording goes on in the next. */
export type FileChangedNotification = {
  id: string;
  finished: FinishedFile;
  /** Path of the file that the recording goes on in. */
  next: string;
};

/** Details of `file_limit`. */
export type FileLimit = {
  /** Minutes until the file may not grow any more at this bit rate. */
  minutesLeft: number;
  /** Most bytes that a file may have there. */
  limitBytes: number;
};

/** Details of what was done to a recording's file from outside. */
export type FileTouched = {
  /** Where the recording should be. */
  path: string;
  /** Where it is now, if that is known; else empty. */
  movedTo: string;
};

/** A file of a recording that goes on in another one. */
export type FinishedFile = {
  path: string;
  /** Length of its pictures. */
  durationSeconds: number;
  /** Size of the finished file. Of a recorder.split in a pause, whose file is finished when the recording goes on, what is written by now: recorder.fileChanged has the size then. */
  bytes: number;
  /** When its first picture was captured, ISO 8601 in UTC. */
  startUtc: string;
};

/** Silent while nobody speaks. */
export type GateOption = {
  type: "gate";
  /** It opens above this peak, dBFS. */
  openThresholdDb?: number;
  /** It begins to close below this, dBFS; not above openThresholdDb. */
  closeThresholdDb?: number;
  /** Milliseconds from closed to open. */
  attackMs?: number;
  /** Milliseconds that it stays open below closeThresholdDb. */
  holdMs?: number;
  /** Milliseconds from open to closed, after that. */
  releaseMs?: number;
};

/** Nothing is louder than its threshold. */
export type LimiterOption = {
  type: "limiter";
  /** No sample exceeds it, dBFS. */
  thresholdDb?: number;
  /** Time constant for going back, ms. */
  releaseMs?: number;
};

/** Why a connection to a server failed or was lost. `meaning` says when, for people. */
export type LiveKind = "certificate" | "in_use" | "key_rejected" | "network" | "no_such_host" | "redirected" | "refused" | "server_closed" | "timeout" | "unsupported";

/** Answer of recorder.mark. */
export type MarkResult = {
  /** Counts the recording's marks from 0, over all its files. */
  index: number;
  /** Where in the file it is. */
  fileSeconds: number;
  /** When what is shown there was captured, ISO 8601 in UTC. */
  utc: string;
  /** The file. */
  path: string;
};

/** Details of `mic_one_sided`. */
export type MicChannel = {
  /** The channel that carries sound: left or right. */
  channel: string;
};

/** Details of `mic_inputs_mixed`. */
export type MicInputs = {
  /** Name of the device for people. */
  device: string;
  /** How many inputs it has. */
  inputs: number;
};

/** Details of the `audio_device_...` and `audio_stream_...` warnings about the system's mixer. */
export type MixerState = {
  /** Name of the device for people; for our own stream, what it records. */
  device: string;
  /** Whether it is muted. */
  muted: boolean;
  /** Its volume, 0 at 100 %, -120 at 0 %. */
  volumeDb: number;
};

/** Details of `muted_talking`. */
export type NamedSound = {
  /** Name of the sound, for audio.set. */
  sound: string;
};

/** Details of a warning whose message says everything. */
export type NoFacts = Record<string, unknown>;

/** Takes steady noise away, such as a fan's. */
export type NoiseSuppressionOption = {
  type: "noise-suppression";
  /** How much of the noise is taken away: about 6, 12, 18 or 21 dB. */
  level?: "high" | "low" | "moderate" | "very-high";
};

/** Details of `desktop_silent`. */
export type PlaysElsewhere = {
  /** Name of the device that is heard of instead. */
  device: string;
  /** What plays there. */
  program: string;
};

/** Details of `preroll_short`. */
export type PrerollShort = {
  /** So long ago the recording begins. */
  seconds: number;
};

/** Details of the `app_...` warnings. */
export type Program = {
  /** Its name for people. */
  program: string;
};

/** A part of what is captured, in its pixels; what lies outside is left out, and odd sides lose a pixel. */
export type RegionOption = {
  /** From the left edge of the screen or window. */
  x: number;
  /** From its top edge. */
  y: number;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
};

/** Details of `replay_shortened`. */
export type ReplayShort = {
  /** Seconds that there is room for now. */
  secondsHeld: number;
  /** Seconds that were asked for. */
  secondsWanted: number;
  /** The most memory that it may take. */
  maxBytes: number;
};

/** Answer of replay.save: an ordinary file, complete. */
export type SaveResult = {
  path: string;
  /** Length of its pictures: what was asked for, or up to one keyframe more. */
  durationSeconds: number;
  /** When its first picture was captured, ISO 8601 in UTC. */
  startUtc: string;
};

/** The kinds of session of the contract. */
export type SessionKind = "recorder" | "replay" | "streamer";

/** Details of `audio_lost`. */
export type SoundLost = {
  /** Samples (1/48000 s) lost since this was told last. */
  samples: number;
};

/** One sound of a session. */
export type SoundOption = {
  /** What tracks, audio.set and audio.levels call it. */
  name: string;
  /** What the computer or one program plays (Windows: from 10 version 2004 on), or a microphone. */
  kind: "app" | "desktop" | "mic";
  /** Device id, or "test"; default: that of desktopAudio or microphone, else the system's. */
  device?: string | null;
  /** Gain, dB; -120 is silence; default: that of desktopGain or micGain. */
  gainDb?: number | null;
  /** Whether it begins muted; audio.set changes that. */
  muted?: boolean;
  /** Give both sides the mean of both; of a microphone each by its share, so that a voice on one side keeps its level. */
  mono?: boolean;
  /** What it is put through before its gain, in this order; each type once. */
  filters?: Array<NoiseSuppressionOption | GateOption | CompressorOption | LimiterOption>;
  /** Which program, where kind is app. */
  app?: AppOption | null;
};

/** Answer of recorder.split. */
export type SplitResult = {
  finished: FinishedFile;
  /** Path of the file that the recording goes on in. */
  next: string;
};

/** Milliseconds that a stage took for each of the newest 256 new pictures; 0 before the first. */
export type StageMs = {
  /** Half of them took no longer. */
  p50: number;
  /** All but one in a hundred took no longer. */
  p99: number;
};

/** session.state: a session went from one state to another. */
export type StateNotification = {
  id: string;
  kind: SessionKind;
  /** State of the session, a stable lower-case word. */
  state: string;
  /** One line for people, or empty. */
  reason: string;
};

/** One sound track of a file. */
export type TrackOption = {
  /** What players and editors call it. */
  name: string;
  /** Names of the sounds that are mixed into it. */
  sounds: Array<string>;
  /** Bits per second; default: audioBitrate. */
  bitrate?: number | null;
};

/** What happened. `meaning` says when, for people; `facts` is the type of the warning's details. */
export type WarningCode = "access_lost" | "address_trimmed" | "app_audio_unavailable" | "app_crowded" | "app_heard" | "app_not_running" | "app_silent" | "audio_closed" | "audio_device_audible" | "audio_device_changed" | "audio_device_lost" | "audio_device_muted" | "audio_device_quiet" | "audio_device_stalled" | "audio_device_suspended" | "audio_devices_changed" | "audio_failed" | "audio_lost" | "audio_slow" | "audio_stream_muted" | "audio_stream_restored" | "bitrate_fixed" | "bitrate_held" | "ca_file_ignored" | "capture_failed" | "capture_fallback" | "capture_recovered" | "codec_not_promised" | "default_device_changed" | "desktop_audio_unavailable" | "desktop_heard" | "desktop_silent" | "destination_failed" | "device_lost" | "disk_low" | "disk_stalled" | "disk_unreadable" | "display_lost" | "display_mode_changed" | "display_unplugged" | "encoder_behind" | "encoder_fallback" | "encoder_lost" | "encoder_overloaded" | "file_deleted" | "file_held" | "file_incomplete" | "file_leftover" | "file_limit" | "file_moved" | "file_not_split" | "file_out_of_reach" | "file_replaced" | "file_restored" | "gpu_fallback" | "gpu_lost" | "gpu_recovered" | "index_behind" | "keyframes_rare" | "mic_audio_unavailable" | "mic_heard" | "mic_inputs_mixed" | "mic_one_sided" | "mic_silent" | "mic_two_sided" | "monitor_failed" | "muted_talking" | "picture_enlarged" | "picture_too_large" | "preroll_short" | "region_outside" | "replay_shortened" | "screen_changed" | "screen_closed" | "secure_desktop" | "service_limit" | "session_disconnected" | "sidecar_failed" | "sound_clipping" | "sound_server_lost" | "stalled" | "tracks_not_streamed" | "window_closed" | "window_hidden";

/** session.warning: something was lost or replaced, and the session goes on. */
export type WarningNotification = {
  id: string;
  kind: SessionKind;
  code: WarningCode;
  /** One line for people, or empty. */
  message: string;
  /** Details for programs; the code says which, see x-warnings. */
  data: NoFacts | DiskLow | FileLimit | DiskStalled | FileTouched | NamedSound | Clipping | PlaysElsewhere | Program | MixerState | MicChannel | MicInputs | SoundLost | ReplayShort | PrerollShort | DestinationFailed;
};
