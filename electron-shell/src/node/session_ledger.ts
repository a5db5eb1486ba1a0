/** Which sessions run in the engine, so that it can be said what ended when the engine does. Pure bookkeeping. */
import type { SessionKind } from "@ionia/common";

export interface OpenSession {
  readonly kind: SessionKind;
  readonly id: string;
  readonly outputPath: string | null;
}

interface Entry extends OpenSession {
  readonly running: boolean;
}

const ENDED = new Set(["stopped", "failed", "disposed"]);

export class SessionLedger {
  readonly #entries = new Map<string, Entry>();

  /** Before a call is sent: a start counts at once, since the engine may end before it answers. */
  calling(method: string, params: object): void {
    if (method.endsWith(".start")) this.#change(method, params, { running: true });
  }

  /** After it succeeded. */
  answered(method: string, params: object): void {
    if (method.endsWith(".initialize")) {
      const outputPath = (params as { outputPath?: string }).outputPath ?? null;
      this.#change(method, params, { running: false, outputPath });
    } else if (method.endsWith(".stop") || method.endsWith(".dispose")) {
      this.#change(method, params, { running: false });
    }
  }

  notified(method: string, params: Record<string, unknown>): void {
    if (method !== "session.state" || !ENDED.has(String(params["state"]))) return;
    this.#change(`${String(params["kind"])}.ended`, params, { running: false });
  }

  /** The sessions that ran, which end with this call. */
  takeOpen(): OpenSession[] {
    const open = [...this.#entries.values()].filter((entry) => entry.running);
    this.#entries.clear();
    return open.map(({ kind, id, outputPath }) => ({ kind, id, outputPath }));
  }

  #change(method: string, params: object, change: Partial<Entry>): void {
    const kind = method.split(".")[0] as SessionKind;
    const id = (params as { id?: string }).id ?? "default";
    const key = `${kind} ${id}`;
    const before = this.#entries.get(key) ?? { kind, id, outputPath: null, running: false };
    this.#entries.set(key, { ...before, ...change });
  }
}
