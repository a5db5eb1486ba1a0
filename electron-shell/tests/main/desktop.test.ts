/** What the application asks of the desktop: a display that stays on, and a window that comes back. */
import { EventEmitter } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ShellStore } from "../../src/main/shell_store.ts";
import { followSleep } from "../../src/main/stay_awake.ts";
import { ShellWindow } from "../../src/main/window.ts";

const pages: Page[] = [];

class Page extends EventEmitter {
  readonly reload = vi.fn();
  readonly setWindowOpenHandler = vi.fn();
}

vi.mock("electron", () => ({
  nativeTheme: { shouldUseDarkColors: false },
  BrowserWindow: class extends EventEmitter {
    readonly webContents = new Page();
    readonly loadURL = (): Promise<void> => (pages.push(this.webContents), Promise.resolve());
    readonly isMinimized = (): boolean => false;
    readonly isDestroyed = (): boolean => false;
    readonly show = vi.fn();
    readonly focus = vi.fn();
  },
}));

afterEach(() => vi.useRealTimers());

describe("the display", () => {
  const calls: string[] = [];
  const blocker = {
    start: () => calls.push("start"),
    stop: (id: number) => (calls.push(`stop ${id}`), true),
  };

  it("stays on from the first that captures until the last has ended", () => {
    const store = new ShellStore();
    followSleep(store, "linux", blocker);
    store.dispatch({ type: "recording", change: { phase: "starting" } });
    store.dispatch({ type: "stream", change: { phase: "live" } });
    store.dispatch({ type: "recording", change: { phase: "idle" } });
    store.dispatch({ type: "replay", change: { phase: "ready" } });
    store.dispatch({ type: "stream", change: { phase: "failed" } });
    expect(calls).toEqual(["start"]);
    store.dispatch({ type: "replay", change: { phase: "off" } });
    expect(calls).toEqual(["start", "stop 1"]);
  });

  it("is the engine's matter on Windows", () => {
    const store = new ShellStore();
    followSleep(store, "win32", { start: () => expect.fail("asked"), stop: () => true });
    store.dispatch({ type: "recording", change: { phase: "recording" } });
  });
});

describe("the window", () => {
  it("loads a page again that ended, and none that was closed", () => {
    vi.useFakeTimers();
    const log = vi.fn();
    const none = (): void => undefined;
    new ShellWindow({ preload: "", icon: "", log, onWatched: none, onSessionEnd: () => "go" }).show();
    const [page] = pages as [Page];
    page.emit("render-process-gone", {}, { reason: "clean-exit" });
    vi.advanceTimersByTime(5000);
    expect(page.reload).not.toHaveBeenCalled();
    page.emit("render-process-gone", {}, { reason: "oom" });
    vi.advanceTimersByTime(5000);
    expect(page.reload).toHaveBeenCalledTimes(1);
    expect(log).toHaveBeenCalledWith(expect.stringContaining("oom"));
  });
});
