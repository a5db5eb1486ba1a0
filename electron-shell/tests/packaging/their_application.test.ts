/** An application with the drop-in, packed by electron-builder as the page on packaging says. A file stands in for Electron. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findEngine } from "@ionia/node";

const SHELL = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);
const asar = require("@electron/asar") as {
  listPackage(archive: string): string[];
  extractAll(archive: string, folder: string): void;
};

let folder: string;
let resources: string;

async function pack(): Promise<void> {
  const page = await readFile(path.join(SHELL, "docs", "packaging.md"), "utf8");
  const config = JSON.parse(/```json\n([^]*?)```/.exec(page)?.[1] ?? "") as { linux: object };
  const { version } = require("electron/package.json") as { version: string };
  await cp(path.join(SHELL, "addon"), path.join(folder, "native-audio"), { recursive: true });
  await mkdir(path.join(folder, "engine-dist", "linux"), { recursive: true });
  // The fake engine in place of the frozen one.
  const engine = path.join(folder, "engine-dist", "linux", "ionia-engine");
  await mkdir(engine);
  const fake = path.join(SHELL, "tests", "fakes", "stdio_engine.mjs");
  await writeFile(path.join(engine, "ionia-engine"), `#!/bin/sh\nexec "${process.execPath}" "${fake}"\n`, {
    mode: 0o755,
  });
  await mkdir(path.join(folder, "electron", "resources"), { recursive: true });
  for (const file of ["electron", "version", "LICENSE", "LICENSES.chromium.html"])
    await writeFile(path.join(folder, "electron", file), "", { mode: 0o755 });
  await writeFile(path.join(folder, "main.js"), 'require("./native-audio");\n');
  await writeFile(
    path.join(folder, "package.json"),
    JSON.stringify({
      name: "theirs",
      version: "1.0.0",
      description: "An application with the drop-in",
      author: "Somebody <somebody@example.org>",
      main: "main.js",
      build: {
        ...config,
        electronVersion: version,
        electronDist: "electron",
        linux: { ...config.linux, target: "dir" },
      },
    }),
  );
  await symlink(path.join(SHELL, "node_modules"), path.join(folder, "node_modules"));
  const builder = path.join(SHELL, "node_modules", ".bin", "electron-builder");
  await promisify(execFile)(builder, ["--linux", "dir"], { cwd: folder });
  resources = path.join(folder, "dist", "linux-unpacked", "resources");
}

describe("an application packed as the page says", () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ionia-theirs-"));
    await pack();
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true }));

  it("has the drop-in in its archive, old names included", () => {
    expect(asar.listPackage(path.join(resources, "app.asar"))).toEqual(
      expect.arrayContaining([
        "/native-audio/index.js",
        "/native-audio/engine-worker.js",
        "/native-audio/build/Release/wasapi_video_audio.node/index.js",
        "/native-audio/build/Release/wasapi_capture.js",
      ]),
    );
  });

  it("has the engine where it is looked for, and it can be started from there", async () => {
    expect(findEngine({ env: {}, platform: "linux", resourcesPath: resources, startDirectory: "/" })).toBe(
      path.join(resources, "engine", "ionia-engine"),
    );
    // Node reads no archives: the drop-in as it is in there, told the folder that Electron would tell.
    asar.extractAll(path.join(resources, "app.asar"), path.join(folder, "extracted"));
    const code = `process.resourcesPath = ${JSON.stringify(resources)};
      const { VideoRecorder } = require(${JSON.stringify(path.join(folder, "extracted", "native-audio"))});
      const r = new VideoRecorder(); r.initialize("take.mp4");
      console.log(JSON.stringify([r.start(), r.stop()]));`;
    const env = { ...process.env, IONIA_ENGINE: "" };
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", code], { cwd: folder, env });
    expect(JSON.parse(stdout)).toEqual([true, true]);
  });
});
