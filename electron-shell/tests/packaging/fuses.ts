/** What each of Electron's fuses must be, and why. */
export const FuseState = { on: "on", off: "off" } as const;

export const fuses: Readonly<Record<string, "on" | "off">> = {
  runAsNode: "off", // ELECTRON_RUN_AS_NODE would turn the signed application into any program
  enableCookieEncryption: "on",
  enableNodeOptionsEnvironmentVariable: "off", // as NODE_OPTIONS would
  enableNodeCliInspectArguments: "off", // a debugger reads stream keys
  enableEmbeddedAsarIntegrityValidation: "on",
  onlyLoadAppFromAsar: "on",
  loadBrowserProcessSpecificV8Snapshot: "off",
  grantFileProtocolExtraPrivileges: "off", // the window has a scheme of its own
};
