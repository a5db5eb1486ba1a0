// Built from src/node/sync_worker.ts by `npm run build:addon`. Change that, not this file.
let node_fs = require("node:fs");
let node_worker_threads = require("node:worker_threads");
let node_child_process = require("node:child_process");
// src/common/engine_error.ts
var EngineError = class extends Error {
	code;
	kind;
	hint;
	sessionId;
	/** Why a connection to a server failed or was lost. */
	liveKind;
	/** The message without what belongs into a log. */
	plain;
	constructor(kind, message, details = {}) {
		super(message, details.cause === void 0 ? void 0 : { cause: details.cause });
		this.name = "EngineError";
		this.kind = kind;
		this.code = details.code ?? 0;
		this.hint = details.hint ?? "";
		this.sessionId = details.sessionId;
		this.liveKind = details.liveKind ?? void 0;
		this.plain = details.plain ?? message;
	}
};
// src/node/line_splitter.ts
/** Lines out of chunks of bytes. Splits on bytes, so that a character cut in two by a pipe is never decoded in halves. */
var NEWLINE = 10;
var LineTooLong = class extends Error {};
var LineSplitter = class {
	#parts = [];
	#length = 0;
	#limit;
	#decoder = new TextDecoder("utf-8");
	/** `limit` is in bytes; the default is the wire's 16 MiB. */
	constructor(limit = 16777216) {
		this.#limit = limit;
	}
	/** The lines that are complete now, without their ends, empty ones left out. Throws LineTooLong. */
	push(chunk) {
		const lines = [];
		let from = 0;
		for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
			this.#keep(chunk.subarray(from, at));
			from = at + 1;
			const line = this.#take();
			if (line !== "") lines.push(line);
		}
		this.#keep(chunk.subarray(from));
		return lines;
	}
	/** What came after the last newline. */
	end() {
		return this.#take();
	}
	#keep(part) {
		if (part.length === 0) return;
		this.#length += part.length;
		if (this.#length > this.#limit) throw new LineTooLong(`a line of more than ${this.#limit} bytes`);
		this.#parts.push(part);
	}
	#take() {
		const whole = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts, this.#length);
		this.#parts = [];
		this.#length = 0;
		return this.#decoder.decode(whole).replace(/\r$/, "");
	}
};
// src/node/engine_process.ts
/** The engine as a child process: pipes, no shell, no window. Knows lines and exits, not JSON. */
var KEPT_STDERR_LINES = 20;
var LONGEST_STDERR_LINE = 500;
/** Start it. The returned transport closes when the process has exited and its pipes are drained. */
function launchEngineProcess(options, events) {
	return new EngineProcess((0, node_child_process.spawn)(options.executable, options.args ?? [], {
		stdio: [
			"pipe",
			"pipe",
			"pipe"
		],
		windowsHide: true,
		detached: process.platform === "win32",
		shell: false,
		...options.env === void 0 ? {} : { env: options.env }
	}), options, events);
}
var EngineProcess = class {
	#child;
	#stderrTail = [];
	#closed;
	#open = true;
	constructor(child, options, events) {
		this.#child = child;
		const stdout = new LineSplitter();
		child.stdout.on("data", (chunk) => {
			try {
				for (const line of stdout.push(chunk)) events.onMessage(line);
			} catch (error) {
				this.#note(`unreadable output: ${String(error)}`, options);
				child.kill("SIGKILL");
			}
		});
		const stderr = new LineSplitter(1048576);
		child.stderr.on("data", (chunk) => {
			for (const line of stderr.push(chunk)) this.#note(line, options);
		});
		child.stdin.on("error", () => void 0);
		this.#closed = new Promise((resolve) => {
			const finish = (reason) => {
				if (!this.#open) return;
				this.#open = false;
				events.onClose(reason);
				resolve();
			};
			child.on("error", (error) => {
				if (child.pid === void 0) finish(this.#reason(`the engine could not be started: ${error.message}`, null, null));
			});
			child.on("close", (code, signal) => {
				this.#note(stderr.end(), options);
				const how = signal === null ? `with code ${code ?? "unknown"}` : `by ${signal}`;
				finish(this.#reason(`the engine ended ${how}`, code, signal));
			});
		});
	}
	get pid() {
		return this.#child.pid;
	}
	/** Rejects only once the process has ended: why it did is told first. */
	send(text) {
		return new Promise((resolve, reject) => {
			const refuse = (cause) => {
				const gone = new EngineError("engine_exited", "the engine is not running", { cause: cause ?? void 0 });
				this.#closed.then(() => reject(gone));
			};
			if (!this.#open || !this.#child.stdin.writable) refuse();
			else this.#child.stdin.write(`${text}\n`, (error) => error ? refuse(error) : resolve());
		});
	}
	async close(graceMs) {
		this.#child.stdin.end();
		const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
		await this.#closed;
		clearTimeout(timer);
	}
	#note(line, options) {
		if (line === "") return;
		this.#stderrTail.push(clip(line, LONGEST_STDERR_LINE));
		if (this.#stderrTail.length > KEPT_STDERR_LINES) this.#stderrTail.shift();
		options.onLog?.(line);
	}
	#reason(message, code, signal) {
		return {
			message,
			code,
			signal,
			stderrTail: [...this.#stderrTail]
		};
	}
};
/** A long line's beginning says when and where, its end what: both are kept. */
function clip(line, most) {
	return line.length <= most ? line : `${line.slice(0, 100)} … ${line.slice(103 - most)}`;
}
// src/node/rpc_peer.ts
/** JSON-RPC 2.0 over one transport, for the life of that transport. Knows no method; a pending call never hangs. */
var DEFAULT_TIMEOUT_MS = 15e3;
var RpcPeer = class {
	#transport;
	#events;
	#pending = /* @__PURE__ */ new Map();
	#nextId = 1;
	#closed;
	constructor(launch, events) {
		this.#events = events;
		this.#transport = launch({
			onMessage: (text) => this.#message(text),
			onClose: (reason) => this.#close(reason)
		});
	}
	get pid() {
		return this.#transport.pid;
	}
	/** Rejects with EngineError: the engine's own, `timeout`, or `engine_exited`; with the signal's reason on abort. */
	call(method, params, options = {}) {
		const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
		return new Promise((resolve, reject) => {
			if (signal?.aborted === true) return reject(signal.reason);
			if (this.#closed !== void 0) return reject(exited(this.#closed, method));
			const id = this.#nextId++;
			let timer;
			const settle = () => {
				this.#pending.delete(id);
				clearTimeout(timer);
				signal?.removeEventListener("abort", abort);
			};
			const fail = (error) => {
				settle();
				reject(error);
			};
			const abort = () => fail(signal?.reason);
			if (timeoutMs > 0) timer = setTimeout(() => {
				fail(new EngineError("timeout", `${method} was not answered within ${timeoutMs / 1e3} s`));
			}, timeoutMs);
			signal?.addEventListener("abort", abort, { once: true });
			this.#pending.set(id, {
				method,
				resolve: (result) => {
					settle();
					resolve(result);
				},
				reject: fail
			});
			this.#transport.send(JSON.stringify({
				jsonrpc: "2.0",
				id,
				method,
				params
			})).catch(fail);
		});
	}
	close(graceMs) {
		return this.#transport.close(graceMs);
	}
	#message(text) {
		let message;
		try {
			message = JSON.parse(text);
		} catch {
			return;
		}
		for (const one of Array.isArray(message) ? message : [message]) if (typeof one === "object" && one !== null) this.#dispatch(one);
	}
	#dispatch(message) {
		if (typeof message["method"] === "string") {
			this.#events.onNotification(message["method"], message["params"] ?? {});
			return;
		}
		const error = message["error"];
		const [only] = this.#pending.size === 1 && message["id"] === null && error ? this.#pending.values() : [];
		const pending = only ?? this.#pending.get(message["id"]);
		if (pending === void 0) return;
		if (typeof error === "object" && error !== null) pending.reject(fromWire(error));
		else pending.resolve(message["result"]);
	}
	#close(reason) {
		this.#closed = reason;
		for (const pending of [...this.#pending.values()]) pending.reject(exited(reason, pending.method));
		this.#events.onClose(reason);
	}
};
function fromWire(error) {
	const data = typeof error["data"] === "object" && error["data"] !== null ? error["data"] : {};
	const text = (value) => typeof value === "string" ? value : "";
	const sessionId = text(data["id"]);
	return new EngineError(text(data["kind"]) || "protocol", text(error["message"]) || "the engine refused", {
		code: typeof error["code"] === "number" ? error["code"] : 0,
		hint: text(data["hint"]),
		liveKind: text(data["liveKind"]) || void 0,
		...sessionId === "" ? {} : { sessionId }
	});
}
function exited(reason, method) {
	const tail = reason.stderrTail.slice(-3).join(" | ");
	return new EngineError("engine_exited", `${reason.message} during ${method}${tail === "" ? "" : `: ${tail}`}`, { plain: "The engine stopped." });
}
// src/node/sync_worker.ts
/**
* The Worker of the drop-in addon: owns the engine process, turns requests from the port into calls and answers back, while
* the application's thread sleeps. Every request is answered: by the engine, by its exit, or by the time limit. When the
* process that this belongs to ends, however that happens, the engine sees the end of its input, finishes its files and
* ends too. Built into one file, `addon/engine-worker.js`, which is what applications copy.
*/
/** What the application may listen to; the rest it asks for. */
var EVENTS = /* @__PURE__ */ new Set([
	"session.state",
	"session.warning",
	"recorder.fileChanged"
]);
var { executable, port, signal, showLog } = node_worker_threads.workerData;
var peer;
var exit;
var logShown = showLog;
Atomics.store(signal, 2, 1);
function post(message) {
	port.postMessage(message);
	Atomics.add(signal, 0, 1);
	Atomics.notify(signal, 0);
}
function ended(words, stderrTail = []) {
	if (exit !== void 0) return;
	const tail = stderrTail.slice(-3).join(" | ");
	exit = `${words}${tail === "" ? "" : ` (${tail})`}`;
	Atomics.store(signal, 1, 1);
	post({ exit });
}
function show(line) {
	if (!logShown) return;
	try {
		(0, node_fs.writeSync)(2, `${line}\n`);
	} catch {}
}
function refusal(error) {
	if (error instanceof EngineError) {
		const { message, kind, code, hint } = error;
		return {
			message: kind === "engine_exited" && exit !== void 0 ? exit : message,
			kind,
			code,
			hint
		};
	}
	return {
		message: error instanceof Error ? error.message : String(error),
		kind: "internal",
		code: 0,
		hint: ""
	};
}
process.on("uncaughtException", (error) => ended(`the engine's worker failed: ${error.message}`));
port.on("message", (message) => {
	if ("showLog" in message) {
		logShown = message.showLog;
		return;
	}
	const { id, method, params, limitMs } = message;
	const reply = (answer) => id === 0 ? void 0 : post({
		id,
		...answer
	});
	if (peer === void 0 || exit !== void 0) {
		reply({ error: {
			message: exit ?? "the engine is not running",
			kind: "engine_exited",
			code: 0,
			hint: ""
		} });
		return;
	}
	peer.call(method, params, { timeoutMs: limitMs }).then((result) => reply({ result }), (error) => reply({ error: refusal(error) }));
});
try {
	peer = new RpcPeer((events) => launchEngineProcess({
		executable,
		onLog: show
	}, events), {
		onNotification: (event, params) => {
			if (EVENTS.has(event)) post({
				event,
				params
			});
		},
		onClose: ({ message, stderrTail }) => ended(message, stderrTail)
	});
} catch (error) {
	ended(`the engine could not be started: ${error instanceof Error ? error.message : String(error)}`);
}
