/** The real handlers behind a WebSocket, in place of Electron's IPC: what the page asks goes to the real engine. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { WebSocketServer } from "ws";
import { isPicture, type Channel, type ViewSize } from "@ionia/common";
import { Studio, createHandlers, fileResponse } from "@ionia/main";
import type { EngineClient } from "@ionia/node";
import { realEngineClient } from "../fakes/real_engine.ts";
import { fakeVault } from "../fakes/vault.ts";
import { serveRenderer } from "./browser.ts";

export interface Bridge {
  readonly url: string;
  readonly studio: Studio;
  readonly client: EngineClient;
  readonly shownInFolder: string[];
  /** What the engine logged. */
  readonly log: string[];
  /** How many live pictures were sent to the page. */
  pictures(): number;
  close(): Promise<void>;
}

export async function startBridge(env: NodeJS.ProcessEnv): Promise<Bridge> {
  const userData = await mkdtemp(path.join(tmpdir(), "ionia-user-"));
  const log: string[] = [];
  let pictures = 0;
  const client = realEngineClient({ env, onLog: (line) => log.push(line) });
  const studio = new Studio({
    client,
    userData,
    vault: fakeVault(),
    mediaUrl: (id) => `/media/${encodeURIComponent(id)}`,
    thumbnailUrl: (id) => `/thumbnail/${encodeURIComponent(id)}`,
    stripUrl: (id) => `/strip/${encodeURIComponent(id)}`,
  });
  const shownInFolder: string[] = [];
  const handlers = createHandlers(studio, {
    openFile: () => Promise.resolve({ canceled: true, filePaths: [] }),
    showInFolder: (file) => shownInFolder.push(file),
  });
  const server = await serveRenderer((pathname, range) => {
    // Something to run a script in.
    if (pathname === "/relay")
      return Promise.resolve(new Response("<!doctype html>", { headers: { "content-type": "text/html" } }));
    const [, kind, picture = ""] = /^\/(thumbnail|strip)\/(.+)/.exec(pathname) ?? [];
    if (kind === "thumbnail")
      return fileResponse(studio.recordings.library.thumbnailPath(picture), "image/jpeg", range);
    if (kind === "strip") return fileResponse(studio.recordings.strips.path(picture), "image/jpeg", range);
    const file = pathname.startsWith("/media/")
      ? studio.recordings.history.pathOf(pathname.slice("/media/".length))
      : undefined;
    return file === undefined ? undefined : fileResponse(file, "video/mp4", range);
  });
  const sockets = new WebSocketServer({ server: server.server, path: "/bridge" });
  sockets.on("connection", (socket) => {
    const stop = studio.store.subscribe((event) => socket.send(JSON.stringify({ event })));
    const look = studio.preview.look((view) => {
      if (!isPicture(view)) return socket.send(JSON.stringify({ view }));
      pictures += 1;
      const size = new Uint32Array([view.width, view.height]);
      return socket.send(Buffer.concat([new Uint8Array(size.buffer), view.jpeg]));
    });
    socket.on("close", () => {
      stop();
      look.end();
    });
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as
        { ready: true } | { fit: ViewSize } | { id: number; channel: Channel; args: unknown[] };
      if ("ready" in message) return look.ready();
      if ("fit" in message) return look.fit(message.fit);
      const { id, channel, args } = message;
      void handlers[channel](...args).then((result) => socket.send(JSON.stringify({ id, result })));
      return undefined;
    });
  });
  await studio.open();
  // As a person would on a machine that is busy with something else.
  for (let tries = 0; studio.state.engine.phase !== "ready" && tries < 6; tries += 1) await studio.startEngine();
  return {
    url: server.url,
    studio,
    client,
    shownInFolder,
    log,
    pictures: () => pictures,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await server.close();
      await studio.close();
      await rm(userData, { recursive: true, force: true });
    },
  };
}
