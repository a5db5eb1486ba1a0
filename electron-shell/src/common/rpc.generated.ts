// Generated from engine/docs/openrpc.json by build/generate_types.py. Change the engine's schema, not this file.

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

/** A program that plays, or could: it has a stream to the sound server. */
export type Application = {
  /** Means this one while it runs, and the one that is started anew when it has ended. */
  id: string;
  /** Its name for people. */
  name: string;
  /** Name of its process. */
  process: string;
  /** Its process id; 0 where that is not known. */
  pid: number;
  /** Whether it plays now: one of its streams is not paused. */
  playing: boolean;
};

/** What a sound is, named as on the wire. */
export type AudioInput = "app" | "desktop" | "mic";

/** streamer.backpressure: the network began or ceased to be too slow. */
export type BackpressureNotification = {
  id: string;
  active: boolean;
  /** Milliseconds of media that wait to be sent. */
  latencyMs: number;
  /** Packets that wait to be sent. */
  packets: number;
  /** Which of the stream's destinations; its number, or what the client called it. */
  destination: string;
};

/** A named moment in a file. */
export type ChapterFacts = {
  title: string;
  startSeconds: number;
  endSeconds: number;
};

/** Details of `sound_clipping`. */
export type Clipping = {
  /** Name of the sound, for audio.set. */
  sound: string;
  /** Whether its gain in the session is too much; else its source has no more room. */
  byGain: boolean;
};

