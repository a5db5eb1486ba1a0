/** The window: made when first shown, sandboxed, going nowhere but to our own page. */
import { BrowserWindow, nativeTheme } from "electron";
import { APP_ORIGIN } from "./sender_check.ts";

/** A page that ends leaves a white window, and what runs without its buttons. Not at once, should it end again and again. */
const RELOAD_AFTER_MS = 1000;

export interface ShellWindowOptions {
  readonly preload: string;
  readonly icon: string;
  readonly onWatched: (watched: boolean) => void;
  readonly log: (line: string) => void;
  /** Windows logs off or shuts down. Asked first: "wait" holds it until the application has quit. Then told. */
  readonly onSessionEnd: (how: "asked" | "told") => "wait" | "go";
}

export class ShellWindow {
  readonly #options: ShellWindowOptions;
  #window: BrowserWindow | undefined;
  #mayClose: () => boolean = () => true;
  #leftOut = false;

  constructor(options: ShellWindowOptions) {
    this.#options = options;
  }

  show(): void {
    const window = this.#window ?? this.#create();
    this.#window = window;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  send(channel: string, payload: unknown): void {
    if (this.#window !== undefined && !this.#window.isDestroyed()) this.#window.webContents.send(channel, payload);
  }

  /** Whether what captures the screen doesn't see it: on Windows. */
  leaveOut(leftOut: boolean): void {
    this.#leftOut = leftOut;
    this.#window?.setContentProtection(leftOut);
  }

  /** `mayClose` is asked when the user closes the window. */
  onClose(mayClose: () => boolean): void {
    this.#mayClose = mayClose;
  }

  #create(): BrowserWindow {
    const window = new BrowserWindow({
      width: 1280,
      height: 800,
      minWidth: 480,
      minHeight: 400,
      show: false,
      icon: this.#options.icon,
      backgroundColor: nativeTheme.shouldUseDarkColors ? "#0b0d13" : "#f4f5f8",
      autoHideMenuBar: true,
      title: "Ionia",
      webPreferences: {
        preload: this.#options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    });
    if (this.#leftOut) window.setContentProtection(true);
    window.webContents.setWindowOpenHandler(() => ({ action: "deny" }));
    window.webContents.on("will-navigate", (event) => event.preventDefault());
    window.webContents.on("will-attach-webview", (event) => event.preventDefault());
    window.webContents.on("render-process-gone", (_event, { reason }) => {
      if (reason === "clean-exit") return;
      this.#options.log(`the window's page ended (${reason}) and is loaded again`);
      setTimeout(() => {
        if (!window.isDestroyed()) window.webContents.reload();
      }, RELOAD_AFTER_MS);
    });
    window.on("close", (event) => {
      if (!this.#mayClose()) event.preventDefault();
    });
    window.on("query-session-end", (event) => {
      if (this.#options.onSessionEnd("asked") === "wait") event.preventDefault();
    });
    window.on("session-end", () => this.#options.onSessionEnd("told"));
    window.on("closed", () => (this.#window = undefined));
    for (const event of ["hide", "minimize"] as const) window.on(event as "hide", () => this.#options.onWatched(false));
    for (const event of ["show", "restore"] as const) window.on(event as "show", () => this.#options.onWatched(true));
    void window.loadURL(`${APP_ORIGIN}/index.html`);
    return window;
  }
}
