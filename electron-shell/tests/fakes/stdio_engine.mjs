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
  engine.receive(message);
});
lines.on("close", () => process.exit(0));
