export interface FakeSession {
  kind: string;
  id: string;
  params: Record<string, unknown>;
  state: string;
  destinations: Map<string, { rtmpUrl: string; streamKey?: string; connection: string }>;
}
export interface FakeRpcError {
  code: number;
  message: string;
  data: { kind: string; hint: string; id: string };
}
export class FakeEngine {
  constructor(send: (message: object) => void, options?: { now?: () => number });
  sessions: Map<string, FakeSession>;
  calls: { method: string; params: Record<string, unknown> }[];
  failNext: Map<string, FakeRpcError>;
  silent: Set<string>;
  jobResults: Map<string, object>;
  jobFailures: Map<string, string>;
  slowJobs: Set<string>;
  /** By their ids. */
  runningJobs: Map<string, () => void>;
  /** What a self-test answers, beside what is of no interest. */
  found: { cancelled?: boolean; findings: object[] };
  /** Where readers of previews connect. */
  previewEndpoint: string;
  protocolVersion: string | number;
  subscription: unknown;
  onShutdown?: () => void;
  /** Throws, as everything here, where the published schema has no such notification. */
  notify(method: string, params: object): void;
  /** The same of a session, whose id and kind are put in front. */
  tell(session: FakeSession | undefined, method: string, params: object): void;
  receive(message: object): void;
  /** A recording goes on in another file by itself. */
  split(session: FakeSession | undefined): { finished: { path: string }; next: string };
  /** A session ends by itself, with nothing lost. */
  endByItself(session: FakeSession | undefined, reason: string): void;
  /** A slow job goes on; at 1 it is done. */
  progress(jobId: string, fraction: number): void;
  stats(session: FakeSession): Record<string, unknown>;
  connection(
    id: string,
    state: string,
    attempt?: number,
    delayMs?: number,
    reason?: string,
    kind?: string | null,
    destination?: string,
  ): void;
}
