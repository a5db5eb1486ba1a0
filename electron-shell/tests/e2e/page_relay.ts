/**
 * In the page and in a frame of another process: pictures come from there by a port, as they come from Electron's main
 * process. A WebSocket hands a page the network's pieces of about 1 kB, some sixty messages a picture, which the
 * application's window never gets.
 */
import type { ElectronAPI, ScreenView, ViewSize } from "@ionia/common";

const RELAY = "relay";

if (window.top !== window) relay();
else if (window.electronAPI !== undefined) receive(window.electronAPI as ElectronAPI);

/** The frame: what its socket brings goes into the port, what the port brings to the socket. */
function relay(): void {
  const socket = new WebSocket(`ws://${location.host}/bridge`);
  socket.binaryType = "arraybuffer";
  window.addEventListener("message", ({ ports: [port] }) => {
    if (port === undefined) return;
    socket.addEventListener("message", ({ data }) => {
      if (data instanceof ArrayBuffer) {
        const [width = 0, height = 0] = new Uint32Array(data, 0, 2);
        port.postMessage({ width, height, jpeg: new Uint8Array(data.slice(8)) });
        return;
      }
      const message = JSON.parse(String(data)) as object;
      if ("view" in message) port.postMessage(message.view);
    });
    const send = (size: ViewSize | null): void =>
      socket.send(JSON.stringify(size === null ? { ready: true } : { fit: size }));
    const begin = (): void => {
      port.onmessage = ({ data }: MessageEvent<ViewSize | null>) => send(data);
    };
    if (socket.readyState === WebSocket.OPEN) begin();
    else socket.addEventListener("open", begin);
  });
}

/** The page: as the preload script has it. */
function receive(api: ElectronAPI): void {
  const { port1, port2 } = new MessageChannel();
  window.addEventListener("DOMContentLoaded", () => {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    // Another site than 127.0.0.1: another process.
    frame.src = `http://localhost:${location.port}/${RELAY}`;
    frame.addEventListener("load", () => frame.contentWindow?.postMessage(null, "*", [port2]));
    document.body.append(frame);
  });
  api.onPicture = (show) => {
    const ready = (): void => port1.postMessage(null);
    port1.onmessage = ({ data }: MessageEvent<ScreenView>) => void show(data).then("jpeg" in data ? ready : undefined);
    ready();
    return { fit: (size) => port1.postMessage(size), end: () => (port1.onmessage = null) };
  };
}
