/** The viewfinder's live picture: whose screen, for how long, and what becomes of it when engine or window go. */
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isPicture, type ScreenPicture } from "@ionia/common";
import { Preview } from "@ionia/node";
import { engines, eachOpensAStudio, folder, studio } from "../fakes/open_studio.ts";

const SIZE = { maxWidth: 960, maxHeight: 540 };

function record(sequence: number, kind = 1): Buffer {
  const head = Buffer.alloc(40);
  head.write("IPV1", "latin1");
  head.writeUInt16LE(kind, 4);
  head.writeUInt16LE(1, 6);
  head.writeBigUInt64LE(BigInt(sequence), 8);
  head.writeUInt32LE(64, 24);
  head.writeUInt32LE(36, 28);
  if (kind !== 1) return head;
  head.writeUInt32LE(2, 32);
  return Buffer.concat([head, Buffer.from([0xff, 0xd8])]);
}

/** Answers each wish with a picture, as the engine does while something moves. */
class Pictures {
  readonly said: string[] = [];
  still = false;
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
        for (let count = 0; count < wishes && !this.still; count += 1) socket.write(record((this.#sent += 1)));
      });
    }).listen(endpoint);
  }

  signOfLife(): void {
    for (const socket of this.#sockets) if (!socket.destroyed) socket.write(record(this.#sent, 2));
  }

  /** Each preview ends, and the engine stays. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.drop();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

describe("the live picture", () => {
  eachOpensAStudio();
  let pictures: Pictures;
  let shown: ScreenPicture[];
  /** Why there was none, in the order in which the window heard that; "picture" for one. */
  let heard: string[];

  beforeEach(() => {
    const endpoint = path.join(folder, "preview");
    pictures = new Pictures(endpoint);
    engines.prepare = (engine) => (engine.previewEndpoint = endpoint);
    engines.latest.previewEndpoint = endpoint;
    shown = [];
    heard = [];
  });

  afterEach(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    await pictures.close();
  });

  const asked = (method: string): Record<string, unknown>[] =>
    engines.latest.calls.filter((call) => call.method === method).map(({ params }) => params);
  /** Nothing is waited for from now on but what the test lets pass; sockets go on as they do. */
  const virtualTime = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };
  const look = () =>
    studio.preview.look((view) => {
      heard.push(isPicture(view) ? "picture" : view.why);
      if (isPicture(view)) shown.push(view);
    });

  it("comes when it is asked for, of the settings' screen, and ends with the look", async () => {
    expect(asked("preview.open")).toEqual([]);
    const window = look();
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(1));
    expect(shown[0]).toEqual({ width: 64, height: 36, jpeg: new Uint8Array([0xff, 0xd8]) });
    expect(asked("preview.open")).toEqual([{ screen: null, region: null, cursor: true, ...SIZE }]);
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(2));
    await studio.updateSettings({ screen: "test" });
    await vi.waitFor(() =>
      expect(asked("preview.open")[1]).toEqual({ screen: "test", region: null, cursor: true, ...SIZE }),
    );
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(3));
    await studio.updateSettings({ theme: "dark" });
    const region = { x: 10, y: 20, width: 320, height: 200 };
    await studio.updateSettings({ cursor: false, region });
    await vi.waitFor(() => expect(asked("preview.open")[2]).toMatchObject({ screen: "test", cursor: false, region }));
    window.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(4));
    window.end();
    await vi.waitFor(() => expect(asked("preview.close")).toHaveLength(3));
    window.ready();
    window.end();
    expect(pictures.said.join("")).toMatch(/^secret\n\+\+secret\n\+secret\n\+$/);
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

  it("of another screen that can't be opened is none, and the window says why until there is one again", async () => {
    const window = look();
    window.ready();
    await vi.waitFor(() => expect(heard).toEqual(["picture"]));
    window.ready();
    await vi.waitFor(() => expect(heard).toEqual(["picture", "picture"]));
    engines.latest.failNext.set("preview.open", {
      code: 1101,
      message: "There is no screen b.",
      data: { kind: "capture_unavailable", hint: "Choose another.", id: "default" },
    });
    void studio.updateSettings({ screen: "b" });
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(heard.slice(2)).toEqual(["", "No live picture: There is no screen b. Choose another."]);
    window.ready();
    await studio.updateSettings({ screen: "c" });
    await vi.waitFor(() => expect(heard.slice(4)).toEqual(["", "picture"]));
  });

  it("is none when it ended and the engine did not, and comes again", async () => {
    const window = look();
    window.ready();
    await vi.waitFor(() => expect(heard).toEqual(["picture"]));
    window.ready();
    await vi.waitFor(() => expect(heard).toEqual(["picture", "picture"]));
    pictures.still = true;
    window.ready();
    virtualTime();
    pictures.drop();
    await until(() => heard.length > 2);
    pictures.still = false;
    vi.advanceTimersByTime(2000);
    await until(() => heard.length > 3);
    expect(heard.slice(2)).toEqual(["The live picture ended.", "picture"]);
  });

  it("is none when neither a picture nor a sign of life came for 7 s, and is asked for anew", async () => {
    const opened = vi.spyOn(Preview, "open");
    const window = look();
    window.ready();
    await vi.waitFor(() => expect(heard).toEqual(["picture"]));
    virtualTime();
    const before = (await opened.mock.results[0]?.value) as Preview;
    pictures.still = true;
    window.ready();
    for (let seconds = 0; seconds < 15; seconds += 5) {
      vi.advanceTimersByTime(5000);
      const alive = new Promise((resolve) => before.once("alive", resolve));
      pictures.signOfLife();
      await alive;
    }
    vi.advanceTimersByTime(6999);
    expect(heard).toEqual(["picture"]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["picture", "No live picture has come for 7 seconds."]);
    pictures.still = false;
    vi.advanceTimersByTime(2000);
    await until(() => heard.length > 2);
    expect(heard[2]).toBe("picture");
    expect(opened).toHaveBeenCalledTimes(2);
    // Who asks for none isn't owed any.
    vi.advanceTimersByTime(60_000);
    expect(heard).toHaveLength(3);
    window.ready();
    await until(() => heard.length > 3);
    pictures.still = true;
    window.ready();
    studio.setWatched(false);
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual(["picture", "No live picture has come for 7 seconds.", "picture", "picture"]);
  });

  it("is as large as the window shows it, never larger than what it costs is worth, and is asked for once", async () => {
    const window = look();
    const sizes: unknown[] = [{ width: 760.4, height: 427.6 }, { width: 760, height: 428 }, null, "large", {}];
    for (const size of sizes) window.fit(size);
    window.fit({ width: 3000, height: 2 });
    window.fit({ width: NaN, height: 300 });
    window.ready();
    await vi.waitFor(() => expect(shown.length).toBeGreaterThan(0));
    const [opened] = asked("preview.open");
    const all = () => [opened, ...asked("preview.update")];
    expect(all().at(-1)).toMatchObject({ maxWidth: 960, maxHeight: 64 });
    const before = all().length;
    // Nobody draws a picture of a screen that stands still again, and the window's edge is pulled at.
    for (let width = 400; width <= 500; width += 1) window.fit({ width, height: 300 });
    await vi.waitFor(() => expect(all().at(-1)).toMatchObject({ maxWidth: 500, maxHeight: 300 }));
    expect(all().length - before).toBeLessThanOrEqual(2);
  });

  it("a window that is loaded anew takes it over, and hears what the other one heard", async () => {
    const before = look();
    before.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(1));
    const after = look();
    before.end();
    after.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(2));
    // One of its own: it has nothing to go on showing while the screen stands still.
    expect(asked("preview.open")).toHaveLength(2);
    await vi.waitFor(() => expect(asked("preview.close")).toHaveLength(1));
    after.ready();
    await vi.waitFor(() => expect(shown).toHaveLength(3));
    after.ready();
    pictures.drop();
    await vi.waitFor(() => expect(heard.at(-1)).toBe("The live picture ended."));
    heard = [];
    look();
    expect(heard).toEqual(["The live picture ended."]);
  });
});
