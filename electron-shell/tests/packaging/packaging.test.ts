/** What can be checked of the packaged application without Electron's binary. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { builtinModules, createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { ADDON_PARTS } from "../../src/node/vite.config.ts";
import builderConfig from "../../electron-builder.config.mjs";
import { NOTICES, packageFolder } from "../../packing/notices.mjs";
import { FuseState, fuses } from "./fuses.ts";

const SHELL = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);
const json = async (file: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(path.join(SHELL, file), "utf8")) as Record<string, unknown>;

describe("electron-builder's configuration", () => {
  it("is one that electron-builder accepts", async () => {
    const { validateConfiguration } = require("app-builder-lib/out/util/config/config") as {
      validateConfiguration: (config: object, log: object) => Promise<void>;
    };
    const config = builderConfig as Record<string, unknown>;
    await validateConfiguration(config, { isEnabled: false, add: () => undefined });
    await expect(
      validateConfiguration({ ...config, nonsense: true }, { isEnabled: false, add: () => undefined }),
    ).rejects.toThrow("nonsense");
  });

  it("names files that exist, and puts the engine where the client looks", async () => {
    const config = builderConfig as Record<string, unknown>;
    for (const system of ["win", "linux"] as const) {
      const { icon, extraResources } = config[system] as {
        icon: string;
        extraResources: { from: string; to: string }[];
      };
      expect(existsSync(path.join(SHELL, icon))).toBe(true);
      expect(extraResources).toEqual([
        { from: `../dist/${system === "win" ? "windows" : "linux"}/ionia-engine`, to: "engine" },
      ]);
    }
    for (const name of ["idle", "recording", "live", "replay", "warning"])
      expect(existsSync(path.join(SHELL, "assets", `tray-${name}.png`))).toBe(true);
  });

  it("sets every fuse that Electron offers to the safe side", async () => {
    expect(builderConfig.electronFuses).toMatchObject(
      Object.fromEntries(Object.entries(fuses).map(([name, state]) => [name, state === FuseState.on])),
    );
  });
});

describe("the built application", () => {
  const modules = new Map<string, string>();
  const ids: string[] = [];
  let notices = "";

  beforeAll(async () => {
    for (const part of ["main", "preload", "renderer"]) {
      const output = await build({
        configFile: path.join(SHELL, "src", part, "vite.config.ts"),
        logLevel: "error",
        build: { write: false },
      });
      const { output: files } = (Array.isArray(output) ? output[0] : output) as {
        output: { fileName: string; code?: string; source?: string; moduleIds?: string[] }[];
      };
      for (const file of files)
        if (file.fileName === NOTICES) notices += file.source ?? "";
        else {
          modules.set(`${part}/${file.fileName}`, file.code ?? "");
          ids.push(...(file.moduleIds ?? []));
        }
    }
  });

  it("is where package.json and the main process say it is", async () => {
    expect([...modules.keys()].filter((name) => !name.startsWith("renderer/"))).toEqual([
      "main/index.js",
      "preload/index.cjs",
    ]);
    expect((await json("package.json"))["main"]).toBe("dist/main/index.js");
  });

  it("needs nothing beside Electron and Node", () => {
    const needed = [...(modules.get("main/index.js") ?? "").matchAll(/^import .* from "([^"]+)";$/gm)].map(
      (match) => match[1],
    );
    expect(needed.filter((name) => name !== "electron" && !name?.startsWith("node:"))).toEqual([]);
    const required = [...(modules.get("main/index.js") ?? "").matchAll(/\b_*require\("([^"]+)"\)/g)].map(
      (match) => match[1],
    );
    expect(required.filter((name) => name !== "electron" && !builtinModules.includes(name ?? ""))).toEqual([]);
    expect(
      [...(modules.get("preload/index.cjs") ?? "").matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1]),
    ).toEqual(["electron"]);
  });

  it("names all that others wrote of it, with its licence", async () => {
    const folders = new Set(ids.map(packageFolder).filter((folder) => folder !== null));
    for (const folder of folders) {
      const { name, version } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as {
        name: string;
        version: string;
      };
      expect(notices).toContain(`${name} ${version}: `);
    }
    // What is no module: the font, the style sheet's base.
    for (const name of ["react-dom", "lucide-react", "electron-updater", "@fontsource-variable/inter", "tailwindcss"])
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+: `, "m"));
    expect(notices).toContain("SIL OPEN FONT LICENSE");
    expect(() => packageFolder("\0someone's")).toThrow("someone's");
  });

  it("opens its window isolated, sandboxed and going nowhere", () => {
    const main = modules.get("main/index.js") ?? "";
    for (const rule of [
      "contextIsolation: true",
      "sandbox: true",
      "nodeIntegration: false",
      "setWindowOpenHandler",
      "will-navigate",
      "setPermissionRequestHandler",
    ]) {
      expect(main).toContain(rule);
    }
  });

  it("has a strict content security policy", async () => {
    const html = await readFile(path.join(SHELL, "src", "renderer", "index.html"), "utf8");
    expect(html).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(html).not.toMatch(/unsafe-|https?:\/\//);
  });
});

describe("the drop-in addon", () => {
  it.each(Object.entries(ADDON_PARTS))("has %s.js as it is built from %s", async (part) => {
    const built = await build({
      configFile: path.join(SHELL, "src", "node", "vite.config.ts"),
      mode: part,
      logLevel: "error",
      build: { write: false },
    });
    const { output } = built as { output: { code?: string }[] };
    // If it differs: npm run build:addon.
    expect(await readFile(path.join(SHELL, "addon", `${part}.js`), "utf8")).toBe(output[0]?.code);
  });

  it("needs nothing beside Node", async () => {
    for (const file of ["index", "arguments", "sync-engine", "engine-worker", "find-engine"]) {
      const code = await readFile(path.join(SHELL, "addon", `${file}.js`), "utf8");
      const needed = [...code.matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1] as string);
      expect(needed.filter((name) => !name.startsWith("node:") && !name.startsWith("./"))).toEqual([]);
    }
  });
});

describe("the licence", () => {
  it("is MIT for everything here, and goes with what is copied or installed", async () => {
    for (const folder of ["", "addon", "src/common", "src/node", "src/main", "src/preload", "src/renderer"])
      expect((await json(path.join(folder, "package.json")))["license"], folder).toBe("MIT");
    const text = await readFile(path.join(SHELL, "LICENSE"), "utf8");
    expect(text).toMatch(/^MIT License/);
    expect(await readFile(path.join(SHELL, "addon", "LICENSE"), "utf8")).toBe(text);
    expect(builderConfig.files).toContain("LICENSE");
  });
});

describe("the lock file", () => {
  it("names no registry host", async () => {
    const lock = await readFile(path.join(SHELL, "package-lock.json"), "utf8");
    expect(lock.match(/"resolved": "(?!src\/|lint").*"/g) ?? []).toEqual([]);
  });

  it("runs no script of a package", async () => {
    expect(await readFile(path.join(SHELL, ".npmrc"), "utf8")).toContain("ignore-scripts=true");
  });
});
