/** Live pictures: their bytes, and the real engine's on its test card. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineError } from "@ionia/common";
import { Preview, PreviewReader, type EngineClient, type PreviewPicture, type PreviewRecord } from "@ionia/node";
import { REAL_ENGINE, realEngineClient } from "../fakes/real_engine.ts";

function record(jpeg: Buffer, { kind = 1, sequence = 1n, coding = 1, flags = 1 } = {}): Buffer {
  const head = Buffer.alloc(40);
  head.write("IPV1", "latin1");
  head.writeUInt16LE(kind, 4);
  head.writeUInt16LE(coding, 6);
  head.writeBigUInt64LE(sequence, 8);
  head.writeBigInt64LE(-5n, 16);
  head.writeUInt32LE(640, 24);
  head.writeUInt32LE(360, 28);
  head.writeUInt32LE(jpeg.length, 32);
  head.writeUInt32LE(flags, 36);
  return Buffer.concat([head, jpeg]);
}

describe("the reader of a preview", () => {
  const wire = Buffer.concat([
    record(Buffer.from("one")),
    record(Buffer.alloc(0), { kind: 2 }),
    record(Buffer.from("not known yet"), { kind: 3 }),
    record(Buffer.from("two"), { sequence: 2n }),
  ]);

  it.each([1, 7, 39, 40, 43, 500])("reads pictures that come in pieces of %i bytes", (size) => {
    const reader = new PreviewReader();
    const records: PreviewRecord[] = [];
    for (let at = 0; at < wire.length; at += size) records.push(...reader.feed(wire.subarray(at, at + size)));
    expect(records.map(({ type }) => type)).toEqual(["picture", "alive", "picture"]);
    const pictures = records.filter((one) => one.type === "picture");
    expect(pictures.map(({ sequence, jpeg }) => [sequence, Buffer.from(jpeg).toString()])).toEqual([
      [1, "one"],
      [2, "two"],
    ]);
    expect(pictures[0]).toMatchObject({ capturedNs: -5n, width: 640, height: 360 });
  });

  it("tells keyframes from what needs those before it", () => {
    const encoded = [1, 0].map((flags) => record(Buffer.from("unit"), { coding: 2, flags }));
    const records = new PreviewReader().feed(Buffer.concat([...encoded, record(Buffer.from("?"), { coding: 3 })]));
    expect(records).toMatchObject([
      { type: "encoded", width: 640, keyframe: true, data: new Uint8Array(Buffer.from("unit")) },
      { type: "encoded", keyframe: false },
    ]);
  });

  it("refuses what is no preview", () => {
    expect(() => new PreviewReader().feed(Buffer.alloc(40))).toThrow();
  });
});

describe.skipIf(REAL_ENGINE === undefined)("a preview of the real engine", () => {
  let client: EngineClient;

  beforeAll(() => {
    client = realEngineClient();
  });

  afterAll(() => client.close());

  it("gives a picture each time it is asked for one, other sizes when they are asked for, and ends", async () => {
    const preview = await Preview.open(client, { screen: "test", fps: 30 });
    const next = (): Promise<PreviewPicture> =>
      new Promise((resolve) => {
        preview.once("picture", resolve);
        preview.ready();
      });
    const [first, second] = [await next(), await next()];
    expect([first.sequence, first.width, first.height]).toEqual([1, 640, 360]);
    expect(second.sequence).toBe(2);
    expect([...first.jpeg.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    expect(process.hrtime.bigint() - second.capturedNs).toBeLessThan(60_000_000_000n);
    expect(await preview.update({ maxWidth: 320 })).toBe(true);
    while ((await next()).width !== 320);
    const ended = new Promise((resolve) => preview.once("ended", resolve));
    await preview.close();
    await ended;
    preview.ready();
    expect(await preview.update({ paused: true })).toBe(false);
  });

  it("says why there is none", async () => {
    await expect(Preview.open(client, { screen: "no such screen" })).rejects.toThrow(EngineError);
  });
});
