/** A window's requests over an engine in memory: what is open now, for a test file that calls `eachOpensAStudio`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { createElectronAPI, type ElectronAPI, type ShellEvent } from "@ionia/common";
import { Studio, createHandlers, type Vault } from "@ionia/main";
import { EngineClient } from "@ionia/node";
import { MemoryEngines } from "./memory_engine.ts";
import { fakeVault } from "./vault.ts";

export let folder: string;
export let engines: MemoryEngines;
export let studio: Studio;
export let api: ElectronAPI;
export let events: ShellEvent[];
export let shown: string[];

/** Open the studio, as at a start of the application. */
export async function open(vault: Vault = fakeVault()): Promise<void> {
  engines = new MemoryEngines();
  events = [];
  shown = [];
  studio = new Studio({
    client: new EngineClient({ launch: engines.launch }),
    userData: folder,
    vault,
    mediaUrl: (id) => `media:${id}`,
    now: () => new Date("2026-03-04T05:06:07.089Z"),
  });
  const handlers = createHandlers(studio, {
    openFile: () => Promise.resolve({ canceled: false, filePaths: ["/a.mp4"] }),
    showInFolder: (file) => shown.push(file),
  });
  // As over IPC: what goes through is data.
  api = createElectronAPI(
    async (channel, ...args) => structuredClone(await handlers[channel](...(structuredClone(args) as unknown[]))),
    (listener) => studio.store.subscribe((event) => listener(structuredClone(event))),
  );
  studio.store.subscribe((event) => events.push(event));
  await studio.open();
  await vi.waitFor(() => expect(studio.state.readiness.phase).toBe("ready"));
}

/** A new folder and an open studio for each test of the file. */
export function eachOpensAStudio(): void {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ionia-shell-"));
    await open();
  });

  afterEach(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });
}
