/**
 * Whether recordings show our own window. Its viewfinder would change a desktop that stands still as often as it shows
 * a picture, and show itself within itself. Windows can leave a window out of whatever captures the screen.
 */
import type { ShellStore } from "./shell_store.ts";

/** Of Windows 10 version 2004: before, such a window is a black box in recordings, which is worse. */
const FIRST_BUILD = 19_041;

/** As node:os says it. */
export interface System {
  readonly platform: string;
  readonly release: string;
}

export function canLeaveOut({ platform, release }: System): boolean {
  const [major = 0, , build = 0] = release.split(".").map(Number);
  return platform === "win32" && (major > 10 || (major === 10 && build >= FIRST_BUILD));
}

/** Where the system can: tell `leaveOut` what the settings say, now and whenever that changes. */
export function followLeftOut(store: ShellStore, system: System, leaveOut: (leftOut: boolean) => void): void {
  if (!canLeaveOut(system)) return;
  let told = store.state.settings.leaveOutWindow;
  leaveOut(told);
  store.subscribe((event) => {
    if (event.type !== "settings" || event.settings.leaveOutWindow === told) return;
    told = event.settings.leaveOutWindow;
    leaveOut(told);
  });
}
