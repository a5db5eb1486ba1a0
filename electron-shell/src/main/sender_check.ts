/** Who may use the channels: the top frame of our own page, and nobody else. */

export interface SenderFrame {
  readonly url: string;
  /** The frame that contains it; null for a top frame. */
  readonly parent: unknown;
}

export const APP_ORIGIN = "ionia://app";

export function isTrustedFrame(frame: SenderFrame | null): boolean {
  return (
    frame !== null && frame.parent === null && (frame.url === APP_ORIGIN || frame.url.startsWith(`${APP_ORIGIN}/`))
  );
}
