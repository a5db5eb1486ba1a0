/** Where and when our own window is left out of what is recorded. */
import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "@ionia/common";
import { ShellStore, canLeaveOut, followLeftOut } from "@ionia/main";

const WINDOWS_11 = { platform: "win32", release: "10.0.22631" };

describe("our own window in recordings", () => {
  it.each([
    ["win32", "10.0.19041", true],
    ["win32", "10.0.26100", true],
    ["win32", "11.0.1", true],
    ["win32", "10.0.18363", false],
    ["win32", "6.3.9600", false],
    ["win32", "unknown", false],
    ["linux", "10.0.19041", false],
    ["darwin", "24.0.0", false],
  ])("on %s %s can be left out: %s", (platform, release, can) => {
    expect(canLeaveOut({ platform, release })).toBe(can);
  });

  it("is left out unless the settings say otherwise, and follows them", () => {
    const store = new ShellStore();
    const told: boolean[] = [];
    followLeftOut(store, WINDOWS_11, (leftOut) => told.push(leftOut));
    const settings = (change: object) =>
      store.dispatch({ type: "settings", settings: { ...DEFAULT_SETTINGS, ...change } });
    settings({});
    settings({ leaveOutWindow: false });
    settings({ leaveOutWindow: false, theme: "dark" });
    settings({});
    expect(told).toEqual([true, false, true]);
  });

  it("is nobody's matter where the system can't", () => {
    const store = new ShellStore();
    const told: boolean[] = [];
    followLeftOut(store, { platform: "linux", release: "6.12.0" }, (leftOut) => told.push(leftOut));
    store.dispatch({ type: "settings", settings: { ...DEFAULT_SETTINGS, leaveOutWindow: false } });
    expect(told).toEqual([]);
  });
});
