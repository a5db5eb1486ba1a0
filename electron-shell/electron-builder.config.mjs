/**
 * What electron-builder makes: an installer and a folder to unzip for Windows, an AppImage for Linux.
 *
 * The environment decides what can't be in the repository; without any of it the package is unsigned and never looks for
 * newer versions: docs/packaging.md has the names.
 */
import { updates, signing } from "./packing/environment.mjs";

const engine = (system) => [{ from: `../dist/${system}/ionia-engine`, to: "engine" }];

/** @type {import("electron-builder").Configuration} */
export default {
  appId: "org.ionia.recorder",
  productName: "Ionia",
  copyright: "Copyright © 2026 The Ionia authors",
  directories: { output: "release", buildResources: "assets" },
  files: ["package.json", "LICENSE", "dist/main/**", "dist/preload/**", "dist/renderer/**", "assets/*.png"],
  extraFiles: [{ from: "dist/LICENCES.txt", to: "LICENCES.txt" }],
  beforePack: "./packing/licences.mjs",
  asar: true,
  npmRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  win: {
    target: [
      { target: "nsis", arch: ["x64"] },
      { target: "zip", arch: ["x64"] },
    ],
    icon: "assets/icon.ico",
    extraResources: engine("windows"),
    ...signing(process.env),
  },
  nsis: {
    oneClick: false,
    perMachine: false,
    allowToChangeInstallationDirectory: true,
    license: "dist/LICENCES.txt",
    include: "packing/installer.nsh",
  },
  linux: {
    target: [{ target: "AppImage", arch: ["x64"] }],
    icon: "assets/icon.png",
    category: "AudioVideo",
    synopsis: "Records and streams the screen",
    extraResources: engine("linux"),
  },
  ...updates(process.env),
};
