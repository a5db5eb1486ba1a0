#!/usr/bin/env node
/**
 * The real engine (`IONIA_CHECKED_ENGINE`), each word of it held to the published schema on its way: for callers that
 * start an engine by themselves. What the schema doesn't have ends it, with the words on stderr.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { checkMessage } from "./wire_check.mjs";

const engine = spawn(process.env.IONIA_CHECKED_ENGINE, process.argv.slice(2), { stdio: ["pipe", "pipe", "inherit"] });
const asked = new Map();
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, method } = JSON.parse(line);
    asked.set(id, method);
    engine.stdin.write(`${line}\n`);
  })
  .on("close", () => engine.stdin.end());
createInterface({ input: engine.stdout }).on("line", (line) => {
  const message = JSON.parse(line);
  checkMessage(message, asked.get(message.id));
  process.stdout.write(`${line}\n`);
});
engine.on("exit", (code) => (process.exitCode = code ?? 1));