/** Makes loud and soft more alike. */
export type Compressor = {
  /** Which filter it is. */
  type: "compressor";
  /** By how many dB it must get louder above the threshold for 1 dB more. */
  ratio: number;
  /** What is louder is made softer, dBFS. */
  thresholdDb: number;
  /** Time constant for getting softer, ms. */
  attackMs: number;
  /** Time constant for going back, ms. */
  releaseMs: number;
  /** Gain after it, dB. */
  outputGainDb: number;
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

/** streamer.connection: the state of a streamer's connection changed. */
export type ConnectionNotification = {
  id: string;
  state: ConnectionState;
  /** Counts from 1 since the last success. */
  attempt: number;
  /** Milliseconds of waiting before the next attempt. */
  delayMs: number;
  /** One line for people, or empty. */
  reason: string;
  /** The reason's stable name, see x-live-kinds; null when nothing failed. */
  kind: LiveKind | null;
  /** Which of the stream's destinations; its number, or what the client called it. */
  destination: string;
};

/** State of a streamer's connection, as on the wire. */
export type ConnectionState = "closed" | "connected" | "connecting" | "failed" | "reconnecting";

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

/** Answer of engine.devices. */
export type DevicesResult = {
  screens: Array<Screen>;
  windows: Array<Window>;
  desktopAudio: Array<SoundDevice>;
  microphones: Array<SoundDevice>;
  applications: Array<Application>;
  encoders: Array<Encoder>;
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

/** An H.264 encoder and whether it really opened on this machine. */
export type Encoder = {
  name: string;
  hardware: boolean;
  available: boolean;
  /** Why it is not available; else empty. */
  reason: string;
  /** What its pictures were worth when they were decoded and compared; empty where none were. */
  proof: string;
  /** The same of pictures that stayed on the graphics card, or what was wrong; empty where that wasn't tried. */
  gpuProof: string;
};

/** `data` of every error answer. */
export type ErrorData = {
  /** Stable name of the error, see x-errors. */
  kind: string;
  /** What to do about it, or empty. */
  hint: string;
  /** The session concerned, or null. */
  id: string | null;
  /** Why a connection to a server failed or was lost, see x-live-kinds. */
  liveKind?: LiveKind;
};

/** session.error: the session can't go on; what was recorded is kept. */
export type ErrorNotification = {
  id: string;
  kind: SessionKind;
  /** One of x-errors. */
  code: number;
  message: string;
  data: FailureData;
};

/** `data` of session.error. */
export type FailureData = {
  /** Stable name of the error, see x-errors. */
  kind: string;
  /** What to do about it, or empty. */
  hint: string;
  /** Why a connection to a server failed or was lost, see x-live-kinds. */
  liveKind?: LiveKind;
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
export type Gate = {
  /** Which filter it is. */
  type: "gate";
  /** It opens above this peak, dBFS. */
  openThresholdDb: number;
  /** It begins to close below this, dBFS; not above openThresholdDb. */
  closeThresholdDb: number;
  /** Milliseconds from closed to open. */
  attackMs: number;
  /** Milliseconds that it stays open below closeThresholdDb. */
  holdMs: number;
  /** Milliseconds from open to closed, after that. */
  releaseMs: number;
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

/** Answer of engine.info. */
export type InfoResult = {
  name: string;
  protocolVersion: number;
  logFile: string | null;
  version: string;
  platform: string;
  pid: number;
  python: string;
  ffmpeg: string;
  capabilities: Array<string>;
};

/** job.done: the job's end, if all went well. */
export type JobDoneNotification = {
  jobId: string;
  result: JobResult;
};

/** job.failed: the job's end; its file plays as before. */
export type JobFailedNotification = {
  jobId: string;
  /** One of x-errors. */
  code: number;
  message: string;
  data: JobFailureData;
};

/** `data` of job.failed. */
export type JobFailureData = {
  /** Stable name of the error, see x-errors. */
  kind: string;
  /** What to do about it, or empty. */
  hint: string;
  /** Whether job.cancel ended it. */
  cancelled: boolean;
};

/** job.progress: how far a job is. */
export type JobProgressNotification = {
  jobId: string;
  /** Of the whole job, from 0 to 1. */
  fraction: number;
};

/** What a job made of its file. */
export type JobResult = {
  /** Where the file is; another one than asked for, for a recording that never got to its path. */
  path: string;
  /** Its length; 0 for one picture, and where media.finalize had nothing to do. */
  durationSeconds: number;
  bytes: number;
  /** False if the file is as it was. */
  changed: boolean;
  /** Where in the source it really begins: at a picture, or a keyframe. */
  startSeconds?: number;
  /** The WebVTT beside a sheet of sprites. */
  indexPath?: string;
  /** What media.probe found. */
  media?: MediaFacts;
};

/** Answer of a method that begins a job. */
export type JobStarted = {
  /** Names it in job.progress, job.done, job.failed and job.cancel. */
  jobId: string;
};

/** How loud it was over the last interval; -120 for digital silence or a source that gives nothing. */
export type LevelResult = {
  /** Largest sample, dBFS. */
  peakDb: number;
  /** Root mean square, dBFS. */
  rmsDb: number;
};

/** audio.levels: how loud it is. Null where the session does not use that source; of several, the first. */
export type LevelsNotification = {
  id: string;
  kind: SessionKind;
  desktop: LevelResult | null;
  mic: LevelResult | null;
  /** All sounds of the session. */
  sounds: Array<SoundLevel>;
};

/** Nothing is louder than its threshold. */
export type Limiter = {
  /** Which filter it is. */
  type: "limiter";
  /** No sample exceeds it, dBFS. */
  thresholdDb: number;
  /** Time constant for going back, ms. */
  releaseMs: number;
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

/** What is in a file. */
export type MediaFacts = {
  /** unfinished: left by a crash, plays, and media.finalize makes it an ordinary file. recording: still being written. damaged: media is missing, see lostBytes. */
  state: "damaged" | "finished" | "recording" | "unfinished";
  /** Whether it is made of fragments, without one index. */
  fragmented: boolean;
  /** Whether the index is in front, so that it plays while it is still being fetched. */
  indexFirst: boolean;
  /** Of samples that the index names and the file lacks, or torn at the end. */
  lostBytes: number;
  tracks: Array<MediaTrackFacts>;
  /** When it begins, ISO 8601, where the file says so. */
  startUtc?: string;
  /** Title and the like, as libav names them. */
  tags: Record<string, string>;
  chapters: Array<ChapterFacts>;
};

/** One track of a file. */
export type MediaTrackFacts = {
  /** What it carries. */
  kind: "audio" | "other" | "video";
  /** As libav names it: h264, aac; else the file's own four-character code. */
  codec: string;
  /** What the recorder called it, or empty. */
  name: string;
  durationSeconds: number;
  /** Of its samples alone. */
  bytes: number;
  /** Bits per second on average; 0 for nothing. */
  bitrate: number;
  /** Pictures, or packets of sound. */
  samples: number;
  /** Pixels, as they are coded; pictures only. */
  width?: number;
  height?: number;
  /** Pictures per second on average. */
  fps?: number;
  keyframes?: number;
  /** Sound only. */
  sampleRate?: number;
  channels?: number;
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
export type NoiseSuppression = {
  /** Which filter it is. */
  type: "noise-suppression";
  /** How much of the noise is taken away: about 6, 12, 18 or 21 dB. */
  level: "high" | "low" | "moderate" | "very-high";
};

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

/** How pictures are coded, by the wire's names. */
export type PreviewFormat = "h264" | "jpeg";

/** Answer of preview.open. How pictures come is told under x-preview. */
export type PreviewOpened = {
  /** What preview.update and preview.close take. */
  previewId: string;
  /** Where to connect: the path of a Unix domain socket that only this user may open or, on Windows, the name of a named pipe likewise. One reader at a time; it is there until the preview ends. */
  endpoint: string;
  /** What a reader says first. Keep it to yourself. */
  token: string;
  /** Pixels of the pictures as they are now; each says its own. */
  width: number;
  /** Pixels, likewise. */
  height: number;
  /** Pictures a second at most; of h264, those of the session. */
  fps: number;
  format: PreviewFormat;
  /** Of h264: the codec as WebCodecs' VideoDecoder.configure takes it, such as avc1.64001f; else null. */
  codec: string | null;
};

/** Details of the `app_...` warnings. */
export type Program = {
  /** Its name for people. */
  program: string;
};

/** Answer of push.open: a screen whose pictures the caller writes, BGRA rows from the top without gaps. Picture n, counted from 1, goes to slot n % slots; when it is whole, n and its bitwise complement are written to the file's first 16 bytes, as two unsigned 64-bit numbers, little-endian. The newest one is recorded at each frame. */
export type PushOpened = {
  /** What the option screen of initialize takes. */
  screen: string;
  /** The file to open for writing; it is there until push.close or the engine's end. */
  path: string;
  width: number;
  height: number;
  slots: number;
  /** Bytes from slot to slot: width * height * 4. */
  slotBytes: number;
  /** Where in the file slot 0 begins. */
  firstSlotAt: number;
};

/** Answer of recorder.getStats. */
export type RecorderStats = {
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
};

/** session.stats of a recorder: what recorder.getStats answers, and whose it is. */
export type RecorderStatsNotification = {
  id: string;
  kind: SessionKind;
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

/** replay.saved: a file was made of what a replay session held, and the session goes on. */
export type ReplaySavedNotification = {
  id: string;
  path: string;
  /** Length of its pictures: what was asked for, or up to one keyframe more. */
  durationSeconds: number;
  /** When its first picture was captured, ISO 8601 in UTC. */
  startUtc: string;
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

/** Answer of replay.getStats. */
export type ReplayStats = {
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
};

/** session.stats of a replay: what replay.getStats answers, and whose it is. */
export type ReplayStatsNotification = {
  id: string;
  kind: SessionKind;
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
};

/** Answer of replay.save: an ordinary file, complete. */
export type SaveResult = {
  path: string;
  /** Length of its pictures: what was asked for, or up to one keyframe more. */
  durationSeconds: number;
  /** When its first picture was captured, ISO 8601 in UTC. */
  startUtc: string;
};

/** A screen that can be captured; position and size in pixels. */
export type Screen = {
  /** Stays the same between runs. */
  id: string;
  name: string;
  width: number;
  height: number;
  x: number;
  y: number;
  primary: boolean;
  backend: string;
};

/** Answer of screenshot.save: the file is complete. */
export type ScreenshotResult = {
  path: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** When the screen was last seen to show this picture, ISO 8601 in UTC. */
  utc: string;
};

/** An offset of sound against picture that engine.setAudioOffset can take out. */
export type SelftestCorrection = {
  /** Name of the desktop sound device. */
  device: string;
  /** What to set, including what is set now. */
  offsetMs: number;
};

/** One thing that was tested. */
export type SelftestFinding = {
  part: "av" | "capture" | "disk" | "encoders" | "network" | "sound";
  /** fair: works, with a reservation. bad: will spoil recordings. skipped: could not be tested. absent: isn't here and needn't be. */
  outcome: "absent" | "bad" | "fair" | "good" | "skipped";
  title: string;
  /** One line for people. */
  found: string;
  /** What to do about it, or empty. */
  advice: string;
  /** What it is compared with, or empty. */
  note: string;
  /** The measurements; units are in their names. */
  figures: Record<string, string | number | boolean | null>;
};

/** engine.selftestProgress: how far the self-test is. */
export type SelftestProgressNotification = {
  part: "av" | "capture" | "disk" | "encoders" | "network" | "sound";
  /** Of the whole test, from 0 to 1. */
  fraction: number;
  /** What goes on, or what was just found; one line for people. */
  message: string;
};

/** Settings that this machine holds. */
export type SelftestRecommendation = {
  encoder: "amf" | "auto" | "mf" | "nvenc" | "qsv" | "x264";
  fps: number;
  videoBitrate: number;
  width: number;
  height: number;
};

/** Answer of engine.selftest. */
export type SelftestResult = {
  /** Whether recording works here; false if the test was cancelled. */
  ok: boolean;
  /** The result in a sentence or two. */
  verdict: string;
  cancelled: boolean;
  seconds: number;
  findings: Array<SelftestFinding>;
  /** What would help; null when nothing would. */
  correction: SelftestCorrection | null;
  recommendation: SelftestRecommendation | null;
};

/** The kinds of session of the contract. */
export type SessionKind = "recorder" | "replay" | "streamer";

/** A desktop-sound or microphone device. */
export type SoundDevice = {
  id: string;
  name: string;
  /** Whether it is the system's default now. */
  default: boolean;
};

/** How loud a sound of a session is in its mix. */
export type SoundLevel = {
  /** Its name: desktop or mic, unless the session named its sounds. */
  name: string;
  /** Largest sample, dBFS; above 0 where its gain is too much. */
  peakDb: number;
  /** Root mean square, dBFS. */
  rmsDb: number;
  /** Whether its gain is too much, or a microphone gives all that it can. */
  clipped: boolean;
  /** Whether nothing of it is left in the mix: a mute that waits is none yet. */
  muted: boolean;
};

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

/** One sound of a session. */
export type SoundState = {
  /** Its name: desktop or mic, unless the session named its sounds. */
  name: string;
  /** Where it comes from. */
  kind: AudioInput;
  /** Gain, dB; kept while muted. */
  gainDb: number;
  /** Whether it is left out of the mix. */
  muted: boolean;
  /** Whether both sides get the mean of both. */
  mono: boolean;
  /** What it is put through before its gain, in this order. */
  filters: Array<NoiseSuppression | Gate | Compressor | Limiter>;
};

/** Answer of audio.get. */
export type SoundsResult = {
  sounds: Array<SoundState>;
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

/** Answer of streamer.getStats. What is counted is counted over all destinations; what waits is the worst of it. */
export type StreamerStats = {
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
};

/** session.stats of a streamer: what streamer.getStats answers, and whose it is. */
export type StreamerStatsNotification = {
  id: string;
  kind: SessionKind;
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
};

/** Answer of engine.thumbnail: a small picture of a screen or window, for a picker. */
export type ThumbnailResult = {
  /** image/jpeg. */
  mediaType: string;
  /** The image's bytes, Base64. */
  data: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
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

/** A top-level window. */
export type Window = {
  id: string;
  title: string;
  /** The program that it belongs to; empty if it isn't known. */
  application: string;
  width: number;
  height: number;
};

/** Stable name of an error, see x-errors. */
export type ErrorKind = "parse_error" | "invalid_request" | "method_not_found" | "invalid_params" | "busy" | "shutting_down" | "not_initialized" | "already_running" | "no_such_session" | "settings_differ" | "shared" | "capture_unavailable" | "audio_unavailable" | "encoder_unavailable" | "output_failed" | "bad_url" | "connect_failed" | "bad_destination" | "bad_delay" | "media_failed" | "internal";

/** Every method: its params by name and its result. */
export interface EngineMethods {
  /** This document: the OpenRPC description of the engine. */
  "rpc.discover": {
    params: Record<string, never>;
    result: Record<string, unknown>;
  };
  /** Who answers, and what it can do. */
  "engine.info": {
    params: Record<string, never>;
    result: InfoResult;
  };
  /** Screens, windows, sound devices and encoders of this machine. */
  "engine.devices": {
    params: Record<string, never>;
    result: DevicesResult;
  };
  /** Switch debug lines in the log on or off. */
  "engine.setDebugLogging": {
    params: {
      /** Whether debug lines are logged, on stderr and in the log file. */
      enabled: boolean;
    };
    result: null;
  };
  /** Choose the periodic notifications; the others are always sent. */
  "engine.subscribe": {
    params: {
      /** Send session.stats this often; 0 or null: never. */
      statsIntervalMs?: number | null;
      /** Send audio.levels twenty times a second. */
      audioLevels?: boolean;
    };
    result: null;
  };
  /** Try everything that recording and streaming need; takes 30 s, flashes and beeps. */
  "engine.selftest": {
    params: {
      /** Frames per second, constant. */
      fps?: number;
      /** Bits per second of video. */
      videoBitrate?: number;
      /** Folder that recordings go to; default: the current one. */
      folder?: string | null;
      /** Where to publish the test card for ten seconds; default: the network is not tested. */
      rtmpUrl?: string | null;
      /** Stream key, for an rtmpUrl that ends with the application. Never shown or logged. */
      streamKey?: string;
      /** PEM file with the certificates to trust for rtmps and whips, for a server of one's own, or the fingerprint of the one certificate that it must show, sha256:… with 64 hexadecimal digits; default: those of SSL_CERT_FILE, else the system's. */
      caFile?: string;
      /** What to test; default: everything. */
      parts?: Array<"av" | "capture" | "disk" | "encoders" | "network" | "sound"> | null;
      /** Screen id from engine.devices, or "test"; default: primary. */
      screen?: string | null;
      /** Device id, or "test"; default: the default one. */
      desktopAudio?: string | null;
      /** Device id, or "test"; default: the default one. */
      microphone?: string | null;
    };
    result: SelftestResult;
  };
  /** End the self-test under way, which answers with what it has found; false if there is none. */
  "engine.cancelSelftest": {
    params: Record<string, never>;
    result: boolean;
  };
  /** Remember by how much the sound of a device is moved in every later recording. */
  "engine.setAudioOffset": {
    params: {
      /** Name of the device, as in `correction` of engine.selftest. */
      device: string;
      /** By how much later its sound belongs; null: forget it. */
      offsetMs?: number | null;
      /** What the device is used for. */
      source?: "desktop" | "mic";
    };
    result: null;
  };
  /** Begin to make an ordinary file of a recording that a crash left unfinished; a job. */
  "media.finalize": {
    params: {
      /** The recording that was not finished; also an .ionia-….part. */
      path: string;
    };
    result: JobStarted;
  };
  /** Look what is in a file: length, tracks, whether it is whole; a job, and quick. */
  "media.probe": {
    params: {
      /** The file to read: an MP4, also one that is being recorded. */
      path: string;
    };
    result: JobStarted;
  };
  /** Make a file of a part of another; a job. */
  "media.clip": {
    params: {
      /** The file to read: an MP4, also one that is being recorded. */
      path: string;
      /** File to write, an MP4, or for sound alone .m4a. Its folder must exist. */
      output: string;
      /** From the file's beginning. */
      startSeconds?: number;
      /** To before this moment; default: to the file's end. */
      endSeconds?: number | null;
      /** keyframe: begins at the keyframe before, in no time. exact: at that very picture; what lies before the next keyframe is encoded anew. */
      mode?: "keyframe" | "exact";
      /** Whether a file that is there already is replaced. */
      overwrite?: boolean;
    };
    result: JobStarted;
  };
  /** Copy a file as an ordinary one with its index in front, so that it plays while it loads; a job. */
  "media.remux": {
    params: {
      /** The file to read: an MP4, also one that is being recorded. */
      path: string;
      /** Default: in the file's own place. */
      output?: string | null;
      /** Whether a file that is there already is replaced. */
      overwrite?: boolean;
    };
    result: JobStarted;
  };
  /** Join files that were recorded with the same settings, by copying; a job. */
  "media.concat": {
    params: {
      /** In their order. */
      paths: Array<string>;
      /** File to write, an MP4, or for sound alone .m4a. Its folder must exist. */
      output: string;
      /** Whether a file that is there already is replaced. */
      overwrite?: boolean;
    };
    result: JobStarted;
  };
  /** Save one picture of a file; a job. */
  "media.thumbnail": {
    params: {
      /** The file to read: an MP4, also one that is being recorded. */
      path: string;
      /** A .jpg, .png or .webp. */
      output: string;
      /** From the file's beginning. */
      seconds?: number;
      /** Pixels; default: as wide as the film. */
      maxWidth?: number | null;
      /** Whether a file that is there already is replaced. */
      overwrite?: boolean;
    };
    result: JobStarted;
  };
  /** Save small pictures of a whole film as one, with a WebVTT for a player's time bar; a job. */
  "media.sprites": {
    params: {
      /** The file to read: an MP4, also one that is being recorded. */
      path: string;
      /** A .jpg, .png or .webp; the .vtt comes to lie beside it. */
      output: string;
      /** Between two pictures; default: about a hundred of the whole film. */
      intervalSeconds?: number | null;
      /** Pixels of each. */
      width?: number;
      /** Whether a file that is there already is replaced. */
      overwrite?: boolean;
    };
    result: JobStarted;
  };
  /** Make an animated GIF of a part of a file; a job. */
  "media.gif": {
    params: {
      /** The file to read: an MP4, also one that is being recorded. */
      path: string;
      /** A .gif. */
      output: string;
      /** From the file's beginning. */
      startSeconds?: number;
      /** Default: ten seconds later. */
      endSeconds?: number | null;
      /** Pictures per second. */
      fps?: number;
      /** Pixels; never more than the film has. */
      width?: number;
      /** Whether a file that is there already is replaced. */
      overwrite?: boolean;
    };
    result: JobStarted;
  };
  /** End a job; its file plays as before. False if it is over. */
  "job.cancel": {
    params: {
      /** As the method that began it answered. */
      jobId: string;
    };
    result: boolean;
  };
  /** A small picture of a screen or window as it is now, for a picker. */
  "engine.thumbnail": {
    params: {
      /** Screen or window id from engine.devices; default: the primary screen. */
      screen?: string | null;
      /** Pixels; the shape is kept. */
      maxWidth?: number;
    };
    result: ThumbnailResult;
  };
  /** Write one picture to a file: of a screen, a window, a session in any state, or a replay's past. */
  "screenshot.save": {
    params: {
      /** The image to write: .png, .jpg, .jpeg or .webp. Its folder must exist. */
      path: string;
      /** Screen or window id from engine.devices; default: the primary screen. */
      screen?: string | null;
      /** Kind of a session: what it shows, in its screen's own pixels, whatever its state. */
      kind?: "recorder" | "streamer" | "replay" | null;
      /** Name of the session; each kind of session has its own. */
      id?: string;
      /** Default: as the path ends. */
      format?: "png" | "jpeg" | "webp" | null;
      /** Pixels; default: as wide as what is shown. */
      maxWidth?: number | null;
      /** How old the picture shall be, of what a replay holds; default: it is taken now. */
      secondsAgo?: number | null;
      /** Whether the pointer is in it, where no session decides that. */
      cursor?: boolean;
      /** Whether a file that is there already is replaced. */
      overwrite?: boolean;
    };
    result: ScreenshotResult;
  };
  /** Live pictures of a screen, or of what a session's encoder gets; x-preview says how they come. */
  "preview.open": {
    params: {
      /** Screen or window id from engine.devices; default: the primary screen. */
      screen?: string | null;
      /** A part of the screen; default: all of it. */
      region?: RegionOption | null;
      /** Kind of a session: then its pictures are shown, from initialize on until it is disposed of. */
      kind?: "recorder" | "streamer" | "replay" | null;
      /** Name of the session; each kind of session has its own. */
      id?: string;
      /** Pixels at most; the shape is kept. */
      maxWidth?: number;
      /** Pixels at most; the shape is kept. */
      maxHeight?: number;
      /** Pictures a second at most; none while nothing changes. */
      fps?: number;
      /** How the pictures are coded: small JPEGs, or with h264 the very packets that the session's encoder makes, in full size and as often as they come: maxWidth, maxHeight, fps and cursor don't count then. */
      format?: "jpeg" | "h264";
      /** Whether the pointer is in it, as long as no session takes pictures of that screen. */
      cursor?: boolean;
    };
    result: PreviewOpened;
  };
  /** Change an open preview; paused, it costs nothing. False if there is none of this id. */
  "preview.update": {
    params: {
      /** As preview.open answered. */
      previewId: string;
      /** Pixels at most; the shape is kept. */
      maxWidth?: number | null;
      /** Pixels at most; the shape is kept. */
      maxHeight?: number | null;
      /** Pictures a second at most; none while nothing changes. */
      fps?: number | null;
      /** Whether nobody looks for now: then nothing is done. */
      paused?: boolean | null;
    };
    result: boolean;
  };
  /** End a preview; its reader's connection ends. False if there is none of this id. */
  "preview.close": {
    params: {
      /** As preview.open answered. */
      previewId: string;
    };
    result: boolean;
  };
  /** Make a screen whose pictures the caller writes into a file that both see. */
  "push.open": {
    params: {
      /** Width of the pictures in pixels. */
      width: number;
      /** Height of the pictures in pixels. */
      height: number;
    };
    result: PushOpened;
  };
  /** Close a screen of push.open; whoever records it holds its last picture. False if it is unknown. */
  "push.close": {
    params: {
      /** As push.open answered. */
      screen: string;
    };
    result: boolean;
  };
  /** Finish every session, answer null, exit. */
  "engine.shutdown": {
    params: Record<string, never>;
    result: null;
  };
  /** Change gain or mute of a session's sound while it runs: within 50 ms, for that session alone. */
  "audio.set": {
    params: {
      /** Kind of the session. */
      kind: "recorder" | "streamer" | "replay";
      /** Name of the session; each kind of session has its own. */
      id?: string;
      /** Name of the sound, as audio.get lists it: desktop or mic, or as sounds named it. */
      sound: string;
      /** New gain, dB; -120 is silence; default: as it is. */
      gainDb?: number | null;
      /** Whether it is left out of the mix; default: as it is. */
      muted?: boolean | null;
      /** Whether both sides get the mean of both; default: as it is. */
      mono?: boolean | null;
      /** Milliseconds to get there, without a step. */
      rampMs?: number;
      /** Milliseconds that a mute waits first, for a key held to talk. */
      releaseMs?: number;
      /** What it is put through before its gain, in this order; empty: nothing; default: as it is. */
      filters?: Array<NoiseSuppressionOption | GateOption | CompressorOption | LimiterOption> | null;
    };
    result: null;
  };
  /** The sounds of a session as they are set now; none once it is over. */
  "audio.get": {
    params: {
      /** Kind of the session. */
      kind: "recorder" | "streamer" | "replay";
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: SoundsResult;
  };
  /** Open screen, sound and encoders for a recording. */
  "recorder.initialize": {
    params: {
      /** File to write, an MP4, or for sound alone .m4a. Its folder must exist. */
      outputPath: string;
      /** Frames per second, constant: a whole number or, exactly, a fraction such as "30000/1001", which is what 29.97 means, as 59.94 and 23.976 mean theirs. */
      fps?: number | string;
      /** Bits per second of video. */
      videoBitrate?: number;
      /** true: the first hardware encoder that really opens, else x264. false: x264. Option encoder wins. */
      useNvenc?: boolean;
      /** Bits per second of audio (AAC). */
      audioBitrate?: number;
      /** Which sound is recorded; "microphone" means "mic", "none" means no audio track. */
      audioMode?: "both" | "desktop" | "mic" | "none" | "microphone";
      /** Name of the session; each kind of session has its own. */
      id?: string;
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
    };
    result: boolean;
  };
  /** Start; false if already running. */
  "recorder.start": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
      /** Begin so long ago, or up to one keyframe more, out of what a replay session of equal settings holds; with replayId alone: with all of it. */
      prerollSeconds?: number | null;
      /** The replay session to begin with; default: "default". */
      replayId?: string | null;
    };
    result: boolean;
  };
  /** Stop; true once all that was recorded is safe. Idempotent. */
  "recorder.stop": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Whether it runs; false for an unknown session. */
  "recorder.isRunning": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Statistics; also after stop. */
  "recorder.getStats": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: RecorderStats;
  };
  /** Statistics; also after stop. */
  "recorder.getStatistics": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: RecorderStats;
  };
  /** Name of the encoder; "none" before initialize. */
  "recorder.getCodecName": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: string;
  };
  /** Media time reached, in seconds. */
  "recorder.getCurrentPTSSeconds": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: number;
  };
  /** Stop if running and free the session. */
  "recorder.dispose": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: null;
  };
  /** Leave out what comes from now on; false if it is paused already or does not run. */
  "recorder.pause": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Go on where it was paused; false if it isn't paused. */
  "recorder.resume": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Pause or resume; whether it is paused now. */
  "recorder.togglePause": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Show another part of the screen or window, in pictures of the same size, from now on. */
  "recorder.setRegion": {
    params: {
      /** The part of the screen or window to show; null: all of it. */
      region?: RegionOption | null;
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: null;
  };
  /** Show another screen or window, in pictures of the same size, without a gap; answers when it is open. */
  "recorder.setScreen": {
    params: {
      /** Id of a screen or window, as initialize takes it; null: the primary screen. */
      screen?: string | null;
      /** The part of it to show; null: all of it. */
      region?: RegionOption | null;
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: null;
  };
  /** Note a moment: a chapter, and a line of the sidecar, on the disk when this answers. */
  "recorder.mark": {
    params: {
      /** What it is called; the title of the file's chapter. */
      label: string;
      /** Anything of your own, for the sidecar. */
      data?: Record<string, unknown> | null;
      /** For something that has happened already. */
      secondsAgo?: number;
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: MarkResult;
  };
  /** Go on in another file; answers when the one before is complete, unless paused. */
  "recorder.split": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: SplitResult;
  };
  /** Open screen, sound and encoders for a live stream. */
  "streamer.initialize": {
    params: {
      /** rtmp:// or rtmps:// URL with app and stream key, or the whip:// or whips:// URL of an endpoint, whose token is the stream key. Never shown or logged whole. */
      rtmpUrl?: string | null;
      /** Frames per second, constant: a whole number or, exactly, a fraction such as "30000/1001", which is what 29.97 means, as 59.94 and 23.976 mean theirs. */
      fps?: number | string;
      /** Bits per second of video. */
      videoBitrate?: number;
      /** true: the first hardware encoder that really opens, else x264. false: x264. Option encoder wins. */
      useNvenc?: boolean;
      /** Bits per second of audio (AAC). */
      audioBitrate?: number;
      /** Which sound is recorded; "microphone" means "mic", "none" means no audio track. */
      audioMode?: "both" | "desktop" | "mic" | "none" | "microphone";
      /** Name of the session; each kind of session has its own. */
      id?: string;
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
    };
    result: boolean;
  };
  /** Start; false if already running. */
  "streamer.start": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Stop; true once all that was recorded is safe. Idempotent. */
  "streamer.stop": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Whether it runs; false for an unknown session. */
  "streamer.isRunning": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Statistics; also after stop. */
  "streamer.getStats": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: StreamerStats;
  };
  /** Statistics; also after stop. */
  "streamer.getStatistics": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: StreamerStats;
  };
  /** Name of the encoder; "none" before initialize. */
  "streamer.getCodecName": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: string;
  };
  /** Media time reached, in seconds. */
  "streamer.getCurrentPTSSeconds": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: number;
  };
  /** Stop if running and free the session. */
  "streamer.dispose": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: null;
  };
  /** Whether the server takes what is sent. */
  "streamer.isConnected": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Whether the network is too slow now. */
  "streamer.isBackpressure": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Show another screen or window, in pictures of the same size, without a gap; answers when it is open. */
  "streamer.setScreen": {
    params: {
      /** Id of a screen or window, as initialize takes it; null: the primary screen. */
      screen?: string | null;
      /** The part of it to show; null: all of it. */
      region?: RegionOption | null;
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: null;
  };
  /** Go to one more server, out of the same encode; the others don't notice. */
  "streamer.addDestination": {
    params: {
      /** rtmp:// or rtmps:// URL with app and stream key, or the whip:// or whips:// URL of an endpoint, whose token is the stream key. Never shown or logged whole. */
      rtmpUrl: string;
      /** Stream key, for an rtmpUrl that ends with the application. Never shown or logged. */
      streamKey?: string;
      /** What to call it; default: the next number that is free. */
      destination?: string | null;
      /** Name of the session; each kind of session has its own. */
      id?: string;
      /** Bits per second of an encode of its own, out of the same capture; default: the stream's. */
      videoBitrate?: number | null;
      /** Width of an encode of its own, even, or what its shape makes of height; default: the stream's. */
      width?: number | null;
      /** Height of an encode of its own, likewise. */
      height?: number | null;
      /** Of this server alone: what caFile of the stream is for all; default: that. */
      caFile?: string;
    };
    result: AddDestinationResult;
  };
  /** Go to another server instead: a goodbye to the old one, and a connection to the new one. */
  "streamer.setDestination": {
    params: {
      /** rtmp:// or rtmps:// URL with app and stream key, or the whip:// or whips:// URL of an endpoint, whose token is the stream key. Never shown or logged whole. */
      rtmpUrl: string;
      /** Stream key, for an rtmpUrl that ends with the application. Never shown or logged. */
      streamKey?: string;
      /** Name of one of a stream's destinations, as streamer.connection and getStats have it. */
      destination?: string;
      /** Name of the session; each kind of session has its own. */
      id?: string;
      /** Bits per second of an encode of its own, out of the same capture; default: the stream's. */
      videoBitrate?: number | null;
      /** Width of an encode of its own, even, or what its shape makes of height; default: the stream's. */
      width?: number | null;
      /** Height of an encode of its own, likewise. */
      height?: number | null;
      /** Of this server alone: what caFile of the stream is for all; default: that. */
      caFile?: string;
    };
    result: null;
  };
  /** Have viewers see the stream so much later from now on. Longer: it stands still for as long as that takes; shorter: what is too old by then is left out, up to a keyframe. */
  "streamer.setDelay": {
    params: {
      /** By how much viewers see the stream later. It is held in memory. */
      delaySeconds: number;
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: null;
  };
  /** Leave a server; the others don't notice. The last that wasn't given up stays. */
  "streamer.removeDestination": {
    params: {
      /** Name of one of a stream's destinations, as streamer.connection and getStats have it. */
      destination: string;
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: null;
  };
  /** Open screen, sound and encoders to hold what comes last in memory. */
  "replay.initialize": {
    params: {
      /** How much is held, no less, and up to one keyframe more. */
      seconds?: number;
      /** Frames per second, constant: a whole number or, exactly, a fraction such as "30000/1001", which is what 29.97 means, as 59.94 and 23.976 mean theirs. */
      fps?: number | string;
      /** Bits per second of video. */
      videoBitrate?: number;
      /** true: the first hardware encoder that really opens, else x264. false: x264. Option encoder wins. */
      useNvenc?: boolean;
      /** Bits per second of audio (AAC). */
      audioBitrate?: number;
      /** Which sound is recorded; "microphone" means "mic", "none" means no audio track. */
      audioMode?: "both" | "desktop" | "mic" | "none" | "microphone";
      /** Name of the session; each kind of session has its own. */
      id?: string;
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
    };
    result: boolean;
  };
  /** Start; false if already running. */
  "replay.start": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Stop; true once all that was recorded is safe. Idempotent. */
  "replay.stop": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Whether it runs; false for an unknown session. */
  "replay.isRunning": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: boolean;
  };
  /** Statistics; also after stop. */
  "replay.getStats": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: ReplayStats;
  };
  /** Statistics; also after stop. */
  "replay.getStatistics": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: ReplayStats;
  };
  /** Name of the encoder; "none" before initialize. */
  "replay.getCodecName": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: string;
  };
  /** Media time reached, in seconds. */
  "replay.getCurrentPTSSeconds": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: number;
  };
  /** Stop if running and free the session. */
  "replay.dispose": {
    params: {
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: null;
  };
  /** Make a file of what came last; answers when it is complete, and holds up nothing. */
  "replay.save": {
    params: {
      /** File to write, an MP4, or for sound alone .m4a. Its folder must exist. */
      path: string;
      /** How much of what came last, no less, and up to one keyframe more; null: all that is held. */
      seconds?: number | null;
      /** Name of the session; each kind of session has its own. */
      id?: string;
    };
    result: SaveResult;
  };
}

