/** What the window makes of the engine's warnings: which belong together, how serious they are, what to do. Pure. */
import type { EngineNotifications } from "./rpc.generated.ts";
import type { Notice } from "./shell_state.ts";

export type Warning = EngineNotifications["session.warning"];
export type WarningCode = Warning["code"];

interface Reading {
  /** Warnings of one subject replace each other: "muted" goes when "heard again" comes. */
  readonly subject?: string;
  /** The detail that tells two of one subject apart: one microphone is heard again, another is still muted. */
  readonly of?: "device" | "program" | "sound";
  readonly level?: Notice["level"];
  readonly hint?: string;
}

const UNMUTE = "Turn it up in the system's sound settings, or choose another device.";
const LOOK_AT_FILE = "Stop the recording, then look where the file is.";

const READINGS: { readonly [Code in WarningCode]?: Reading } = {
  audio_device_muted: { subject: "mixer", of: "device", hint: UNMUTE },
  audio_device_quiet: { subject: "mixer", of: "device", hint: UNMUTE },
  audio_device_suspended: { subject: "mixer", of: "device" },
  audio_device_stalled: { subject: "mixer" },
  audio_device_audible: { subject: "mixer", of: "device", level: "info" },
  audio_stream_muted: {
    subject: "mixer",
    of: "device",
    hint: "Look for it under “Recording” in the system's sound settings.",
  },
  audio_stream_restored: { subject: "mixer", of: "device", level: "info" },
  desktop_silent: { subject: "desktop sound" },
  desktop_heard: { subject: "desktop sound", level: "info" },
  app_not_running: { subject: "program", of: "program" },
  app_silent: { subject: "program", of: "program" },
  app_heard: { subject: "program", of: "program", level: "info" },
  mic_silent: { subject: "silent microphone", hint: "Check its switch and its cable, or choose another microphone." },
  mic_heard: { subject: "silent microphone", level: "info" },
  mic_one_sided: { subject: "microphone", level: "info" },
  mic_two_sided: { subject: "microphone", level: "info" },
  mic_inputs_mixed: { level: "info" },
  muted_talking: { subject: "muted talking", of: "sound", hint: "Unmute it, if you want to be heard." },
  sound_clipping: { subject: "clipping", of: "sound" },
  default_device_changed: { level: "info" },
  audio_device_changed: { level: "info" },
  display_lost: { subject: "screen" },
  capture_recovered: { subject: "screen", level: "info" },
  region_outside: { subject: "screen" },
  disk_low: { subject: "disk", hint: "Free some space now: the recording ends when the disk is full." },
  disk_stalled: { subject: "disk" },
  file_moved: { subject: "file", hint: LOOK_AT_FILE },
  file_deleted: { subject: "file", hint: LOOK_AT_FILE },
  file_replaced: { subject: "file", hint: LOOK_AT_FILE },
  file_out_of_reach: { subject: "file", level: "error", hint: "Connect the disk again." },
  file_restored: { subject: "file", level: "info" },
  index_behind: { subject: "file", level: "info" },
  file_not_split: { subject: "file", hint: LOOK_AT_FILE },
  sidecar_failed: { subject: "file" },
  file_incomplete: { subject: "file", level: "error", hint: LOOK_AT_FILE },
  picture_enlarged: { level: "info" },
  gpu_fallback: { subject: "encoder", level: "info" },
  gpu_recovered: { subject: "encoder", level: "info" },
  encoder_overloaded: { subject: "encoder", hint: "Choose a smaller quality." },
  tracks_not_streamed: { level: "info" },
  service_limit: { subject: "service", hint: "Choose a smaller quality, or try it before it matters." },
  bitrate_held: { subject: "bitrate" },
  bitrate_fixed: { subject: "bitrate" },
};

/** The warning as a notice. The engine's words are for people; its hint goes before ours. */
export function readWarning({ code, message, data }: Warning): Omit<Notice, "id"> {
  const { subject = code, of, level = "warning", hint = "" } = READINGS[code] ?? {};
  const details: Readonly<Record<string, unknown>> = { ...data };
  const given = typeof details["hint"] === "string" ? details["hint"] : "";
  const whose = of === undefined ? undefined : details[of];
  return {
    code: typeof whose === "string" ? `${subject}\n${whose}` : subject,
    level,
    message,
    hint: given || hint,
  };
}

/** Those about what is chosen, which matter before anything runs. */
export function concernsDevices(code: WarningCode): boolean {
  return /^(audio_device_|audio_stream_|mic_)/.test(code);
}
