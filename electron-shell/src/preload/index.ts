/** `window.electronAPI`, and nothing else, for the page. Runs in the sandbox: only `electron` may be imported. */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from "electron";
import {
  EVENT_CHANNEL,
  PREVIEW_CHANNEL,
  createElectronAPI,
  isPicture,
  type ScreenView,
  type ShellEvent,
  type ViewSize,
} from "@ionia/common";

contextBridge.exposeInMainWorld(
  "electronAPI",
  createElectronAPI(
    (channel, ...args) => ipcRenderer.invoke(channel, ...args),
    (listener) => {
      const heard = (_event: unknown, event: ShellEvent): void => listener(event);
      ipcRenderer.on(EVENT_CHANNEL, heard);
      return () => ipcRenderer.off(EVENT_CHANNEL, heard);
    },
    (show) => {
      let port: MessagePort | undefined;
      let size: ViewSize | undefined;
      const connected = ({ ports: [given] }: IpcRendererEvent): void => {
        port?.close();
        port = given;
        if (given === undefined) return;
        const ready = (): void => given.postMessage(null);
        given.onmessage = ({ data }: MessageEvent<ScreenView>) => {
          const shown = show(data);
          if (isPicture(data)) void shown.then(ready, ready);
        };
        if (size !== undefined) given.postMessage(size);
        ready();
      };
      ipcRenderer.on(PREVIEW_CHANNEL, connected);
      ipcRenderer.send(PREVIEW_CHANNEL);
      return {
        fit: (wanted) => {
          size = wanted;
          port?.postMessage(size);
        },
        end: () => {
          ipcRenderer.off(PREVIEW_CHANNEL, connected);
          port?.close();
        },
      };
    },
  ),
);
