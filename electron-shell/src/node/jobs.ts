/** A job of the engine's as one promise: begun, followed to its end, and cancelled by a signal. */
import { EngineError, type EngineNotifications, type JobResult, type MethodName, type ParamsOf } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";

export type JobMethod = Extract<MethodName, `media.${string}`>;

export interface JobOptions {
  /** Of the whole job, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Resolves with what the job made. Rejects with EngineError: the job's own words, that its engine ended, or `cancelled`;
 * what it was about is then as it was.
 */
export async function runJob<M extends JobMethod>(
  client: EngineClient,
  method: M,
  params: ParamsOf<M>,
  { onProgress, signal }: JobOptions = {},
): Promise<JobResult> {
  const ends = new Map<string, () => JobResult>();
  let jobId: string | undefined;
  let settle: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => (settle = resolve));
  const note = (id: string, end: () => JobResult): void => {
    ends.set(id, end); // it may end before its name is known here
    if (id === jobId) settle?.();
  };
  const progressed = ({ jobId: id, fraction }: EngineNotifications["job.progress"]): void => {
    if (id === jobId) onProgress?.(fraction);
  };
  const done = ({ jobId: id, result }: EngineNotifications["job.done"]): void => note(id, () => result);
  const failed = ({ jobId: id, message, data }: EngineNotifications["job.failed"]): void =>
    note(id, () => {
      throw new EngineError(data.cancelled ? "cancelled" : "media_failed", message, { hint: data.hint });
    });
  const exited = (): void => {
    if (jobId !== undefined)
      note(jobId, () => {
        throw new EngineError("engine_exited", "The engine ended before the job did.");
      });
  };
  const cancel = (): void => {
    // One that can't be cancelled any more is over, or its engine is: both are told.
    if (jobId !== undefined) void client.call("job.cancel", { jobId }).catch(() => undefined);
  };
  client.on("job.progress", progressed).on("job.done", done).on("job.failed", failed).on("engine.exited", exited);
  signal?.addEventListener("abort", cancel);
  try {
    // The params of each method are checked where this is called; together they are no type that TypeScript can follow.
    const begun = await client.call(method as "media.probe", params as ParamsOf<"media.probe">);
    jobId = begun.jobId;
    if (signal?.aborted === true) cancel();
    if (!ends.has(jobId)) await ended;
    return (ends.get(jobId) as () => JobResult)();
  } finally {
    signal?.removeEventListener("abort", cancel);
    client.off("job.progress", progressed).off("job.done", done).off("job.failed", failed).off("engine.exited", exited);
  }
}
