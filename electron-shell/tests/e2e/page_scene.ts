/** In the page: `window.electronAPI` that shows one given state and obeys nothing, for pictures of every state. */
import { CHANNELS, createElectronAPI, type ShellEvent, type ShellState } from "@ionia/common";
import type {} from "@ionia/renderer";

declare global {
  interface Window {
    /** `picture`: what the screen shows, as a `data:` address; empty: nothing. */
    scene: { state: ShellState; events: ShellEvent[]; picture: string };
    emit: (event: ShellEvent) => void;
  }
}

const listeners = new Set<(event: ShellEvent) => void>();

window.emit = (event) => listeners.forEach((listener) => listener(event));

window.electronAPI = createElectronAPI(
  (channel) => {
    if (channel === CHANNELS.thumbnail) return Promise.resolve({ success: true, picture: window.scene.picture });
    if (channel !== CHANNELS.getState) return Promise.resolve({ success: true });
    setTimeout(() => {
      window.scene.events.forEach(window.emit);
      document.documentElement.dataset["scene"] = "shown";
    }, 50);
    return Promise.resolve(window.scene.state);
  },
  (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  (show) => {
    const [, base64 = ""] = window.scene.picture.split(",");
    if (base64 !== "" && window.scene.state.engine.phase === "ready")
      void show({ width: 1280, height: 720, jpeg: Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)) });
    return { fit: () => undefined, end: () => undefined };
  },
);
