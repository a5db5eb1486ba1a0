/** The jobs on recordings that the user asked for: shown while they run, and cancelled from there. */
import { EngineError, type JobResult, type JobView, type ParamsOf } from "@ionia/common";
import { runJob, type EngineClient, type JobMethod } from "@ionia/node";
import type { ShellStore } from "./shell_store.ts";

interface Running {
  view: JobView;
  readonly abort: AbortController;
}

export class FileJobs {
  readonly #client: EngineClient;
  readonly #store: ShellStore;
  #running: readonly Running[] = [];

  constructor(client: EngineClient, store: ShellStore) {
    this.#client = client;
    this.#store = store;
  }

  /** What was made, or undefined after `cancel`. Rejects with EngineError; also while there is one of this recording. */
  async run<M extends JobMethod>(
    kind: JobView["kind"],
    recordingId: string,
    method: M,
    params: ParamsOf<M>,
  ): Promise<JobResult | undefined> {
    if (this.#running.some(({ view }) => view.recordingId === recordingId))
      throw new EngineError("busy", "This recording is being worked on.", { hint: "Wait for that, or cancel it." });
    const job: Running = { view: { kind, recordingId, fraction: 0 }, abort: new AbortController() };
    this.#running = [...this.#running, job];
    this.#tell();
    try {
      const onProgress = (fraction: number): void => {
        job.view = { ...job.view, fraction };
        this.#tell();
      };
      return await runJob(this.#client, method, params, { onProgress, signal: job.abort.signal });
    } catch (error) {
      if (error instanceof EngineError && error.kind === "cancelled") return undefined;
      throw error;
    } finally {
      this.#running = this.#running.filter((one) => one !== job);
      this.#tell();
    }
  }

  /** Nothing, when there is none any more. */
  cancel(recordingId: string): void {
    this.#running.find(({ view }) => view.recordingId === recordingId)?.abort.abort();
  }

  #tell(): void {
    this.#store.dispatch({ type: "jobs", jobs: this.#running.map(({ view }) => view) });
  }
}
