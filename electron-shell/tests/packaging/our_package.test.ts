/** Our own application packed for Windows, as far as a file standing in for Electron lets it: what is in it and what is signed. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { signing, updates } from "../../packing/environment.mjs";
import { SIZES, decodePng, makeIco } from "../../packing/make-ico.mjs";

const SHELL = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);
/** A Windows program that is in the packages already. */
const PROGRAM = path.join(SHELL, "node_modules", "electron-winstaller", "vendor", "7z-x64.exe");

let folder: string;
let packed: string;

async function pack(): Promise<void> {
  for (const name of ["package.json", "LICENSE", "assets", "packing", "electron-builder.config.mjs"])
    await cp(path.join(SHELL, name), path.join(folder, name), { recursive: true });
  for (const part of ["main", "preload", "renderer"]) {
    await mkdir(path.join(folder, "dist", part), { recursive: true });
    await writeFile(path.join(folder, "dist", part, "index.js"), "export {};\n");
    await writeFile(path.join(folder, "dist", part, "THIRD-PARTY.txt"), `what ${part} contains\n`);
  }
  const engine = path.join(folder, "engine", "ionia-engine");
  await mkdir(path.join(engine, "_internal", "av.libs"), { recursive: true });
  await cp(PROGRAM, path.join(engine, "ionia-engine.exe"));
  for (const name of ["python311.dll", "av.libs/avcodec.dll", "select.pyd", "LICENCES.txt"])
    await writeFile(path.join(engine, "_internal", name), "");
  const electron = path.join(folder, "electron");
  await mkdir(path.join(electron, "resources"), { recursive: true });
  await cp(PROGRAM, path.join(electron, "electron.exe"));
  for (const name of ["version", "LICENSE", "LICENSES.chromium.html", "ffmpeg.dll"])
    await writeFile(path.join(electron, name), "");
  await writeFile(
    path.join(folder, "sign.cjs"),
    'exports.default = async ({ path }) => require("node:fs").appendFileSync(__dirname + "/signed", path + "\\n");',
  );
  const { version } = require("electron/package.json") as { version: string };
  await writeFile(
    path.join(folder, "stand-in.config.mjs"),
    `import config from "./electron-builder.config.mjs";
    const { electronFuses: _, ...rest } = config; // They are switched in the real binary.
    export default { ...rest, electronVersion: ${JSON.stringify(version)}, electronDist: "electron",
      win: { ...config.win, signtoolOptions: { ...config.win.signtoolOptions, sign: "./sign.cjs" }, extraResources: [{ from: "engine/ionia-engine", to: "engine" }] } };`,
  );
  const builder = path.join(SHELL, "node_modules", ".bin", "electron-builder");
  const env = { ...process.env, IONIA_SIGN_SHA1: "00" };
  await promisify(execFile)(builder, ["--win", "dir", "--config", "stand-in.config.mjs"], { cwd: folder, env });
  packed = path.join(folder, "release", "win-unpacked");
}

describe("our application packed for Windows", () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ionia-package-"));
    await pack();
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true }));

  it("has the engine, and the licences of all that is in it", async () => {
    expect(await readdir(path.join(packed, "resources", "engine"))).toEqual(["_internal", "ionia-engine.exe"]);
    expect(await readdir(packed)).toEqual(
      expect.arrayContaining(["Ionia.exe", "LICENCES.txt", "LICENSE.electron.txt", "LICENSES.chromium.html"]),
    );
    const licences = await readFile(path.join(packed, "LICENCES.txt"), "utf8");
    expect(licences).toContain("resources/engine/_internal/LICENCES.txt");
    for (const part of ["MIT License", "what main contains", "what preload contains", "what renderer contains"])
      expect(licences).toContain(part);
  });

  it("is signed through and through, the engine in it, too", async () => {
    const signed = (await readFile(path.join(folder, "signed"), "utf8")).trim().split("\n");
    const names = signed.map((file) => path.relative(packed, file).replaceAll("\\", "/"));
    expect([...names].sort()).toEqual([
      "Ionia.exe",
      "ffmpeg.dll",
      "resources/engine/_internal/av.libs/avcodec.dll",
      "resources/engine/_internal/python311.dll",
      "resources/engine/_internal/select.pyd",
      "resources/engine/ionia-engine.exe",
    ]);
  });

  it("says what it is to people", async () => {
    const program = await readFile(path.join(packed, "Ionia.exe"));
    expect(program.toString("utf16le") + program.subarray(1).toString("utf16le")).toMatch(/FileDescription\0+Ionia\0/);
  });
});

describe("what the environment says", () => {
  it("is nothing by default: unsigned, and nowhere to look for versions", () => {
    expect(signing({})).toEqual({ signExecutable: false });
    expect(updates({})).toEqual({ publish: null });
  });

  it("signs by Azure, by a stored certificate, or by a file, and then nothing may stay unsigned", () => {
    const azure = {
      IONIA_SIGN_AZURE_ENDPOINT: "https://weu.codesigning.azure.net",
      IONIA_SIGN_AZURE_ACCOUNT: "account",
      IONIA_SIGN_AZURE_PROFILE: "profile",
      IONIA_SIGN_PUBLISHER: "The Ionia authors",
    };
    expect(signing(azure)).toMatchObject({
      forceCodeSigning: true,
      azureSignOptions: {
        endpoint: "https://weu.codesigning.azure.net",
        codeSigningAccountName: "account",
        certificateProfileName: "profile",
        publisherName: "The Ionia authors",
      },
    });
    expect(() => signing({ ...azure, IONIA_SIGN_AZURE_PROFILE: "" })).toThrow("IONIA_SIGN_AZURE_PROFILE");
    expect(signing({ IONIA_SIGN_SHA1: "ab" })).toMatchObject({
      forceCodeSigning: true,
      signtoolOptions: { certificateSha1: "ab", signingHashAlgorithms: ["sha256"] },
    });
    expect(signing({ WIN_CSC_LINK: "file.pfx" })).toMatchObject({ forceCodeSigning: true });
  });

  it("names the place of newer versions", () => {
    expect(updates({ IONIA_UPDATE_URL: "https://example.org/ionia" })).toEqual({
      publish: [{ provider: "generic", url: "https://example.org/ionia" }],
    });
  });
});

describe("the icon", () => {
  it("is made of the picture beside it, in all of Windows' sizes", async () => {
    const [ico, png] = await Promise.all(
      ["icon.ico", "icon.png"].map((name) => readFile(path.join(SHELL, "assets", name))),
    );
    if (ico === undefined || png === undefined) throw new Error("unreachable");
    const made = makeIco(png);
    const large = (icon: Buffer) => decodePng(icon.subarray(icon.readUInt32LE(6 + 16 * 7 + 12)));
    const small = (icon: Buffer) => icon.subarray(6 + 16 * 8, icon.readUInt32LE(6 + 16 * 7 + 12));
    expect(ico.readUInt16LE(4)).toBe(SIZES.length);
    expect(small(ico).equals(small(made))).toBe(true);
    expect(large(ico).pixels.equals(large(made).pixels)).toBe(true); // another zlib packs them otherwise
  });
});
