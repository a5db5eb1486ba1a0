/** Live pictures from the engine, over its private connection: each is asked for, so none is ever old. */
import { connect, type Socket } from "node:net";
import { EngineError, type ParamsOf, type ResultOf } from "@ionia/common";
import type { EngineClient } from "./engine_client.ts";
import { PreviewReader, type EncodedPicture, type PreviewPicture } from "./preview_reader.ts";
import { TypedEmitter } from "./typed_emitter.ts";

export interface PreviewEvents {
  picture: PreviewPicture;
  /** Of format "h264": the next one in the order of decoding. */
  encoded: EncodedPicture;
  /** While a picture is asked for and the screen stands still, every 5 s: the one before is still right. */
  alive: null;
  /** No more will come: it was closed, its session is over, or the engine is gone. */
  ended: null;
}

export class Preview extends TypedEmitter<PreviewEvents> {
  readonly opened: ResultOf<"preview.open">;
  readonly #client: EngineClient;
  readonly #socket: Socket;
  readonly #reader = new PreviewReader();
  #ended = false;

  private constructor(client: EngineClient, opened: ResultOf<"preview.open">, socket: Socket) {
    super();
    this.#client = client;
    this.opened = opened;
    this.#socket = socket;
    socket.on("data", (data: Buffer) => this.#take(data));
    socket.on("error", () => undefined); // The end follows.
    socket.on("close", () => this.#end());
    socket.unref();
  }

  /** Rejects with EngineError. */
  static async open(client: EngineClient, params: ParamsOf<"preview.open"> = {}): Promise<Preview> {
    const opened = await client.call("preview.open", params);
    const socket = await connected(opened.endpoint).catch(async (error: unknown) => {
      await client.call("preview.close", { previewId: opened.previewId }).catch(() => undefined);
      throw new EngineError("preview", "The live picture can't be read.", { cause: error });
    });
    socket.write(`${opened.token}\n`);
    return new Preview(client, opened, socket);
  }

  /** Ask for the newest picture, as soon as there is another one than before; of format "h264" for the next one. */
  ready(): void {
    if (!this.#ended) this.#socket.write("+");
  }

  /** False when it has ended. Rejects with EngineError. */
  update(change: Omit<ParamsOf<"preview.update">, "previewId">): Promise<boolean> {
    return this.#client.call("preview.update", { ...change, previewId: this.opened.previewId });
  }

  /** Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#client.call("preview.close", { previewId: this.opened.previewId }).catch(() => undefined);
  }

  #take(data: Buffer): void {
    try {
      for (const record of this.#reader.feed(data)) {
        if (record.type === "picture") this.emit("picture", record);
        else if (record.type === "encoded") this.emit("encoded", record);
        else this.emit("alive", null);
      }
    } catch {
      this.#socket.destroy(); // Whatever speaks there, it is no preview.
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.emit("ended", null);
  }
}

function connected(endpoint: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(endpoint);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}
