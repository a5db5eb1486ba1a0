/** The live picture of the viewfinder: of the screen that the settings name, while somebody sees it, from each new engine anew. */
import type { ScreenPicture } from "@ionia/common";
import { Preview, type EngineClient } from "@ionia/node";
import type { ShellStore } from "./shell_store.ts";

const TRY_AGAIN_MS = 2000;

/** A window's side: it says when it has drawn one, and gets the next. */
export interface Look {
  ready(): void;
  end(): void;
}

interface Looker {
  readonly show: (picture: ScreenPicture) => void;
  /** Whether it waits for a picture. */
  ready: boolean;
}

export class PreviewControl {
  readonly #client: EngineClient;
  readonly #store: ShellStore;
  #looker: Looker | undefined;
  #watched = true;
  #preview: Preview | undefined;
  /** The screen that it shows; undefined without one. */
  #shown: { readonly screen: string | null } | undefined;
  #paused = false;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(client: EngineClient, store: ShellStore) {
    this.#client = client;
    this.#store = store;
    store.subscribe((event) => {
      if (event.type === "settings" || event.type === "engine") this.#adjust();
    });
  }

  /** From now on, pictures go to `show`, one each time the look says that it is ready. One look at a time. */
  look(show: (picture: ScreenPicture) => void): Look {
    const looker: Looker = { show, ready: false };
    this.#looker = looker;
    this.#adjust();
    return {
      ready: () => {
        looker.ready = true;
        if (this.#looker === looker) this.#preview?.ready();
      },
      end: () => {
        if (this.#looker !== looker) return;
        this.#looker = undefined;
        this.#adjust();
      },
    };
  }

  /** Whether the window is on the screen. */
  setWatched(watched: boolean): void {
    this.#watched = watched;
    this.#adjust();
  }

  /** No more pictures; resolves when that is so. */
  close(): Promise<void> {
    this.#looker = undefined;
    this.#adjust();
    return this.#work;
  }

  #adjust(): void {
    clearTimeout(this.#timer);
    this.#work = this.#work.then(() => this.#apply());
  }

  async #apply(): Promise<void> {
    const { engine, settings } = this.#store.state;
    const wanted = this.#looker !== undefined && engine.phase === "ready" ? { screen: settings.screen } : undefined;
    if (this.#preview !== undefined && (wanted === undefined || wanted.screen !== this.#shown?.screen)) {
      const before = this.#preview;
      this.#preview = this.#shown = undefined;
      if (engine.phase === "ready") await before.close();
    }
    if (wanted === undefined) return;
    try {
      if (this.#preview === undefined && this.#watched) await this.#open(wanted.screen);
      if (this.#preview !== undefined && this.#paused === this.#watched) {
        this.#paused = !this.#watched;
        await this.#preview.update({ paused: this.#paused });
      }
    } catch {
      this.#later(); // No such screen, or no engine: whoever records is told why.
    }
  }

  async #open(screen: string | null): Promise<void> {
    const preview = await Preview.open(this.#client, { screen });
    this.#preview = preview;
    this.#shown = { screen };
    this.#paused = false;
    preview.on("picture", ({ width, height, jpeg }) => {
      const looker = this.#looker;
      if (this.#preview !== preview || looker === undefined) return;
      looker.ready = false;
      looker.show({ width, height, jpeg });
    });
    preview.on("ended", () => {
      if (this.#preview !== preview) return;
      this.#preview = this.#shown = undefined;
      this.#later();
    });
    if (this.#looker?.ready === true) preview.ready();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#adjust(), TRY_AGAIN_MS);
    this.#timer.unref();
  }
}
