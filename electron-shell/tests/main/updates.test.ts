/** When a newer version is looked for, fetched and installed: never beside a recording or a stream. */
import { describe, expect, it } from "vitest";
import { INITIAL_STATE, reduceShell, type ShellEvent, type ShellState } from "@ionia/common";
import {
  CHECK_INTERVAL_MS,
  ShellStore,
  Updates,
  answerSessionEnd,
  nextUpdateStep,
  type UpdateMoment,
  type UpdatePhase,
  type UpdateSource,
} from "@ionia/main";

const changed = (...events: ShellEvent[]): ShellState => events.reduce(reduceShell, INITIAL_STATE);
const AT_WORK: readonly [string, ShellState][] = [
  ...(["starting", "recording", "paused", "stopping"] as const).map(
    (phase) => [`recording: ${phase}`, changed({ type: "recording", change: { phase } })] as [string, ShellState],
  ),
  ...(["starting", "live", "reconnecting", "stopping"] as const).map(
    (phase) => [`stream: ${phase}`, changed({ type: "stream", change: { phase } })] as [string, ShellState],
  ),
  ["a replay that is held", changed({ type: "replay", change: { phase: "ready" } })],
  [
    "a job",
    changed({
      type: "jobs",
      jobs: [{ recordingId: "a", kind: "clip", fraction: 0.5 }] as unknown as ShellState["jobs"],
    }),
  ],
];
const PHASES: readonly UpdatePhase[] = ["unknown", "checking", "available", "downloading", "ready"];
const moment = (given: Partial<UpdateMoment>): UpdateMoment => ({
  phase: "unknown",
  asked: false,
  nowMs: 0,
  checkedMs: null,
  state: INITIAL_STATE,
  ...given,
});

describe("the end of Windows' session", () => {
  const ended = (how: "asked" | "told", state: ShellState): string[] => {
    const done: string[] = [];
    return [answerSessionEnd(how, state, () => done.push("finish")), ...done];
  };

  it.each(AT_WORK)("waits for %s, which is finished", (_name, state) => {
    expect(ended("asked", state)).toEqual(["wait", "finish"]);
    expect(ended("told", state)).toEqual(["wait", "finish"]);
  });

  it("waits for nothing else", () => {
    expect(ended("asked", INITIAL_STATE)).toEqual(["go"]);
  });
});

describe("the next step of an update", () => {
  it.each(AT_WORK)("beside %s is none, whatever is known and asked for", (_name, state) => {
    for (const phase of PHASES)
      for (const asked of [false, true])
        for (const checkedMs of [null, -CHECK_INTERVAL_MS])
          expect(nextUpdateStep(moment({ phase, asked, checkedMs, state }))).toBe(
            phase === "downloading" ? "cancel" : "wait",
          );
  });

  it("is to look every six hours, to fetch what is there, and to install when asked", () => {
    expect(nextUpdateStep(moment({}))).toBe("check");
    expect(nextUpdateStep(moment({ checkedMs: 0, nowMs: CHECK_INTERVAL_MS - 1 }))).toBe("wait");
    expect(nextUpdateStep(moment({ checkedMs: 0, nowMs: CHECK_INTERVAL_MS }))).toBe("check");
    expect(nextUpdateStep(moment({ phase: "available" }))).toBe("download");
    expect(nextUpdateStep(moment({ phase: "ready" }))).toBe("wait");
    expect(nextUpdateStep(moment({ phase: "ready", asked: true }))).toBe("install");
    for (const phase of ["checking", "downloading"] as const)
      expect(nextUpdateStep(moment({ phase, asked: true }))).toBe("wait");
  });
});

/** Answers as the test says, and notes what it was asked. */
class FakeSource implements UpdateSource {
  readonly asked: string[] = [];
  found: string | null | Error = null;
  finish: () => void = () => undefined;

  check(): Promise<string | null> {
    this.asked.push("check");
    return this.found instanceof Error ? Promise.reject(this.found) : Promise.resolve(this.found);
  }

  download(signal: AbortSignal): Promise<void> {
    this.asked.push("download");
    return new Promise((resolve, reject) => {
      this.finish = resolve;
      signal.addEventListener("abort", () => {
        this.asked.push("cancelled");
        reject(new Error("cancelled"));
      });
    });
  }

  install(): void {
    this.asked.push("install");
  }
}

describe("an update", () => {
  const build = (found: string | null | Error) => {
    const [source, store, said] = [new FakeSource(), new ShellStore(), [] as string[]];
    source.found = found;
    const clock = { nowMs: 0 };
    const updates = new Updates({ source, store, nowMs: () => clock.nowMs, log: (line) => said.push(line) });
    updates.follow();
    return { source, store, updates, said, clock };
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it("is fetched, held back while a stream runs, told when it is here, and installed when asked and idle", async () => {
    const { source, store, updates } = build("2.0.0");
    await settled();
    store.dispatch({ type: "stream", change: { phase: "starting" } });
    await settled();
    expect(source.asked).toEqual(["check", "download", "cancelled"]);
    store.dispatch({ type: "stream", change: { phase: "idle" } });
    source.finish();
    await settled();
    expect(store.state.notices.map(({ message }) => message)).toEqual(["Ionia 2.0.0 is ready."]);
    expect(updates.waiting).toBe("2.0.0");
    store.dispatch({ type: "recording", change: { phase: "recording" } });
    updates.ask();
    expect(source.asked).not.toContain("install");
    store.dispatch({ type: "recording", change: { phase: "stopping" } });
    expect(source.asked).not.toContain("install");
    store.dispatch({ type: "recording", change: { phase: "idle" } });
    expect(source.asked.at(-1)).toBe("install");
  });

  it("whose server fails costs one line, and is looked for again hours later", async () => {
    const { source, said, updates, clock } = build(new Error("no such host"));
    await settled();
    updates.consider();
    await settled();
    expect(said).toEqual(["looking for a newer version failed: no such host"]);
    expect(source.asked).toEqual(["check"]);
    clock.nowMs = CHECK_INTERVAL_MS;
    updates.consider();
    await settled();
    expect(source.asked).toEqual(["check", "check"]);
    expect(updates.waiting).toBeNull();
  });
});
