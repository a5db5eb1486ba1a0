/**
 * What others wrote of what is packed, and their licences: a plugin of the three builds, each of which leaves a
 * THIRD-PARTY.txt beside its code where there is anything, made from the modules and files that really went in.
 */
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const NOTICES = "THIRD-PARTY.txt";
const MODULES = fileURLToPath(new URL("../node_modules", import.meta.url));
const RENDERER = fileURLToPath(new URL("../src/renderer", import.meta.url)); // what assets are relative to
const RULE = "-".repeat(80);
/** Code that a builder adds by itself, by the beginning of its module's name. */
const ADDED_BY = { "\0rolldown/": "rolldown", "\0vite/": "vite", "\0@oxc-project+runtime": "@oxc-project/runtime" };

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software.
THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The folder of the package that a file or module is of, or null for our own. Throws for what it can't place. */
export function packageFolder(id) {
  const added = Object.entries(ADDED_BY).find(([start]) => id.startsWith(start));
  if (added !== undefined) return path.join(MODULES, added[1]);
  const parts = id.replace(/^\0/, "").replace(/\?.*$/, "").replaceAll("\\", "/").split("/");
  const at = parts.lastIndexOf("node_modules");
  if (at >= 0) return parts.slice(0, at + (parts[at + 1]?.startsWith("@") ? 3 : 2)).join("/");
  if (id.startsWith("\0")) throw new Error(`whose is the module ${JSON.stringify(id)}? (packing/notices.mjs)`);
  return null;
}

/** One package's section: name, version, licence and its text. Throws where there is none. */
function section(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (file === undefined && license !== "MIT")
    throw new Error(`${name} ${version} brings no licence text (${license})`);
  const by = typeof author === "string" ? author : (author?.name ?? `the authors of ${name}`);
  const text = file === undefined ? `Copyright ${by}\n\n${MIT}` : readFileSync(path.join(folder, file), "utf8").trim();
  return { name, text: `${RULE}\n${name} ${version}: ${license}\n${RULE}\n\n${text}\n` };
}

/** The text for these modules and files. */
export function notices(ids) {
  const folders = new Set([...ids].map(packageFolder).filter((folder) => folder !== null));
  const sections = [...folders].map(section).sort((a, b) => (a.name < b.name ? -1 : 1));
  return sections.map(({ text }) => text).join("\n");
}

/** The plugin. What a style sheet imports becomes no module: it is read from the sheet. */
export function thirdParty() {
  const ids = new Set();
  return {
    name: "ionia-third-party",
    enforce: "pre",
    transform(code, id) {
      if (id.endsWith(".css"))
        for (const [, name] of code.matchAll(/@import\s+"([^".][^"]*)"/g)) ids.add(path.join(MODULES, name));
    },
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle))
        if (output.type === "chunk") for (const id of output.moduleIds) ids.add(id);
        else for (const file of output.originalFileNames) ids.add(path.resolve(RENDERER, file));
      const source = notices(ids);
      if (source !== "") this.emitFile({ type: "asset", fileName: NOTICES, source });
    },
  };
}
