// Built from src/node/engine_location.ts by `npm run build:addon`. Change that, not this file.
Object.defineProperty(exports, Symbol.toStringTag, { value: "Module" });
// \0rolldown/runtime.js
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __copyProps = (to, from, except, desc) => {
	if (from && typeof from === "object" || typeof from === "function") for (var keys = __getOwnPropNames(from), i = 0, n = keys.length, key; i < n; i++) {
		key = keys[i];
		if (!__hasOwnProp.call(to, key) && key !== except) __defProp(to, key, {
			get: ((k) => from[k]).bind(null, key),
			enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable
		});
	}
	return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(isNodeMode || !mod || !mod.__esModule || !__hasOwnProp.call(mod, "default") ? __defProp(target, "default", {
	value: mod,
	enumerable: true
}) : target, mod));
let node_fs = require("node:fs");
let node_path = require("node:path");
node_path = __toESM(node_path, 1);
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
// src/node/engine_location.ts
/** Where the engine's executable is. Looks, and starts nothing. */
/** Every place in order of preference. */
function engineCandidates(query = {}) {
	const env = query.env ?? process.env;
	const windows = (query.platform ?? process.platform) === "win32";
	const fromEnv = env["IONIA_ENGINE"];
	if (fromEnv !== void 0 && fromEnv !== "") return [fromEnv];
	const candidates = [];
	const name = windows ? "ionia-engine.exe" : "ionia-engine";
	if (query.resourcesPath !== void 0) candidates.push(node_path.default.join(query.resourcesPath, "engine", name));
	if (query.besideFolder !== void 0) candidates.push(node_path.default.join(unpacked(query.besideFolder), "engine", name));
	const inVenv = windows ? [
		".venv",
		"Scripts",
		"ionia-engine.exe"
	] : [
		".venv",
		"bin",
		"ionia-engine"
	];
	for (let folder = node_path.default.resolve(query.startDirectory ?? process.cwd());; folder = node_path.default.dirname(folder)) {
		candidates.push(node_path.default.join(folder, ...inVenv));
		if (folder === node_path.default.dirname(folder)) return candidates;
	}
}
/** A program can't be started out of an archive: electron-builder puts it into the folder of this name instead. */
function unpacked(folder) {
	return folder.replace(/\.asar(?=[\\/]|$)/, ".asar.unpacked");
}
/** The engine to start. Throws EngineError(engine_missing). A path in IONIA_ENGINE is meant: it has no fallback. */
function findEngine(query = {}) {
	const exists = query.exists ?? node_fs.existsSync;
	const candidates = engineCandidates(query);
	const found = candidates.find((file) => exists(file));
	if (found !== void 0) return found;
	throw new EngineError("engine_missing", `the engine was not found at ${candidates[0]}`, { hint: "Set IONIA_ENGINE to the engine's path, or run `python3 build/dev.py setup` in the repository." });
}
exports.engineCandidates = engineCandidates;
exports.findEngine = findEngine;
