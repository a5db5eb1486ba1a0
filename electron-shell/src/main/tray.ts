/** The tray icon: shows the state, starts and stops. */
import path from "node:path";
import { Menu, Tray, nativeImage } from "electron";
import { isStreamActive } from "@ionia/common";
import { trayModel } from "./status_text.ts";
import type { Studio } from "./studio.ts";

export interface TrayOptions {
  readonly studio: Studio;
  readonly assets: string;
  readonly show: () => void;
  readonly toggleRecording: () => void;
  readonly quit: () => void;
  /** The version that waits to be installed, or null. */
  readonly newVersion: () => string | null;
  readonly update: () => void;
}

/** Lives as long as the application. */
export function createTray({ studio, assets, show, toggleRecording, quit, ...more }: TrayOptions): void {
  const iconOf = (name: string) => nativeImage.createFromPath(path.join(assets, `tray-${name}.png`));
  const tray = new Tray(iconOf("idle"));
  tray.on("click", show);
  let shown = "";
  let menuShown = "";
  const update = (): void => {
    const model = trayModel(studio.state);
    const { tooltip, icon, ...entries } = model;
    const newVersion = more.newVersion();
    const menu = { ...entries, newVersion };
    if (`${tooltip} ${icon}` !== shown) {
      shown = `${tooltip} ${icon}`;
      tray.setToolTip(tooltip);
      tray.setImage(iconOf(icon));
    }
    // A new menu closes one that is open: only when an entry changes.
    if (JSON.stringify(menu) === menuShown) return;
    menuShown = JSON.stringify(menu);
    const toggleStream = (): void => {
      void (isStreamActive(studio.state.stream.phase) ? studio.stopStream() : studio.startSavedStream());
    };
    // It may have ended meanwhile: then there is nothing to pause.
    const togglePause = (): void => void studio.togglePause().catch(() => undefined);
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: model.recordingLabel, enabled: model.recordingEnabled, click: toggleRecording },
        { label: model.pauseLabel, enabled: model.pauseEnabled, click: togglePause },
        { label: model.streamLabel, enabled: model.streamEnabled, click: toggleStream },
        { type: "separator" },
        { label: "Show window", click: show },
        ...(newVersion === null ? [] : [{ label: `Restart as version ${newVersion}`, click: more.update }]),
        { label: "Quit", click: quit },
      ]),
    );
  };
  studio.store.subscribe((event) => {
    if (event.type !== "levels") update();
  });
  update();
}
