/** Launches FakeEngine in this process as a Transport: one after the other, as a supervisor starts them. */
import type { CloseReason, Launch, TransportEvents } from "@ionia/node";
import { FakeEngine } from "./fake_engine.mjs";

export class MemoryEngines {
  readonly all: FakeEngine[] = [];
  readonly #events: TransportEvents[] = [];
  /** Called for each new engine before it gets its first message. */
  prepare: (engine: FakeEngine) => void = () => undefined;

  readonly launch: Launch = (events) => {
    const engine = new FakeEngine((message) => queueMicrotask(() => events.onMessage(JSON.stringify(message))));
    this.all.push(engine);
    this.#events.push(events);
    this.prepare(engine);
    let open = true;
    const end = (reason: CloseReason): void => {
      if (open) events.onClose(reason);
      open = false;
    };
    engine.onShutdown = () =>
      queueMicrotask(() => end({ message: "the engine ended with code 0", code: 0, signal: null, stderrTail: [] }));
    return {
      pid: 1000 + this.all.length,
      send: (text) => {
        engine.receive(JSON.parse(text) as object);
        return Promise.resolve();
      },
      close: () => {
        end({ message: "the engine ended with code 0", code: 0, signal: null, stderrTail: [] });
        return Promise.resolve();
      },
    };
  };

  get latest(): FakeEngine {
    const engine = this.all[this.all.length - 1];
    if (engine === undefined) throw new Error("no engine was launched");
    return engine;
  }

  /** The newest engine ends as if it had crashed. */
  crash(stderrTail: string[] = ["segmentation fault"]): void {
    this.#events[this.#events.length - 1]?.onClose({
      message: "the engine ended by SIGSEGV",
      code: null,
      signal: "SIGSEGV",
      stderrTail,
    });
  }
}
