/** The packets of a recording, decoded by Chromium's own WebCodecs while it runs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Preview, Recorder, type EncodedPicture, type EngineClient } from "@ionia/node";
import { REAL_ENGINE, TEST_CARD, realEngineClient } from "../fakes/real_engine.ts";
import { CHROMIUM, launchBrowser } from "./browser.ts";

const PICTURES = 12;

describe.skipIf(REAL_ENGINE === undefined || CHROMIUM === undefined)("a preview in H.264", () => {
  let client: EngineClient;
  let folder: string;

  beforeAll(async () => {
    client = realEngineClient();
    folder = await mkdtemp(path.join(tmpdir(), "ionia-encoded-"));
  });

  afterAll(async () => {
    await client.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("is decoded by a browser as its answer says", async () => {
    const recorder = new Recorder(client, "encoded");
    await recorder.initializeWith({ outputPath: path.join(folder, "a.mp4"), fps: 30, ...TEST_CARD });
    await recorder.start();
    const preview = await Preview.open(client, { kind: "recorder", id: "encoded", format: "h264" });
    const pictures: EncodedPicture[] = [];
    await new Promise<void>((resolve) => {
      preview.on("encoded", (picture) => {
        pictures.push(picture);
        if (pictures.length === PICTURES) resolve();
        else preview.ready();
      });
      preview.ready();
    });
    await preview.close();
    await recorder.dispose();
    const { codec, width, height } = preview.opened;
    const units = pictures.map(({ keyframe, data }) => ({ keyframe, text: Buffer.from(data).toString("base64") }));
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.route("https://preview.invalid/", (route) => route.fulfill({ contentType: "text/html", body: "" }));
      await page.goto("https://preview.invalid/"); // WebCodecs is there for secure pages alone
      const decoded = await page.evaluate(
        async ([name, all]) => {
          const sizes: [number, number][] = [];
          const decoder = new VideoDecoder({
            output: (frame) => {
              sizes.push([frame.codedWidth, frame.codedHeight]);
              frame.close();
            },
            error: (error) => {
              throw error;
            },
          });
          decoder.configure({ codec: name, optimizeForLatency: true });
          for (const [index, { keyframe, text }] of all.entries()) {
            const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            decoder.decode(new EncodedVideoChunk({ type: keyframe ? "key" : "delta", timestamp: index, data }));
          }
          await decoder.flush();
          return sizes;
        },
        [codec as string, units] as const,
      );
      expect(decoded.length).toBe(PICTURES);
      expect(decoded[0]?.[0]).toBeGreaterThanOrEqual(width);
      expect(decoded[0]?.[1]).toBeGreaterThanOrEqual(height);
    } finally {
      await browser.close();
    }
  });
});
