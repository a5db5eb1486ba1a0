/** The application: wires Electron's parts to the studio. Decides nothing that a module without Electron could. */
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  MessageChannelMain,
  app,
  dialog,
  globalShortcut,
  ipcMain,
  powerSaveBlocker,
  safeStorage,
  session,
  shell,
} from "electron";
import { EVENT_CHANNEL, PREVIEW_CHANNEL } from "@ionia/common";
import { createEngineClient } from "@ionia/node";
import { createHandlers } from "./handlers.ts";
import type { Vault } from "./key_store.ts";
import { electronUpdater } from "./electron_updater.ts";
import { followLeftOut } from "./left_out.ts";
import { mediaUrl, registerScheme, serveScheme, stripUrl, thumbnailUrl } from "./protocol.ts";
import { isTrustedFrame } from "./sender_check.ts";
import { followSleep } from "./stay_awake.ts";
import { quitQuestion } from "./status_text.ts";
import { Studio } from "./studio.ts";
import { createTray } from "./tray.ts";
import { answerSessionEnd } from "./update_policy.ts";
import { Updates } from "./updates.ts";
import { VIDEO_EXTENSIONS, VideoRequests } from "./video_request.ts";
import { ShellWindow } from "./window.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const RENDERER_FOLDER = path.join(here, "..", "renderer");
const PRELOAD = path.join(here, "..", "preload", "index.cjs");
const ASSETS = path.join(here, "..", "..", "assets");
/** The installer's id: Windows joins the window, its notifications and its shortcut by it. */
const APP_ID = "org.ionia.recorder";
/** Given by the installer to the application that runs already: finish, ask nothing, and go. */
const QUIT_ARGUMENT = "--finish-and-quit";
const RECORD_SHORTCUT = "CommandOrControl+Shift+R";

const vault: Vault = {
  isAvailable: () => safeStorage.isAsyncEncryptionAvailable(),
  encrypt: (text) => safeStorage.encryptStringAsync(text),
  decrypt: async (cipher) => (await safeStorage.decryptStringAsync(cipher)).result,
};

const log = (line: string): void => void process.stderr.write(`${line}\n`);

async function run(): Promise<void> {
  app.setAppUserModelId(APP_ID);
  await app.whenReady();
  // The area that is recorded is drawn on a picture as large as the screen; nothing else is asked for.
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permission === "fullscreen"),
  );
  session.defaultSession.setPermissionCheckHandler(() => false);

  const location = { resourcesPath: process.resourcesPath, startDirectory: app.getAppPath() };
  const client = createEngineClient({
    location,
    onLog: (line) => log(`engine: ${line}`),
  });
  const studio = new Studio({ client, userData: app.getPath("userData"), vault, mediaUrl, thumbnailUrl, stripUrl });
  const videos = new VideoRequests(studio.recordingsFolder, (file) => studio.recordings.history.has(file));
  serveScheme({
    rendererFolder: RENDERER_FOLDER,
    recordingPath: (id) => studio.recordings.history.pathOf(id),
    thumbnailPath: (id) => studio.recordings.library.thumbnailPath(id),
    stripPath: (id) => studio.recordings.strips.path(id),
    videos,
  });

  const window = new ShellWindow({
    preload: PRELOAD,
    icon: path.join(ASSETS, "icon.png"),
    onWatched: (watched) => studio.setWatched(watched),
    log,
    onSessionEnd: (how) => answerSessionEnd(how, studio.state, quitting.finish),
  });
  const quitting = guardQuit(studio, window);
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
    port1.on("message", ({ data }) => (data === null ? look.ready() : look.fit(data)));
    port1.on("close", () => look.end());
    port1.start();
    senderFrame.postMessage(PREVIEW_CHANNEL, null, [port2]);
  });
  studio.store.subscribe((event) => window.send(EVENT_CHANNEL, event));
  const system = { platform: os.platform(), release: os.release() };
  followLeftOut(studio.store, system, (leftOut) => window.leaveOut(leftOut));
  followSleep(studio.store, system.platform, powerSaveBlocker);

  const toggleRecording = (): void => void studio.toggleRecording();
  const registered = globalShortcut.register(RECORD_SHORTCUT, toggleRecording);
  studio.store.dispatch({ type: "shortcut", shortcut: registered ? RECORD_SHORTCUT : null });
  const source = electronUpdater(process.resourcesPath, log);
  const updates = source && new Updates({ source, store: studio.store, nowMs: () => performance.now(), log });
  createTray({
    studio,
    assets: ASSETS,
    show: () => window.show(),
    toggleRecording,
    quit: () => app.quit(),
    newVersion: () => updates?.waiting ?? null,
    update: () => updates?.ask(),
  });
  updates?.follow();

  app.on("second-instance", (_event, argv) => {
    if (argv.includes(QUIT_ARGUMENT)) quitting.finish();
    else window.show();
  });
  app.on("activate", () => window.show());
  window.show();
  await studio.open();
}

/**
 * Ask before something is cut off, then finish it, then let the application end. `finish` does so without asking: nobody
 * is there to answer an installer, or a Windows that shuts down.
 */
function guardQuit(studio: Studio, window: ShellWindow): { finish: () => void } {
  let agreed = false;
  let asking = false;
  let finishing: Promise<void> | undefined;
  const finish = (): Promise<void> => {
    asking = true;
    finishing ??= studio.close().then(() => {
      agreed = true;
      app.quit();
    });
    return finishing;
  };
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
      await finish();
    };
    ask().catch((error: unknown) => {
      log(`the question before quitting failed: ${String(error)}`);
      asking = false;
    });
  });
  return { finish: () => void finish() };
}

registerScheme();
if (app.requestSingleInstanceLock() && !process.argv.includes(QUIT_ARGUMENT)) {
  run().catch((error: unknown) => {
    dialog.showErrorBox("Ionia can't start", error instanceof Error ? error.message : String(error));
    app.exit(1);
  });
} else app.quit();
