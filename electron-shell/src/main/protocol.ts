/**
 * `ionia://app/…` is the built window, `ionia://media/<id>` a recording of the history,
 * `ionia://thumbnail/<id>` its picture, `ionia://strip/<id>` those along it, `ionia-video://open?path=…` a video
 * that the user chose. Nothing else is served.
 */
import path from "node:path";
import { protocol } from "electron";
import { fileResponse } from "./media_response.ts";
import { VIDEO_SCHEME, type VideoRequests } from "./video_request.ts";

const SCHEME = "ionia";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

export function mediaUrl(recordingId: string): string {
  return `${SCHEME}://media/${encodeURIComponent(recordingId)}`;
}

export function thumbnailUrl(recordingId: string): string {
  return `${SCHEME}://thumbnail/${encodeURIComponent(recordingId)}`;
}

export function stripUrl(recordingId: string): string {
  return `${SCHEME}://strip/${encodeURIComponent(recordingId)}`;
}

/** Before the application is ready. Module scripts and fonts are asked for with CORS, even from their own origin. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, stream: true, supportFetchAPI: true, corsEnabled: true };
  protocol.registerSchemesAsPrivileged([SCHEME, VIDEO_SCHEME].map((scheme) => ({ scheme, privileges })));
}

export interface SchemeOptions {
  readonly rendererFolder: string;
  readonly recordingPath: (id: string) => string | undefined;
  /** One file in the folder of pictures, whatever is asked for. */
  readonly thumbnailPath: (id: string) => string;
  readonly stripPath: (id: string) => string;
  readonly videos: VideoRequests;
}

/** After it is. */
export function serveScheme({ rendererFolder, recordingPath, thumbnailPath, stripPath, videos }: SchemeOptions): void {
  protocol.handle(VIDEO_SCHEME, (request) => videos.respond(request.url, request.headers.get("range")));
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url);
    const name = decoded(url.pathname).replace(/^\/+/, "");
    if (url.host === "media") {
      const file = recordingPath(name);
      return file === undefined
        ? new Response("not found", { status: 404 })
        : fileResponse(file, "video/mp4", request.headers.get("range"));
    }
    if (url.host === "thumbnail") return fileResponse(thumbnailPath(name), "image/jpeg", null);
    if (url.host === "strip") return fileResponse(stripPath(name), "image/jpeg", null);
    const file = path.join(rendererFolder, name === "" ? "index.html" : name);
    const inside = !path.relative(rendererFolder, file).startsWith("..");
    const contentType = CONTENT_TYPES[path.extname(file)];
    if (url.host !== "app" || !inside || contentType === undefined) return new Response("not found", { status: 404 });
    return fileResponse(file, contentType, null);
  });
}

/** A path with a broken escape names nothing that we have. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
