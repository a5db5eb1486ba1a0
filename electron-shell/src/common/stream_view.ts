/** How a stream's destinations are, and what that makes of the stream. Pure: the engine's notifications in, views out. */
import { asSentence } from "./format.ts";
import type { LiveKind } from "./engine_error.ts";
import type { EngineNotifications } from "./rpc.generated.ts";

export interface DestinationView {
  readonly id: string;
  readonly phase: "starting" | "live" | "reconnecting" | "failed";
  /** While connecting again and again: which try comes next, how long until then, and why it is needed. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: string;
  /** The same in the engine's word. */
  readonly liveKind: LiveKind | null;
  /** Why it failed the last time; stays when it is live again. */
  readonly lastReason: string;
}

export const newDestination = (id: string): DestinationView => ({
  id,
  phase: "starting",
  attempt: 0,
  delayMs: 0,
  reason: "",
  liveKind: null,
  lastReason: "",
});

type Connection = EngineNotifications["streamer.connection"];

/** One of them after what the engine told of it. */
export function connected(before: DestinationView, event: Connection): DestinationView {
  const { attempt, delayMs } = event;
  // Why a try is needed is told once, before the wait; it stays true while the try is under way.
  const reason = asSentence(event.reason) || before.reason;
  const liveKind = event.kind ?? before.liveKind;
  const trying = { ...before, attempt, delayMs, reason, liveKind, lastReason: reason || before.lastReason };
  switch (event.state) {
    case "connected":
      return { ...before, phase: "live", attempt: 0, delayMs: 0, reason: "", liveKind: null };
    case "connecting":
      return trying;
    case "reconnecting":
      return { ...trying, phase: "reconnecting" };
    case "failed":
      return { ...trying, phase: "failed" };
    case "closed":
      return before; // The answer of `stop`, or the failure, says the same.
  }
}

/** The stream as a whole: as well as the best of them. Undefined when all have failed, or there is none. */
export function overall(views: readonly DestinationView[]): Omit<DestinationView, "id" | "lastReason"> | undefined {
  const best =
    views.find(({ phase }) => phase === "live") ??
    views.find(({ phase }) => phase === "reconnecting") ??
    views.find(({ phase }) => phase === "starting");
  if (best === undefined) return undefined;
  const { phase, attempt, delayMs, reason, liveKind } = best;
  return { phase, attempt, delayMs, reason, liveKind };
}
