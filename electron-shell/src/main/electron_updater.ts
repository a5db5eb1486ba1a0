/** electron-updater as a source of versions: only in a package that says where they are. */
import { existsSync } from "node:fs";
import path from "node:path";
import updater from "electron-updater";
import type { UpdateSource } from "./updates.ts";

/** Null where the package names no address: `npm run dist` without IONIA_UPDATE_URL. */
export function electronUpdater(resourcesPath: string, log: (line: string) => void): UpdateSource | null {
  if (!existsSync(path.join(resourcesPath, "app-update.yml"))) return null;
  const { autoUpdater, CancellationToken } = updater;
  autoUpdater.autoDownload = false;
  // The application quits when all is finished, never sooner: `quit` comes after the last file is closed.
  autoUpdater.autoInstallOnAppQuit = true;
  autoUpdater.logger = { info: () => undefined, warn: log, error: log };
  autoUpdater.on("error", () => undefined); // The call that failed rejects; unheard, this would end the application.
  return {
    check: async () => {
      const found = await autoUpdater.checkForUpdates();
      return found?.isUpdateAvailable === true ? found.updateInfo.version : null;
    },
    download: async (signal) => {
      const token = new CancellationToken();
      signal.addEventListener("abort", () => token.cancel(), { once: true });
      await autoUpdater.downloadUpdate(token);
    },
    install: () => autoUpdater.quitAndInstall(true, true),
  };
}
