/** Errors of the engine as every side sees them: a stable `kind`, one line for people, and what to do about it. */

export type EngineErrorKind =
  | "not_initialized"
  | "already_running"
  | "no_such_session"
  | "capture_unavailable"
  | "audio_unavailable"
  | "encoder_unavailable"
  | "output_failed"
  | "bad_url"
  | "connect_failed"
  | "internal"
  | "protocol"
  | "engine_exited"
  | "engine_missing"
  | "timeout";

/** What is sent over IPC and shown. */
export interface Problem {
  readonly kind: string;
  readonly message: string;
  readonly hint: string;
}

export class EngineError extends Error {
  readonly code: number;
  readonly kind: string;
  readonly hint: string;
  readonly sessionId: string | undefined;

  constructor(
    kind: EngineErrorKind | (string & {}),
    message: string,
    details: { code?: number; hint?: string; sessionId?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "EngineError";
    this.kind = kind;
    this.code = details.code ?? 0;
    this.hint = details.hint ?? "";
    this.sessionId = details.sessionId;
  }
}

/** Any thrown value as a Problem. Messages of unknown errors are passed on: they are one line and for people. */
export function toProblem(error: unknown): Problem {
  if (error instanceof EngineError)
    return { kind: error.kind, message: error.message, hint: error.hint || defaultHint(error.kind) };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "internal", message, hint: "" };
}

const HINTS: Readonly<Record<string, string>> = {
  capture_unavailable:
    "Check that a display is connected and that screen capture is allowed, then pick another screen.",
  audio_unavailable: "Pick another sound device, or turn that sound off.",
  encoder_unavailable: "Update the graphics driver, or choose the software encoder under Quality.",
  output_failed: "Free some disk space or check the folder's permissions.",
  bad_url: "The address must look like rtmp://server/app/key.",
  connect_failed: "Check the address, the stream key and your network connection.",
  engine_exited: "The engine restarts by itself. Try again in a moment.",
  engine_missing: "Install the engine, or set IONIA_ENGINE to its path.",
  timeout: "The engine is busy. Try again in a moment.",
};

/** What to do when the engine itself gave no hint. */
export function defaultHint(kind: string): string {
  return HINTS[kind] ?? "";
}
