/** Before packing: one file with the licences of all that is packed, for the package and the installer's page. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { NOTICES } from "./notices.mjs";

const SHELL = fileURLToPath(new URL("..", import.meta.url));

const HEAD = `Ionia consists of two programs.

The window and what belongs to it are under the MIT licence, which follows. They contain the packages listed after it, and
run on Electron (MIT), with Chromium and Node.js: LICENSE.electron.txt and LICENSES.chromium.html.

The engine, in resources/engine, is a program of its own under the GNU General Public License, as packed here version 3 or
later, since it contains FFmpeg, x264 and x265. Its licences and those of all that it contains:
resources/engine/_internal/LICENCES.txt. You may pass it on under that licence, with its source or an offer of it. For you
who use it the licence asks nothing.

`;

export function licences() {
  const notices = ["main", "preload", "renderer"].map((part) => path.join(SHELL, "dist", part, NOTICES));
  const texts = [path.join(SHELL, "LICENSE"), ...notices.filter((file) => existsSync(file))];
  return HEAD + texts.map((file) => readFileSync(file, "utf8")).join("\n");
}

export default function beforePack() {
  // With a byte order mark and Windows' line ends: the installer's page and old editors need both.
  writeFileSync(path.join(SHELL, "dist", "LICENCES.txt"), `\ufeff${licences().replace(/\r?\n/g, "\r\n")}`);
}
