import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { EngineError } from "@ionia/common";
import { EngineClient, RpcPeer, launchEngineProcess, type CloseReason, type Launch } from "@ionia/node";

const STDIO_ENGINE = fileURLToPath(new URL("../fakes/stdio_engine.mjs", import.meta.url));
const launch: Launch = (events) => launchEngineProcess({ executable: STDIO_ENGINE }, events);

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("calls over pipes and closes without leaving a process", async () => {
  const client = new EngineClient({ launch });
  expect((await client.start()).name).toBe("ionia-engine");
  const pid = client.pid as number;
  expect(alive(pid)).toBe(true);
  await client.close();
  expect(alive(pid)).toBe(false);
});

it("tells how the engine ended and what it said", async () => {
  const closed: CloseReason[] = [];
  const peer = new RpcPeer(launch, { onNotification: () => undefined, onClose: (reason) => closed.push(reason) });
  await peer.call("engine.info", {});
  await expect(peer.call("test.crash", {})).rejects.toThrow(/code 3 during test.crash.*something broke badly/);
  expect(closed).toMatchObject([{ code: 3, stderrTail: ["fake engine ready", "something broke badly"] }]);
  await expect(peer.call("engine.info", {})).rejects.toBeInstanceOf(EngineError);
});

it("keeps the beginning and the end of long last words", async () => {
  const peer = new RpcPeer(launch, { onNotification: () => undefined, onClose: () => undefined });
  const words = `ERROR ${"traceback ".repeat(300)}ImportError: no such module`;
  await expect(peer.call("test.crash", { words })).rejects.toThrow(
    /: .*ERROR traceback.* … .*ImportError: no such module$/,
  );
});

it("rejects when the executable can't be started", async () => {
  const client = new EngineClient({
    launch: (events) => launchEngineProcess({ executable: "/nowhere/engine" }, events),
  });
  await expect(client.start()).rejects.toThrow(/could not be started/);
  await client.close();
});

it("leaves nothing behind when its parent is killed", async () => {
  const parent = spawn(process.execPath, [
    "-e",
    `const child = require("node:child_process").spawn(${JSON.stringify(STDIO_ENGINE)}, [], { stdio: ["pipe", "pipe", "pipe"] });
     child.stderr.once("data", () => console.log(child.pid));`,
  ]);
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once("data", (text: Buffer) => resolve(Number(text))),
  );
  expect(alive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 10_000 });
});
