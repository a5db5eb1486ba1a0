/** The live picture in the window: what is drawn, and what stands there in words when there is none. */
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createElectronAPI, type ScreenView, type ViewSize } from "@ionia/common";
import { App } from "../../src/renderer/App.tsx";
import { READY } from "./fake_api.ts";

const PICTURE: ScreenView = { width: 64, height: 36, jpeg: new Uint8Array([0xff, 0xd8]) };

/** Each picture's decoding, which ends when the test says so. */
let decodings: { end(): void; fail(): void }[];
let drawn: number;
/** Decoded pictures that nobody has freed. */
let kept: number;
let resized: ResizeObserverCallback;
let readyState: number;
let show: (view: ScreenView) => Promise<void>;
let fitted: ViewSize[];

beforeEach(async () => {
  decodings = [];
  drawn = kept = 0;
  fitted = [];
  vi.stubGlobal(
    "ImageDecoder",
    class {
      decode = () =>
        new Promise((resolve, reject) => {
          kept += 1;
          const image = { close: () => void (kept -= 1) };
          decodings.push({ end: () => resolve({ image }), fail: () => reject(new Error("no JPEG")) });
        });
      close = () => undefined;
    },
  );
  readyState = HTMLMediaElement.HAVE_ENOUGH_DATA;
  vi.spyOn(HTMLMediaElement.prototype, "readyState", "get").mockImplementation(() => readyState);
  vi.stubGlobal("VideoFrame", class {});
  vi.stubGlobal("MediaStream", class {});
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(heard: ResizeObserverCallback) {
        resized = heard;
      }
      observe = () => undefined;
      disconnect = () => undefined;
    },
  );
  vi.stubGlobal(
    "MediaStreamTrackGenerator",
    class {
      writable = new WritableStream({ write: () => void (drawn += 1) });
    },
  );
  window.electronAPI = createElectronAPI(
    () => Promise.resolve(READY),
    () => () => undefined,
    (given) => {
      show = given;
      return { fit: (size) => fitted.push(size), end: () => undefined };
    },
  );
  render(<App />);
  await screen.findByText("Engine ready");
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const isLive = (): boolean =>
  screen.queryByRole("img", { name: "Live picture of the screen" })?.dataset["live"] === "true";
const words = (): string | null => screen.getByRole("status", { name: "Live picture" }).textContent;
const showAll = (...views: ScreenView[]): Promise<void> =>
  act(async () => {
    for (const view of views) void show(view);
    await Promise.resolve();
  });
const decoded = (how: "end" | "fail" = "end"): Promise<void> =>
  act(async () => {
    decodings.at(-1)?.[how]();
    await new Promise((resolve) => setImmediate(resolve));
  });

describe("the viewfinder", () => {
  it("has a picture once one is drawn, and none from the moment that it is of the past, with the reason in words", async () => {
    expect([isLive(), words()]).toEqual([false, ""]);
    await showAll(PICTURE);
    expect(isLive()).toBe(false);
    await decoded();
    expect([isLive(), words(), drawn]).toEqual([true, "", 1]);
    await showAll({ why: "" });
    expect([isLive(), words()]).toEqual([false, ""]);
    await showAll({ why: "No live picture: There is no screen b." });
    expect([isLive(), words()]).toEqual([false, "No live picture: There is no screen b."]);
    await showAll(PICTURE);
    await decoded();
    expect([isLive(), words(), drawn]).toEqual([true, "", 2]);
  });

  it("doesn't draw a picture that was overtaken by the news that there is none", async () => {
    await showAll(PICTURE, { why: "The live picture ended." });
    await decoded();
    expect([isLive(), words(), drawn]).toEqual([false, "The live picture ended.", 0]);
  });

  it("gives the one picture of a screen that stands still until the film has begun, since what came before is lost", async () => {
    readyState = HTMLMediaElement.HAVE_NOTHING;
    await showAll(PICTURE);
    await decoded();
    await vi.waitFor(() => expect(drawn).toBeGreaterThan(1));
    expect(isLive()).toBe(false);
    readyState = HTMLMediaElement.HAVE_CURRENT_DATA;
    await vi.waitFor(() => expect(isLive()).toBe(true));
  });

  it("says how large it is whenever that changes, whether or not a picture comes", () => {
    const boxes = [{ inlineSize: 760, blockSize: 428 }];
    resized([{ devicePixelContentBoxSize: boxes } as unknown as ResizeObserverEntry], {} as ResizeObserver);
    expect(fitted).toEqual([{ width: 760, height: 428 }]);
  });

  it("writes no film while nobody sees the page, and frees each picture", async () => {
    readyState = HTMLMediaElement.HAVE_NOTHING;
    await showAll(PICTURE);
    await decoded();
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
    const before = drawn;
    await act(() => new Promise((resolve) => setTimeout(resolve, 100)));
    expect([drawn, kept]).toEqual([before, 1]);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    await showAll({ why: "" });
    await vi.waitFor(() => expect(kept).toBe(0));
  });

  it("says so when a picture can't be drawn, and doesn't leave the one before standing", async () => {
    await showAll(PICTURE);
    await decoded();
    await showAll(PICTURE);
    await decoded("fail");
    expect([isLive(), words(), drawn]).toEqual([false, "The live picture can't be drawn.", 1]);
  });
});
