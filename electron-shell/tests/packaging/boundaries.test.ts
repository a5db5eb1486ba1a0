/** Who may import whom: held by the compiler, and this test holds the compiler's settings. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const SHELL = fileURLToPath(new URL("../..", import.meta.url));

const ALLOWED: Readonly<Record<string, RegExp>> = {
  common: /^\./,
  node: /^(\.|node:|@ionia\/common$)/,
  main: /^(\.|node:|electron(-updater)?$|@ionia\/(common|node)$)/,
  preload: /^(\.|electron$|@ionia\/common$)/,
  renderer: /^(\.|react$|react-dom\/client$|lucide-react$|@ionia\/common$)/,
};

const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  common: ['import "node:fs"; export const a = process;', "export const a = document.title;"],
  renderer: [
    'import { readFile } from "node:fs/promises"; export const a = readFile;',
    "export const a = process.env;",
    'export const a = require("fs");',
  ],
  preload: ['import { spawn } from "node:child_process"; export const a = spawn;'],
  node: ["export const a = document.title;"],
};

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(
      (entry) =>
        entry.isFile() &&
        /\.tsx?$/.test(entry.name) &&
        entry.name !== "vite.config.ts" &&
        !`${entry.parentPath}/`.includes("/dist/"),
    )
    .map((entry) => path.join(entry.parentPath, entry.name));
}

describe.each(Object.keys(ALLOWED))("%s", (name) => {
  it("imports only what it may", async () => {
    const files = await sources(path.join(SHELL, "src", name));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const imports = [
        ...(await readFile(file, "utf8")).matchAll(/^(?:import|export)\s(?:[^;]*?\sfrom\s)?"([^"]+)"/gm),
      ].map((match) => match[1] as string);
      expect(
        imports.filter((one) => !ALLOWED[name]?.test(one)),
        file,
      ).toEqual([]);
    }
  });
});

describe.each(Object.entries(FORBIDDEN))("the compiler in %s", (name, snippets) => {
  it.each(snippets)("refuses %s", async (snippet) => {
    const output = path.join(SHELL, "src", name, "dist");
    await mkdir(output, { recursive: true });
    const folder = await mkdtemp(path.join(output, "boundary-"));
    try {
      await writeFile(path.join(folder, "trespass.ts"), `${snippet}\n`);
      await writeFile(
        path.join(folder, "tsconfig.json"),
        JSON.stringify({
          extends: "../../tsconfig.json",
          compilerOptions: {
            noEmit: true,
            composite: false,
            emitDeclarationOnly: false,
            incremental: false,
            rootDir: "../..",
          },
          include: ["trespass.ts"],
          exclude: [],
          references: [],
        }),
      );
      const compiler = path.join(SHELL, "node_modules", ".bin", "tsc");
      const result = await promisify(execFile)(compiler, ["-p", folder]).then(
        () => "compiled",
        (error: { stdout: string }) => error.stdout,
      );
      expect(result).toMatch(/error TS(2307|2580|2584|2591|2882|2304|2792)/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
