/** Errors of the engine as every side sees them: a stable `kind`, one line for people, and what to do about it. */

import type { ErrorKind, LiveKind } from "./rpc.generated.ts";

export type { LiveKind };

/** What happens between the engine and us. */
type ShellKind = "protocol" | "engine_exited" | "engine_missing" | "timeout" | "cancelled" | "key_unreadable";

export type EngineErrorKind = ErrorKind | ShellKind;

/** What is sent over IPC and shown. */
export interface Problem {
  readonly kind: string;
  readonly message: string;
  readonly hint: string;
  /** Of a failed connection: why, in the engine's own word. */
  readonly liveKind?: LiveKind;
}

export class EngineError extends Error {
  readonly code: number;
  readonly kind: string;
  readonly hint: string;
  readonly sessionId: string | undefined;
  /** Why a connection to a server failed or was lost. */
  readonly liveKind: LiveKind | undefined;
  /** The message without what belongs into a log. */
  readonly plain: string;

  constructor(
    kind: EngineErrorKind | (string & {}),
    message: string,
    details: {
      code?: number;
      hint?: string;
      sessionId?: string;
      liveKind?: LiveKind | null | undefined;
      plain?: string;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "EngineError";
    this.kind = kind;
    this.code = details.code ?? 0;
    this.hint = details.hint ?? "";
    this.sessionId = details.sessionId;
    this.liveKind = details.liveKind ?? undefined;
    this.plain = details.plain ?? message;
  }
}

/** Any thrown value as a Problem. Messages of unknown errors are passed on: they are one line and for people. */
export function toProblem(error: unknown): Problem {
  if (error instanceof EngineError) {
    const { kind, plain: message, hint, liveKind } = error;
    if (liveKind === undefined) return { kind, message, hint: hint || defaultHint(kind) };
    return { kind, message, hint: hint || LIVE_HINTS[liveKind], liveKind };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "internal", message, hint: "" };
}

const LIVE_HINTS: Readonly<Record<LiveKind, string>> = {
  refused: "Check the address, and that the server is running.",
  no_such_host: "Check the server's name in the address, and your network connection.",
  timeout: "Check your network connection. A firewall may be in the way.",
  certificate: "Check the address. The server's certificate must be one that this computer trusts.",
  key_rejected: "Copy the stream key again from the service's page.",
  in_use: "End the other stream with this key, or wait a minute and try again.",
  server_closed: "The service may say why on its page. Then go live again.",
  redirected: "Copy the address again from the service's page.",
  unsupported: "Check the address: what answers there takes no such stream.",
  network: "Check your network connection.",
};

/** Short, for a button or a heading. */
const LIVE_TITLES: Readonly<Record<LiveKind, string>> = {
  refused: "Server refuses",
  no_such_host: "Server not found",
  timeout: "No answer",
  certificate: "Certificate not trusted",
  key_rejected: "Stream key rejected",
  in_use: "Stream key in use",
  server_closed: "Ended by the server",
  redirected: "Server has moved",
  unsupported: "Not a stream server",
  network: "Network interrupted",
};

/** What went wrong with a connection, in two or three words; empty for everything else. */
export function liveTitle(problem: { readonly liveKind?: LiveKind | null } | null): string {
  return problem?.liveKind == null ? "" : LIVE_TITLES[problem.liveKind];
}

const HINTS: { readonly [Kind in EngineErrorKind]?: string } = {
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
  busy: "The engine is busy. Try again in a moment.",
};

/** What to do when the engine itself gave no hint. */
export function defaultHint(kind: string): string {
  return HINTS[kind as EngineErrorKind] ?? "";
}
