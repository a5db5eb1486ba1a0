/** A file as an HTTP response with ranges, so that a video element can seek in it. For Electron's protocol and for tests. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";

/** Never rejects. */
export async function fileResponse(file: string, contentType: string, range: string | null): Promise<Response> {
  let size: number;
  try {
    const found = await stat(file);
    if (!found.isFile()) return new Response("not found", { status: 404 });
    size = found.size;
  } catch {
    return new Response("not found", { status: 404 });
  }
  const headers = { "content-type": contentType, "accept-ranges": "bytes", "cache-control": "no-store" };
  const part = range === null ? undefined : parseRange(range, size);
  if (part === null) return new Response(null, { status: 416, headers: { "content-range": `bytes */${size}` } });
  const { start, end } = part ?? { start: 0, end: size - 1 };
  const body = size === 0 ? null : (Readable.toWeb(createReadStream(file, { start, end })) as ReadableStream);
  const length = { ...headers, "content-length": String(size === 0 ? 0 : end - start + 1) };
  if (part === undefined) return new Response(body, { status: 200, headers: length });
  return new Response(body, { status: 206, headers: { ...length, "content-range": `bytes ${start}-${end}/${size}` } });
}

/** `undefined`: no range that we serve, send everything. `null`: a range outside of the file. */
export function parseRange(header: string, size: number): { start: number; end: number } | undefined | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const last = size - 1;
  const start = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? last : Math.min(Number(match[2]), last);
  return start > end || start > last ? null : { start, end };
}
