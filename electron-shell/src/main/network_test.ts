/** How much the way to a destination carries, tried by the engine with the test card before anybody goes live. */
import { EngineError, NO_NETWORK_TEST, isWhip, streamParams, toProblem, type NetworkTestView } from "@ionia/common";
import type { EngineClient } from "@ionia/node";
import type { Target } from "./destinations.ts";
import type { ShellStore } from "./shell_store.ts";

/** Ten seconds of streaming, and as long again for a server that is slow to answer. */
const TEST_TIMEOUT_MS = 60_000;

export class NetworkTest {
  readonly #client: EngineClient;
  readonly #store: ShellStore;
  #running = false;

  constructor(client: EngineClient, store: ShellStore) {
    this.#client = client;
    this.#store = store;
    client.on("engine.selftestProgress", ({ part, fraction }) => {
      if (this.#running && part === "network") this.#show({ fraction });
    });
  }

  /** Resolves when it has begun: the state says how it goes. Throws EngineError where it can't begin. */
  start(target: Target): void {
    if (this.#running) throw new EngineError("already_running", "Another test is running.");
    if (isWhip(target.rtmpUrl))
      throw new EngineError("unsupported", "A WHIP server can't be tried: it would show the test to viewers.");
    this.#running = true;
    this.#show({ ...NO_NETWORK_TEST, phase: "running", destination: target.id });
    void this.#test(target)
      .catch((error: unknown) => {
        const { message, hint } = toProblem(error);
        this.#show({ phase: "failed", found: message, advice: hint });
      })
      .finally(() => (this.#running = false));
  }

  /** Nothing, where none runs. Rejects with EngineError. */
  async cancel(): Promise<void> {
    if (this.#running) await this.#client.call("engine.cancelSelftest");
  }

  async #test({ rtmpUrl, streamKey, caFile }: Target): Promise<void> {
    const { settings, devices } = this.#store.state;
    const { videoBitrate } = streamParams(settings, devices);
    const result = await this.#client.call(
      "engine.selftest",
      {
        parts: ["network"],
        rtmpUrl,
        ...(streamKey === undefined ? {} : { streamKey }),
        ...(caFile === undefined ? {} : { caFile }),
        ...(videoBitrate === undefined ? {} : { videoBitrate }),
      },
      { timeoutMs: TEST_TIMEOUT_MS },
    );
    if (result.cancelled) return this.#show(NO_NETWORK_TEST);
    const finding = result.findings.find(({ part }) => part === "network");
    if (finding === undefined) throw new EngineError("internal", "The test found nothing.");
    const { found, advice, figures } = finding;
    const recommended = Number(figures["recommendedBps"] ?? Number.NaN);
    const carries = Number.isFinite(recommended);
    return this.#show({
      phase: carries ? "done" : "failed",
      fraction: 1,
      found,
      advice,
      videoBitrate: carries && videoBitrate !== undefined && recommended < videoBitrate ? recommended : null,
    });
  }

  #show(change: Partial<NetworkTestView>): void {
    this.#store.dispatch({ type: "networkTest", change });
  }
}
