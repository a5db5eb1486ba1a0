/** In the page: `window.electronAPI` over a WebSocket to the real handlers, in place of the preload script. */
import { createElectronAPI, type NoPicture, type ScreenView, type ShellEvent } from "@ionia/common";
import type {} from "@ionia/renderer";

const socket = new WebSocket(`ws://${location.host}/bridge`);
const opened = new Promise<void>((resolve) => socket.addEventListener("open", () => resolve()));
const waiting = new Map<number, (result: unknown) => void>();
const listeners = new Set<(event: ShellEvent) => void>();
let lastId = 0;
let show: ((view: ScreenView) => Promise<void>) | undefined;
const ready = (): void => socket.send(JSON.stringify({ ready: true }));
socket.binaryType = "arraybuffer";

socket.addEventListener("message", ({ data }) => {
  if (data instanceof ArrayBuffer) {
    const [width = 0, height = 0] = new Uint32Array(data, 0, 2);
    void show?.({ width, height, jpeg: new Uint8Array(data, 8) }).then(ready, ready);
    return;
  }
  const message = JSON.parse(String(data)) as
    { id: number; result: unknown } | { event: ShellEvent } | { view: NoPicture };
  if ("event" in message) for (const listener of listeners) listener(message.event);
  else if ("view" in message) void show?.(message.view);
  else waiting.get(message.id)?.(message.result);
});

window.electronAPI = createElectronAPI(
  async (channel, ...args) => {
    await opened;
    lastId += 1;
    const id = lastId;
    const answer = new Promise<unknown>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, channel, args }));
    return answer;
  },
  (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  (shows) => {
    show = shows;
    void opened.then(ready);
    return {
      fit: (size) => void opened.then(() => socket.send(JSON.stringify({ fit: size }))),
      end: () => {
        show = undefined;
      },
    };
  },
);
