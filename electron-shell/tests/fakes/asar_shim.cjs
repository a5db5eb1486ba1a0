"use strict";
/** Stands for Electron's way with archives: code and files whose paths lead into an .asar are read out of it. */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const asar = require("@electron/asar");

/** Archive and place in it of a path that leads into one. */
function split(file) {
  const match = /^(.*\.asar)[\\/](.+)$/.exec(String(file));
  return match !== null && fs.lstatSync(match[1], { throwIfNoEntry: false })?.isFile() ? [match[1], match[2]] : null;
}

/** The content, null where the archive has no such file, undefined for a path outside. */
function content(file) {
  const place = split(file);
  if (place === null) return undefined;
  try {
    return asar.extractFile(...place);
  } catch {
    return null;
  }
}

const { readFileSync, existsSync } = fs;
fs.readFileSync = (file, options) => {
  const found = content(file);
  if (found === undefined) return readFileSync(file, options);
  if (found === null) throw Object.assign(new Error(`ENOENT: ${file}`), { code: "ENOENT" });
  const encoding = typeof options === "string" ? options : options?.encoding;
  return encoding ? found.toString(encoding) : found;
};
fs.existsSync = (file) => {
  const found = content(file);
  return found === undefined ? existsSync(file) : found !== null;
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const asked =
    request.startsWith(".") && parent?.filename ? path.resolve(path.dirname(parent.filename), request) : request;
  const inside = split(asked) === null ? [] : [asked, `${asked}.js`, path.join(asked, "index.js")];
  return inside.find((file) => content(file)) ?? resolveFilename.call(this, request, parent, ...rest);
};
const load = Module._extensions[".js"];
Module._extensions[".js"] = (module, file) => {
  const found = content(file);
  if (found) module._compile(found.toString(), file);
  else load(module, file);
};
