/** The shell's state for components: one client per `window.electronAPI`, found without a provider around them. */
import { useEffect, useSyncExternalStore } from "react";
import type { Levels, ShellState } from "@ionia/common";
import { ShellClient } from "./shell_client.ts";

const clients = new WeakMap<object, ShellClient>();

const NO_API = {
  openFileDialog: () => Promise.resolve({ canceled: true, filePaths: [] }),
  startRecording: () => Promise.resolve({ success: false, error: "This page is not running in the application." }),
  stopRecording: () => Promise.resolve({ success: false }),
  startStream: () => Promise.resolve({ success: false, error: "This page is not running in the application." }),
  stopStream: () => Promise.resolve({ success: false }),
};

export function useShellClient(): ShellClient {
  const api = window.electronAPI ?? NO_API;
  const client = clients.get(api) ?? new ShellClient(api);
  clients.set(api, client);
  return client;
}

/** Renders again only when what `select` picks is another value. */
export function useShell<T>(select: (state: ShellState) => T): T {
  const client = useShellClient();
  return useSyncExternalStore(client.subscribe, () => select(client.getState()));
}

export function useLevels(listener: (levels: Levels) => void): void {
  const client = useShellClient();
  useEffect(() => client.subscribeLevels(listener), [client, listener]);
}
