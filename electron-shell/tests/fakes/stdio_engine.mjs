#!/usr/bin/env node
/** The fake engine as a process, for what concerns pipes and exits. Ends on EOF as the real one does. */
import { createInterface } from "node:readline";
import { FakeEngine } from "./fake_engine.mjs";

const engine = new FakeEngine((message) => process.stdout.write(`${JSON.stringify(message)}\n`));
engine.onShutdown = () => setImmediate(() => process.exit(0));
console.error("fake engine ready");
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const message = JSON.parse(line);
  if (message.method === "test.crash") {
    console.error(message.params.words ?? "something broke badly");
    process.exit(3);
  }
  if (message.method === "engine.setDebugLogging" && message.params.enabled) console.error("debug: logging everything");
  // As the engine answers a request that it can't read: it has no id to answer to.
  if (message.params?.outputPath?.endsWith("unreadable.mp4")) {
    const error = {
      code: -32700,
      message: "The message is not JSON.",
      data: { kind: "parse_error", hint: "", id: null },
    };
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: null, error })}\n`);
    return;
  }
  engine.receive(message);
  // As a recording that reaches a limit of its own, only at once.
  const session = engine.sessions.get(`recorder ${message.params?.id}`);
  if (message.method === "recorder.start" && session?.params.outputPath.endsWith("ends-by-itself.mp4"))
    engine.endByItself(session, "It is 1 s long (maxDurationSeconds).");
});
lines.on("close", () => process.exit(0));
