/** The viewfinder's live picture: whose screen, for how long, and what becomes of it when engine or window go. */
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ScreenPicture } from "@ionia/common";
import { engines, eachOpensAStudio, folder, studio } from "../fakes/open_studio.ts";

function record(sequence: number): Buffer {
  const head = Buffer.alloc(40);
  head.write("IPV1", "latin1");
  head.writeUInt16LE(1, 4);
  head.writeUInt16LE(1, 6);
  head.writeBigUInt64LE(BigInt(sequence), 8);
  head.writeUInt32LE(64, 24);
  head.writeUInt32LE(36, 28);
  head.writeUInt32LE(2, 32);
  return Buffer.concat([head, Buffer.from([0xff, 0xd8])]);
}

/** Answers each wish with a picture, as the engine does. */
class Pictures {
  readonly said: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #sent = 0;

  constructor(endpoint: string) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        this.said.push(data.toString());
        const wishes = data.toString().split("+").length - 1;
        for (let count = 0; count < wishes; count += 1) socket.write(record((this.#sent += 1)));
      });
    }).listen(endpoint);
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

describe("the live picture", () => {
  eachOpensAStudio();
  let pictures: Pictures;
  let shown: ScreenPicture[];

  beforeEach(() => {
    const endpoint = path.join(folder, "preview");
    pictures = new Pictures(endpoint);
    engines.prepare = (engine) => (engine.previewEndpoint = endpoint);
    engines.latest.previewEndpoint = endpoint;
    shown = [];
  });

  afterEach(() => pictures.close());

  const asked = (method: string): Record<string, unknown>[] =>
    engines.latest.calls.filter((call) => call.method === method).map(({ params }) => params);
  const look = () => studio.preview.look((picture) => shown.push(picture));

  it("comes when it is asked for, of the settings' screen, and ends with the look", async () => {
    expect(asked("preview.open")).toEqual([]);
    const window = look();
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(1));
    expect(shown[0]).toEqual({ width: 64, height: 36, jpeg: new Uint8Array([0xff, 0xd8]) });
    expect(asked("preview.open")).toEqual([{ screen: null }]);
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(2));
    await studio.updateSettings({ screen: "test" });
    await vi.waitFor(() => expect(asked("preview.open")).toEqual([{ screen: null }, { screen: "test" }]));
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(3));
    window.end();
    await vi.waitFor(() => expect(asked("preview.close")).toHaveLength(2));
    window.ready();
    window.end();
    expect(pictures.said.join("")).toMatch(/^secret\n\+\+secret\n\+$/);
  });

  it("rests while nobody sees the window", async () => {
    const window = look();
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(1));
    studio.setWatched(false);
    studio.setWatched(false);
    await vi.waitFor(() => expect(asked("preview.update")).toEqual([{ previewId: "preview-1", paused: true }]));
    studio.setWatched(true);
    await vi.waitFor(() => expect(asked("preview.update")[1]).toEqual({ previewId: "preview-1", paused: false }));
    expect(asked("preview.open")).toHaveLength(1);
  });

  it("comes from the next engine when this one ends", async () => {
    const window = look();
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(1));
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(2));
    engines.crash();
    await vi.waitFor(() => expect(engines.all).toHaveLength(2), { timeout: 20_000 });
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(3), { timeout: 20_000 });
  });

  it("a window that is loaded anew takes it over", async () => {
    const before = look();
    before.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(1));
    const after = look();
    before.end();
    after.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(2));
    expect(asked("preview.open")).toHaveLength(1);
  });
});
