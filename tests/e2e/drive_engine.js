// Drives an engine as the desktop shell does: spawn, JSON-RPC lines over pipes, notifications in between.
//
//     node drive_engine.js '{"command": [...], "method": "recorder", "params": {...}, "seconds": 3}'
//
// Prints one JSON object: the answers' summary. Exit code 0 when the engine ended by itself with 0.
'use strict';

const { spawn } = require('node:child_process');

const plan = JSON.parse(process.argv[2]);
const started = process.hrtime.bigint();
const engine = spawn(plan.command[0], plan.command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'], windowsHide: true });
const waiting = new Map();
const notifications = [];
const said = []; // every message, with the method that an answer answers
const watchers = [];
let pending = Buffer.alloc(0);
let lastId = 0;

engine.stdout.on('data', (data) => {
  pending = Buffer.concat([pending, data]);
  for (let end; (end = pending.indexOf(10)) >= 0; pending = pending.subarray(end + 1)) {
    const line = pending.subarray(0, end).toString('utf8');
    if (line.includes('\r')) throw new Error('a carriage return on stdout');
    const message = JSON.parse(line);
    said.push({ method: waiting.get(message.id)?.method ?? null, message });
    if ('id' in message) {
      waiting.get(message.id).settle(message);
      waiting.delete(message.id);
    } else {
      notifications.push(message);
      for (const watch of watchers) watch(message);
    }
  }
});

const exited = new Promise((resolve) => engine.on('close', (code, signal) => resolve({ code, signal })));

function call(method, params) {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    const settle = (message) =>
      message.error ? reject(new Error(JSON.stringify(message.error))) : resolve(message.result);
    waiting.set(id, { method, settle });
    engine.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  });
}

function reach(seconds) {
  return new Promise((resolve) => {
    watchers.push((message) => {
      const far = message.params.durationSeconds ?? message.params.videoFrames / plan.params.fps;
      if (message.method === 'session.stats' && far >= seconds) resolve();
    });
  });
}

async function main() {
  const info = await call('engine.info');
  const firstAnswerMs = Number((process.hrtime.bigint() - started) / 1000000n);
  await call('engine.subscribe', { statsIntervalMs: 50 });
  await call(`${plan.method}.initialize`, plan.params);
  await call(`${plan.method}.start`);
  await reach(plan.seconds);
  const running = await call(`${plan.method}.isRunning`);
  const codec = await call(`${plan.method}.getCodecName`);
  await call(`${plan.method}.stop`);
  const stats = await call(`${plan.method}.getStats`);
  await call('engine.shutdown');
  const { code, signal } = await exited;
  const states = notifications.filter((n) => n.method === 'session.state').map((n) => n.params.state);
  const warnings = notifications.filter((n) => n.method === 'session.warning').map((n) => n.params.code);
  const connection = notifications.filter((n) => n.method === 'streamer.connection').map((n) => n.params.state);
  console.log(JSON.stringify({ info, firstAnswerMs, running, codec, stats, states, warnings, connection, code, signal, said }));
  process.exitCode = code === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(error);
  engine.kill('SIGKILL');
  process.exitCode = 1;
});
