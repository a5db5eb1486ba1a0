/** A job of the engine's as one promise: begun, and heard of until its end. */
import { EngineError, type JobResult, type MethodName, type ParamsOf } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";

export type JobMethod = Extract<MethodName, `media.${string}`>;

/** Resolves with what the job made. Rejects with EngineError: the job's own words, or that its engine ended. */
export async function runJob<M extends JobMethod>(
  client: EngineClient,
  method: M,
  params: ParamsOf<M>,
): Promise<JobResult> {
  const ends = new Map<string, () => JobResult>();
  let jobId: string | undefined;
  let settle: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => (settle = resolve));
  const note = (id: string, end: () => JobResult): void => {
    ends.set(id, end); // it may end before its name is known here
    if (id === jobId) settle?.();
  };
  const done = ({ jobId: id, result }: { jobId: string; result: JobResult }): void => note(id, () => result);
  const failed = ({ jobId: id, message, data }: { jobId: string; message: string; data: { hint: string } }): void =>
    note(id, () => {
      throw new EngineError("media_failed", message, { hint: data.hint });
    });
  const exited = (): void => {
    if (jobId !== undefined)
      note(jobId, () => {
        throw new EngineError("engine_exited", "The engine ended before the job did.");
      });
  };
  client.on("job.done", done).on("job.failed", failed).on("engine.exited", exited);
  try {
    // The params of each method are checked where this is called; together they are no type that TypeScript can follow.
    const begun = await client.call(method as "media.probe", params as ParamsOf<"media.probe">);
    jobId = begun.jobId;
    if (!ends.has(jobId)) await ended;
    return (ends.get(jobId) as () => JobResult)();
  } finally {
    client.off("job.done", done).off("job.failed", failed).off("engine.exited", exited);
  }
}
