/** `window.electronAPI`, and nothing else, for the page. Runs in the sandbox: only `electron` may be imported. */
import { contextBridge, ipcRenderer } from "electron";
import { EVENT_CHANNEL, createElectronAPI, type ShellEvent } from "@ionia/common";

contextBridge.exposeInMainWorld(
  "electronAPI",
  createElectronAPI(
    (channel, ...args) => ipcRenderer.invoke(channel, ...args),
    (listener) => {
      const heard = (_event: unknown, event: ShellEvent): void => listener(event);
      ipcRenderer.on(EVENT_CHANNEL, heard);
      return () => ipcRenderer.off(EVENT_CHANNEL, heard);
    },
  ),
);
