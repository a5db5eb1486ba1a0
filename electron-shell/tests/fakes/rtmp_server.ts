/** node-media-server as a process that can be killed and started again on its port. */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { end, freePort, start, until } from "./desktop.ts";

const PROGRAM = path.join(
  path.dirname(createRequire(import.meta.url).resolve("node-media-server/package.json")),
  "bin",
  "app.js",
);

export class RtmpServer {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async open(): Promise<RtmpServer> {
    const server = new RtmpServer(await freePort(), await mkdtemp(path.join(tmpdir(), "ionia-rtmp-")));
    await server.start();
    return server;
  }

  get url(): string {
    return `rtmp://127.0.0.1:${this.port}/live`;
  }

  async start(): Promise<void> {
    const config = path.join(this.#folder, "config.json");
    await writeFile(
      config,
      JSON.stringify({
        bind: "127.0.0.1",
        rtmp: { port: this.port },
        store: { path: path.join(this.#folder, "data") },
        auth: { play: false, publish: false },
      }),
    );
    this.#process = start([process.execPath, PROGRAM, "-c", config, "--no-admin"], { cwd: this.#folder });
    await until(() => this.#answers(), "the RTMP server");
  }

  async kill(): Promise<void> {
    if (this.#process !== undefined) await end(this.#process, "SIGKILL");
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1")
        .once("connect", () => resolve(true))
        .once("error", () => resolve(false));
      socket.once("close", () => socket.destroy());
      socket.once("connect", () => socket.destroy());
    });
  }
}
