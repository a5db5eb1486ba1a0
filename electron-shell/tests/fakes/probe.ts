/** What ffprobe says of a recording, and whether it is one: the checks that the recorder's own tests make, in short. */
import { hasProgram } from "./desktop.ts";
import { run } from "./processes.ts";

export const FFPROBE_MISSING = hasProgram("ffprobe") ? "" : "ffprobe is not installed";

export interface Probed {
  readonly codecs: string[];
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Distances between video packets, in seconds, each different one once. */
  readonly deltas: number[];
  readonly videoSeconds: number;
  readonly audioSeconds: number;
}

interface Stream {
  readonly codec_type: string;
  readonly codec_name: string;
  readonly width?: number;
  readonly height?: number;
  readonly duration: string;
}

export async function probe(file: string): Promise<Probed> {
  const { stdout } = await run(
    "ffprobe",
    ["-v", "error", "-show_streams", "-show_entries", "packet=stream_index,pts_time", "-of", "json", file],
    { maxBuffer: 64e6 },
  );
  const { streams, packets } = JSON.parse(stdout) as {
    streams: Stream[];
    packets: { stream_index: number; pts_time: string }[];
  };
  const video = streams.find(({ codec_type }) => codec_type === "video");
  const audio = streams.find(({ codec_type }) => codec_type === "audio");
  const times = packets
    .filter(({ stream_index }) => streams[stream_index] === video)
    .map(({ pts_time }) => Number(pts_time));
  const deltas = times.slice(1).map((time, index) => Number((time - (times[index] as number)).toFixed(4)));
  return {
    codecs: streams.map(({ codec_name }) => codec_name),
    width: video?.width ?? 0,
    height: video?.height ?? 0,
    frames: times.length,
    deltas: [...new Set(deltas)],
    videoSeconds: video === undefined ? 0 : Number(video.duration),
    audioSeconds: audio === undefined ? 0 : Number(audio.duration),
  };
}
