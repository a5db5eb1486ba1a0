/** The application: wires Electron's parts to the studio. Decides nothing that a module without Electron could. */
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannelMain, app, dialog, globalShortcut, ipcMain, safeStorage, session, shell } from "electron";
import { EVENT_CHANNEL, PREVIEW_CHANNEL, isRecordingActive } from "@ionia/common";
import { createEngineClient } from "@ionia/node";
import { createHandlers } from "./handlers.ts";
import type { Vault } from "./key_store.ts";
import { followLeftOut } from "./left_out.ts";
import { mediaUrl, registerScheme, serveScheme, thumbnailUrl } from "./protocol.ts";
import { isTrustedFrame } from "./sender_check.ts";
import { quitQuestion } from "./status_text.ts";
import { Studio } from "./studio.ts";
import { createTray } from "./tray.ts";
import { VIDEO_EXTENSIONS, VideoRequests } from "./video_request.ts";
import { ShellWindow } from "./window.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const RENDERER_FOLDER = path.join(here, "..", "renderer");
const PRELOAD = path.join(here, "..", "preload", "index.cjs");
const ASSETS = path.join(here, "..", "..", "assets");
const RECORD_SHORTCUT = "CommandOrControl+Shift+R";

const vault: Vault = {
  isAvailable: () => safeStorage.isAsyncEncryptionAvailable(),
  encrypt: (text) => safeStorage.encryptStringAsync(text),
  decrypt: async (cipher) => (await safeStorage.decryptStringAsync(cipher)).result,
};

async function run(): Promise<void> {
  await app.whenReady();
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);

  const location = { resourcesPath: process.resourcesPath, startDirectory: app.getAppPath() };
  const client = createEngineClient({
    location,
    onLog: (line) => process.stderr.write(`engine: ${line}\n`),
  });
  const studio = new Studio({ client, userData: app.getPath("userData"), vault, mediaUrl, thumbnailUrl });
  const videos = new VideoRequests(studio.recordingsFolder, (file) => studio.history.has(file));
  serveScheme({
    rendererFolder: RENDERER_FOLDER,
    recordingPath: (id) => studio.history.pathOf(id),
    thumbnailPath: (id) => studio.library.thumbnailPath(id),
    videos,
  });

  const window = new ShellWindow({
    preload: PRELOAD,
    icon: path.join(ASSETS, "icon.png"),
    onWatched: (watched) => studio.setWatched(watched),
  });
  const handlers = createHandlers(studio, {
    openFile: async () => {
      const { canceled, filePaths } = await dialog.showOpenDialog({
        properties: ["openFile"],
        filters: [
          { name: "Video", extensions: [...VIDEO_EXTENSIONS] },
          { name: "All files", extensions: ["*"] },
        ],
      });
      videos.choose(filePaths);
      return { canceled, filePaths };
    },
    showInFolder: (file) => shell.showItemInFolder(file),
  });
  for (const [channel, handler] of Object.entries(handlers)) {
    ipcMain.handle(channel, (event, ...args: unknown[]) => {
      if (!isTrustedFrame(event.senderFrame)) throw new Error("refused");
      return handler(...args);
    });
  }
  ipcMain.on(PREVIEW_CHANNEL, ({ senderFrame }) => {
    if (senderFrame === null || !isTrustedFrame(senderFrame)) return;
    const { port1, port2 } = new MessageChannelMain();
    const look = studio.preview.look((view) => port1.postMessage(view));
    port1.on("message", () => look.ready());
    port1.on("close", () => look.end());
    port1.start();
    senderFrame.postMessage(PREVIEW_CHANNEL, null, [port2]);
  });
  studio.store.subscribe((event) => window.send(EVENT_CHANNEL, event));
  const system = { platform: os.platform(), release: os.release() };
  followLeftOut(studio.store, system, (leftOut) => window.leaveOut(leftOut));

  const toggleRecording = (): void => {
    const active = isRecordingActive(studio.state.recording.phase);
    void (active ? studio.stopRecording() : studio.startRecording());
  };
  const registered = globalShortcut.register(RECORD_SHORTCUT, toggleRecording);
  studio.store.dispatch({ type: "shortcut", shortcut: registered ? RECORD_SHORTCUT : null });
  createTray({ studio, assets: ASSETS, show: () => window.show(), toggleRecording, quit: () => app.quit() });
  guardQuit(studio, window);

  app.on("second-instance", () => window.show());
  app.on("activate", () => window.show());
  window.show();
  await studio.open();
}

/** Ask before something is cut off, then finish it, then let the application end. */
function guardQuit(studio: Studio, window: ShellWindow): void {
  let agreed = false;
  let asking = false;
  app.on("window-all-closed", () => app.quit());
  window.onClose(() => {
    if (agreed) return true;
    app.quit();
    return false;
  });
  app.on("before-quit", (event) => {
    if (agreed) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    const ask = async (): Promise<void> => {
      const question = quitQuestion(studio.state);
      if (question !== null) {
        const { response } = await dialog.showMessageBox({
          type: "question",
          message: question.message,
          detail: question.detail,
          buttons: [question.confirm, "Cancel"],
          defaultId: 1,
          cancelId: 1,
        });
        if (response !== 0) {
          asking = false;
          return;
        }
      }
      agreed = true;
      await studio.close();
      app.quit();
    };
    ask().catch((error: unknown) => {
      process.stderr.write(`the question before quitting failed: ${String(error)}\n`);
      asking = false;
    });
  });
}

registerScheme();
if (app.requestSingleInstanceLock()) {
  run().catch((error: unknown) => {
    dialog.showErrorBox("Ionia can't start", error instanceof Error ? error.message : String(error));
    app.exit(1);
  });
} else app.quit();
