/** The seam between the protocol and whatever carries it: a child process, or an engine in memory. */

export interface CloseReason {
  /** One line for people. */
  readonly message: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines the engine logged; the engine keeps secrets out of its log. */
  readonly stderrTail: readonly string[];
}

export interface TransportEvents {
  onMessage(text: string): void;
  /** Once; nothing comes after it. */
  onClose(reason: CloseReason): void;
}

export interface Transport {
  readonly pid: number | undefined;
  /** Resolves when the transport has taken the message. Rejects when it is closed. */
  send(text: string): Promise<void>;
  /** Ask the other side to end by ending its input; kill it when it hasn't within `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Starts a transport. Throws EngineError(engine_missing) when there is nothing to start. */
export type Launch = (events: TransportEvents) => Transport;
