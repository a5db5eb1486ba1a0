/**
 * The live picture of the viewfinder: of the screen that the settings name, while somebody sees it, from each new engine
 * anew. Whenever the one that was shown says no more how that screen looks, the window is told that there is none.
 */
import { asSentence, toProblem, type ParamsOf, type ScreenView, type Settings, type ViewSize } from "@ionia/common";
import { Preview, type EngineClient } from "@ionia/node";
import type { ShellStore } from "./shell_store.ts";

const TRY_AGAIN_MS = 2000;

/** Who waits for a picture hears from the engine every 5 s. */
const SILENT_MS = 7000;
const SILENT = "No live picture has come for 7 seconds.";
const ENDED = "The live picture ended.";

/** A window's side: it says when it has drawn one, and gets the next. */
export interface Look {
  ready(): void;
  /** How large it shows pictures from now on: a `ViewSize`; anything else says nothing. */
  fit(size: unknown): void;
  end(): void;
}

/** As a recording would have it; its shape is that of the file at any size of that. */
type Shown = Pick<Settings, "screen" | "region" | "cursor">;

type Size = Required<Pick<ParamsOf<"preview.open">, "maxWidth" | "maxHeight">>;

/** At most, and until the window says how large its viewfinder is: larger, what draws a picture costs more than what makes it. */
const MOST: Size = { maxWidth: 960, maxHeight: 540 };
const LEAST = 64;

interface Looker {
  readonly show: (view: ScreenView) => void;
  /** Whether it waits for a picture. */
  ready: boolean;
}

export class PreviewControl {
  readonly #client: EngineClient;
  readonly #store: ShellStore;
  #looker: Looker | undefined;
  #watched = true;
  #preview: Preview | undefined;
  /** What is to be shown, and what the preview is of: the same object when it is that; undefined: nothing. */
  #wanted: Shown | undefined;
  #shown: Shown | undefined;
  /** Why the look has no picture, as it was told; undefined: it has one. */
  #none: string | undefined = "";
  #paused = false;
  /** What the window wants, and what the preview was told. */
  #size: Size = MOST;
  #told: Size = MOST;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;

  constructor(client: EngineClient, store: ShellStore) {
    this.#client = client;
    this.#store = store;
    store.subscribe((event) => {
      if (event.type === "settings" || event.type === "engine") this.#adjust();
    });
  }

  /**
   * From now on, pictures go to `show`, one each time the look says that it is ready, and at any time that there is
   * none. One look at a time.
   */
  look(show: (view: ScreenView) => void): Look {
    const looker: Looker = { show, ready: false };
    // Of a screen that stands still, only a preview of its own would give a page that is loaded anew its first picture.
    if (this.#looker !== undefined) this.#drop();
    this.#looker = looker;
    this.#none ??= "";
    if (this.#none !== "") show({ why: this.#none });
    this.#adjust();
    return {
      ready: () => {
        looker.ready = true;
        if (this.#looker !== looker) return;
        this.#preview?.ready();
        this.#listen();
      },
      fit: (size) => this.#looker === looker && this.#fit(size),
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
    const { engine, settings } = this.#store.state;
    const { screen, region, cursor } = settings;
    const wanted = this.#looker !== undefined && engine.phase === "ready" ? { screen, region, cursor } : undefined;
    if (JSON.stringify(wanted) !== JSON.stringify(this.#wanted)) {
      this.#tellNone("");
      this.#wanted = wanted;
    }
    this.#listen();
    this.#work = this.#work.then(() => this.#apply());
  }

  async #apply(): Promise<void> {
    const wanted = this.#wanted;
    if (this.#preview !== undefined && wanted !== this.#shown) {
      const before = this.#preview;
      this.#preview = this.#shown = undefined;
      if (this.#store.state.engine.phase === "ready") await before.close();
    }
    if (wanted === undefined) return;
    try {
      if (this.#preview === undefined && this.#watched) await this.#open(wanted);
      if (this.#preview !== undefined && this.#paused === this.#watched) {
        this.#paused = !this.#watched;
        await this.#preview.update({ paused: this.#paused });
      }
      await this.#tellSize();
    } catch (error) {
      if (this.#preview === undefined && this.#wanted === wanted) this.#tellNone(wordsOf(error));
      this.#later();
    }
  }

  async #open(shown: Shown): Promise<void> {
    const size = this.#size;
    const preview = await Preview.open(this.#client, { ...shown, ...size });
    this.#preview = preview;
    this.#told = size;
    this.#shown = shown;
    this.#paused = false;
    preview.on("picture", ({ width, height, jpeg }) => {
      const looker = this.#looker;
      if (this.#preview !== preview || this.#shown !== this.#wanted || looker === undefined) return;
      looker.ready = false;
      this.#none = undefined;
      this.#listen();
      looker.show({ width, height, jpeg });
    });
    preview.on("alive", () => this.#preview === preview && this.#listen());
    preview.on("ended", () => {
      if (this.#preview !== preview) return;
      this.#preview = this.#shown = undefined;
      this.#tellNone(ENDED);
      this.#later();
    });
    if (this.#looker?.ready === true) preview.ready();
  }

  /** Pictures as they are shown are the sharpest, and none is larger than it needs to be. */
  #fit(size: unknown): void {
    const wanted = sizeOf(size);
    if (wanted === undefined) return;
    if (wanted.maxWidth === this.#size.maxWidth && wanted.maxHeight === this.#size.maxHeight) return;
    this.#size = wanted;
    this.#work = this.#work.then(() => this.#apply());
  }

  /** Of many sizes in a row, as while somebody pulls at the window's edge, those that come during a call are one. */
  async #tellSize(): Promise<void> {
    const size = this.#size;
    if (this.#preview === undefined || this.#told === size) return;
    await this.#preview.update(size);
    this.#told = size;
  }

  /** From now on something must come, where somebody waits for it. */
  #listen(): void {
    clearTimeout(this.#silence);
    if (this.#looker?.ready !== true || !this.#watched || this.#wanted === undefined) return;
    this.#silence = setTimeout(() => {
      this.#tellNone(SILENT);
      this.#drop(); // A new one has its picture at once.
      this.#later();
    }, SILENT_MS);
    this.#silence.unref();
  }

  #tellNone(why: string): void {
    if (this.#none === why) return;
    this.#none = why;
    this.#looker?.show({ why });
  }

  #drop(): void {
    const before = this.#preview;
    this.#preview = this.#shown = undefined;
    void before?.close();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#adjust(), TRY_AGAIN_MS);
    this.#timer.unref();
  }
}

function sizeOf(size: unknown): Size | undefined {
  const { width, height } = (size ?? {}) as Partial<ViewSize>;
  if (!Number.isFinite(width) || !Number.isFinite(height)) return undefined;
  const within = (side: number, most: number): number => Math.min(Math.max(Math.round(side), LEAST), most);
  return { maxWidth: within(width as number, MOST.maxWidth), maxHeight: within(height as number, MOST.maxHeight) };
}

function wordsOf(error: unknown): string {
  const { message, hint } = toProblem(error);
  return `No live picture: ${asSentence(message)} ${hint}`.trim();
}
