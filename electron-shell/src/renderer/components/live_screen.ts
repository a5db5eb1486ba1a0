/**
 * Live pictures become the film of a `<video>`: decoded off the page's thread to the planes that they were coded from,
 * and put on the screen by what composes the window. On a canvas each would be turned into colours and painted by the
 * page as well, at twice the cost (engine's decision 0455).
 */

/** Chromium's, which the DOM's types don't have. */
declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(options: { kind: "video" });
  readonly writable: WritableStream<VideoFrame>;
}

export class LiveScreen {
  readonly #video: HTMLVideoElement;
  #writer: WritableStreamDefaultWriter<VideoFrame> | undefined;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  /**
   * Resolves once it is on its way to the screen; while the page is hidden, nothing is. Not shown where `isCurrent` says
   * no. Rejects when it is no picture.
   */
  async show(jpeg: Uint8Array<ArrayBuffer>, isCurrent: () => boolean): Promise<void> {
    const decoder = new ImageDecoder({ data: jpeg, type: "image/jpeg" });
    let image: VideoFrame | undefined;
    try {
      ({ image } = await decoder.decode());
      await seen();
      if (isCurrent()) await this.#write(image);
      // What is written before the film has begun is lost, and of a screen that stands still no other picture comes.
      while (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA && isCurrent()) {
        if (await begun(this.#video)) continue;
        await seen();
        if (isCurrent()) await this.#write(image);
      }
    } finally {
      image?.close();
      decoder.close();
    }
  }

  /** Nothing is left of what was shown; the next picture begins anew. */
  clear(): void {
    if (this.#writer === undefined) return;
    void this.#writer.close().catch(() => undefined);
    this.#writer = undefined;
    this.#video.srcObject = null;
  }

  #write(image: VideoFrame): Promise<void> {
    this.#writer ??= this.#begin();
    // A film's pictures have instants, a single picture has none.
    return this.#writer.write(new VideoFrame(image, { timestamp: Math.round(performance.now() * 1000) }));
  }

  #begin(): WritableStreamDefaultWriter<VideoFrame> {
    const track = new MediaStreamTrackGenerator({ kind: "video" });
    this.#video.srcObject = new MediaStream([track]);
    return track.writable.getWriter();
  }
}

/** At once, or when the page is to be seen again. */
function seen(): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", () => resolve(), { once: true }));
}

const BEGUN_WITHIN_MS = 30;

/** Whether the film begins within so long. */
function begun(video: HTMLVideoElement): Promise<boolean> {
  return new Promise((resolve) => {
    const began = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    const timer = setTimeout(() => {
      video.removeEventListener("loadeddata", began);
      resolve(false);
    }, BEGUN_WITHIN_MS);
    video.addEventListener("loadeddata", began, { once: true });
  });
}