/** Every notification and its params. */
export interface EngineNotifications {
  /** The state of a session changed. */
  "session.state": StateNotification;
  /** Something was lost or replaced, and the session goes on. */
  "session.warning": WarningNotification;
  /** The session can't go on. */
  "session.error": ErrorNotification;
  /** The connection's state changed. */
  "streamer.connection": ConnectionNotification;
  /** A file of a recording is complete, and the recording goes on in the next. */
  "recorder.fileChanged": FileChangedNotification;
  /** A file was made of what a replay held, and it goes on. */
  "replay.saved": ReplaySavedNotification;
  /** The network began or ceased to be too slow. */
  "streamer.backpressure": BackpressureNotification;
  /** Statistics, as often as subscribed. */
  "session.stats": RecorderStatsNotification | StreamerStatsNotification | ReplayStatsNotification;
  /** How loud it is, if subscribed. */
  "audio.levels": LevelsNotification;
  /** How far the self-test is. */
  "engine.selftestProgress": SelftestProgressNotification;
  /** How far a job is. */
  "job.progress": JobProgressNotification;
  /** A job's end, if all went well. */
  "job.done": JobDoneNotification;
  /** A job's end otherwise. */
  "job.failed": JobFailedNotification;
}

/** What a service takes at most, by the end of its servers' names; null: not known. */
export interface ServiceLimits {
  readonly name: string;
  readonly domain: string;
  /** Of pictures. */
  readonly kbps: number;
  /** Rows of height, frames per second and kbit/s: what is allowed up to both. */
  readonly kbpsByHeight: readonly (readonly [height: number, fps: number, kbps: number])[];
  readonly size: readonly [long: number, short: number] | null;
  readonly fps: number | null;
}

/** See x-services. */
export const SERVICE_LIMITS: readonly ServiceLimits[] = [
  {"name": "Twitch", "domain": "twitch.tv", "kbps": 6000, "kbpsByHeight": [], "size": null, "fps": null},
  {"name": "YouTube", "domain": "youtube.com", "kbps": 51000, "kbpsByHeight": [], "size": null, "fps": null},
  {"name": "Facebook", "domain": "facebook.com", "kbps": 9000, "kbpsByHeight": [[360, 30, 1000], [360, 60, 1500], [480, 30, 2000], [480, 60, 3000], [720, 30, 4000], [720, 60, 6000], [1080, 30, 6000], [1080, 60, 9000]], "size": [1920, 1080], "fps": 60},
  {"name": "Kick, or another service on Amazon IVS", "domain": "global-contribute.live-video.net", "kbps": 8500, "kbpsByHeight": [], "size": [1920, 1080], "fps": null},
  {"name": "Twitch, or a service on Amazon IVS", "domain": "contribute.live-video.net", "kbps": 8500, "kbpsByHeight": [], "size": null, "fps": null},
];
