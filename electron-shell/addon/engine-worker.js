"use strict";
/**
 * Runs in a Worker: owns the engine process, turns requests from the port into JSON-RPC lines and answers back.
 * Every request is answered: by the engine, by its exit, or by the time limit. When the process that this belongs to
 * ends, however that happens, the engine sees the end of its input, finishes its files and ends too.
 */
const { spawn } = require("node:child_process");
const { workerData } = require("node:worker_threads");

const { executable, port, signal } = workerData;
const KEPT_STDERR_LINES = 20;

const pending = new Map();
const stderrTail = [];
let exit = null;
let partial = [];

const child = spawn(executable, [], { stdio: ["pipe", "pipe", "pipe"], windowsHide: true, shell: false });

/** A long line's beginning says when and where, its end what: both are kept. */
function clip(line, most) {
  return line.length <= most ? line : `${line.slice(0, 100)} … ${line.slice(103 - most)}`;
}

function answer(message) {
  port.postMessage(message);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}

function settle(id, message) {
  const entry = pending.get(id);
  if (entry === undefined) return;
  pending.delete(id);
  clearTimeout(entry.timer);
  answer({ id, ...message });
}

function ended(how) {
  if (exit !== null) return;
  const tail = stderrTail.slice(-3).join(" | ");
  exit = `the engine ${how}${tail === "" ? "" : ` (${tail})`}`;
  Atomics.store(signal, 1, 1);
  answer({ exit });
  for (const id of [...pending.keys()]) settle(id, { error: { message: exit, kind: "engine_exited" } });
}

function received(line) {
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return; // A line that isn't JSON can't be the answer to anything.
  }
  if (message.id === undefined || message.id === null) return; // The addon has no events.
  const { error } = message;
  if (error) {
    const { kind = "protocol", hint = "" } = error.data ?? {};
    settle(message.id, { error: { message: error.message, code: error.code, kind, hint } });
  } else {
    settle(message.id, { result: message.result });
  }
}

child.stdout.on("data", (chunk) => {
  let from = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
    partial.push(chunk.subarray(from, at));
    from = at + 1;
    const line = Buffer.concat(partial).toString("utf8");
    partial = [];
    received(line);
  }
  if (from < chunk.length) partial.push(chunk.subarray(from));
});
let stderrRest = "";
child.stderr.setEncoding("utf8");
child.stderr.on("data", (text) => {
  const lines = (stderrRest + text).split("\n");
  stderrRest = lines.pop().slice(-2000);
  for (const line of lines) if (line.trim() !== "") stderrTail.push(clip(line.trim(), 500));
  stderrTail.splice(0, Math.max(0, stderrTail.length - KEPT_STDERR_LINES));
});
child.stdin.on("error", () => {}); // The exit is told by 'close'; this is only its echo.
child.on("error", (error) => {
  if (child.pid === undefined) ended(`could not be started: ${error.message}`);
});
child.on("close", (code, killedBy) =>
  ended(killedBy === null ? `ended with code ${code}` : `was ended by ${killedBy}`),
);

port.on("message", ({ id, method, params, limitMs }) => {
  if (exit !== null) {
    answer({ id, error: { message: exit, kind: "engine_exited" } });
    return;
  }
  if (id !== 0) {
    const timer = setTimeout(() => {
      settle(id, { error: { message: `${method} was not answered within ${limitMs / 1000} s`, kind: "timeout" } });
    }, limitMs);
    pending.set(id, { timer });
  }
  child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
});
