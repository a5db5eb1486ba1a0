/**
 * Makes icon.ico of icon.png: `node packing/make-ico.mjs`. Windows' own sizes, each averaged from the large picture.
 * The small ones are bitmaps, which every program that reads icons takes, the installer's compiler included.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { deflateSync, inflateSync } from "node:zlib";

export const SIZES = [16, 20, 24, 32, 40, 48, 64, 256];
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A square RGBA picture of 8 bits without interlacing, as `{ size, pixels }`. */
export function decodePng(png) {
  if (!png.subarray(0, 8).equals(PNG_SIGNATURE)) throw new Error("this is no PNG");
  const parts = [];
  let size = 0;
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const data = png.subarray(at + 8, at + 8 + length);
    const kind = png.toString("latin1", at + 4, at + 8);
    if (kind === "IHDR") {
      size = data.readUInt32BE(0);
      if (data.readUInt32BE(4) !== size || !data.subarray(8, 13).equals(Buffer.from([8, 6, 0, 0, 0])))
        throw new Error("this PNG is not a square of 8-bit RGBA");
    } else if (kind === "IDAT") parts.push(data);
    at += length + 12;
  }
  return { size, pixels: unfilter(inflateSync(Buffer.concat(parts)), size * 4, size) };
}

function unfilter(raw, stride, height) {
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const left = x >= 4 ? pixels[y * stride + x - 4] : 0;
      const up = y > 0 ? pixels[(y - 1) * stride + x] : 0;
      const corner = x >= 4 && y > 0 ? pixels[(y - 1) * stride + x - 4] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[y * stride + x] = raw[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return pixels;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** The picture in another size: each pixel the mean of what it covers, weighted by how opaque that is. */
export function resized({ size, pixels }, to) {
  const made = Buffer.alloc(to * to * 4);
  const scale = size / to;
  for (let y = 0; y < to; y += 1)
    for (let x = 0; x < to; x += 1) {
      const sum = [0, 0, 0, 0];
      let weight = 0;
      for (let v = Math.floor(y * scale); v < Math.ceil((y + 1) * scale); v += 1)
        for (let u = Math.floor(x * scale); u < Math.ceil((x + 1) * scale); u += 1) {
          const covered =
            (Math.min(u + 1, (x + 1) * scale) - Math.max(u, x * scale)) *
            (Math.min(v + 1, (y + 1) * scale) - Math.max(v, y * scale));
          const at = (v * size + u) * 4;
          const alpha = pixels[at + 3] * covered;
          for (let c = 0; c < 3; c += 1) sum[c] += pixels[at + c] * alpha;
          sum[3] += alpha;
          weight += covered;
        }
      const at = (y * to + x) * 4;
      for (let c = 0; c < 3; c += 1) made[at + c] = sum[3] > 0 ? Math.round(sum[c] / sum[3]) : 0;
      made[at + 3] = Math.round(sum[3] / weight);
    }
  return { size: to, pixels: made };
}

/** As it lies in an icon: blue first, the last row first, then a mask that no program of today looks at. */
function bitmap({ size, pixels }) {
  const head = Buffer.alloc(40);
  head.writeUInt32LE(40, 0);
  head.writeInt32LE(size, 4);
  head.writeInt32LE(size * 2, 8);
  head.writeUInt16LE(1, 12);
  head.writeUInt16LE(32, 14);
  const rows = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      const [from, to] = [(y * size + x) * 4, ((size - 1 - y) * size + x) * 4];
      const [r, g, b, a] = pixels.subarray(from, from + 4);
      rows.set([b, g, r, a], to);
    }
  return Buffer.concat([head, rows, Buffer.alloc(Math.ceil(size / 32) * 4 * size)]);
}

function encodePng({ size, pixels }) {
  const rows = [];
  for (let y = 0; y < size; y += 1) rows.push(Buffer.from([0]), pixels.subarray(y * size * 4, (y + 1) * size * 4));
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0]);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  const chunks = [
    ["IHDR", head],
    ["IDAT", deflateSync(Buffer.concat(rows), { level: 9 })],
    ["IEND", Buffer.alloc(0)],
  ];
  return Buffer.concat([PNG_SIGNATURE, ...chunks.map(([kind, data]) => chunk(kind, data))]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const made = Buffer.alloc(body.length + 8);
  made.writeUInt32BE(data.length, 0);
  body.copy(made, 4);
  made.writeUInt32BE(crc32(body), body.length + 4);
  return made;
}

function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** The whole icon. */
export function makeIco(png) {
  const picture = decodePng(png);
  const made = SIZES.map((size) => {
    const one = resized(picture, size);
    return { size, data: size === 256 ? encodePng(one) : bitmap(one) };
  });
  const head = Buffer.alloc(6 + 16 * made.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(made.length, 4);
  let offset = head.length;
  for (const [index, { size, data }] of made.entries()) {
    const at = 6 + 16 * index;
    head[at] = head[at + 1] = size % 256;
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(data.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += data.length;
  }
  return Buffer.concat([head, ...made.map(({ data }) => data)]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const here = (name) => fileURLToPath(new URL(`../assets/${name}`, import.meta.url));
  await writeFile(here("icon.ico"), makeIco(await readFile(here("icon.png"))));
}
