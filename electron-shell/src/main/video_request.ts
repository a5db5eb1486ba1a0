/**
 * `ionia-video://open?path=…`: how a page plays a file by its path, as applications with the old addon do. Only what the
 * user chose or what was recorded here is served; a page that is taken over can't read the disk through it.
 */
import { realpath } from "node:fs/promises";
import path from "node:path";
import { fileResponse } from "./media_response.ts";

export const VIDEO_SCHEME = "ionia-video";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".mp4": "video/mp4",
  ".m4v": "video/mp4",
  ".mov": "video/quicktime",
  ".mkv": "video/x-matroska",
  ".webm": "video/webm",
};

export const VIDEO_EXTENSIONS: readonly string[] = Object.keys(CONTENT_TYPES).map((name) => name.slice(1));

export class VideoRequests {
  readonly #recordingsFolder: string;
  readonly #isRecorded: (file: string) => boolean;
  readonly #chosen = new Set<string>();

  /** `isRecorded`: whether the list of recordings has this path. */
  constructor(recordingsFolder: string, isRecorded: (file: string) => boolean) {
    this.#recordingsFolder = path.resolve(recordingsFolder);
    this.#isRecorded = isRecorded;
  }

  /** The user picked these in the open dialog: until the application ends they may be played. */
  choose(files: readonly string[]): void {
    for (const file of files) this.#chosen.add(path.resolve(file));
  }

  /** Never rejects: 400 what is no such request, 403 what may not be played, 404 what isn't there. */
  async respond(address: string, range: string | null): Promise<Response> {
    const file = requestedFile(address);
    if (file === undefined) return new Response("no video's path", { status: 400 });
    const contentType = CONTENT_TYPES[path.extname(file).toLowerCase()];
    if (contentType === undefined || !(await this.#mayPlay(file))) return new Response("refused", { status: 403 });
    return fileResponse(file, contentType, range);
  }

  async #mayPlay(file: string): Promise<boolean> {
    if (this.#chosen.has(file) || this.#isRecorded(file)) return true;
    // By its real place: a link in the folder is not a recording.
    const [real, folder] = await Promise.all([realpath(file), realpath(this.#recordingsFolder)]).catch(() => ["", ""]);
    const inside = path.relative(folder ?? "", real ?? "");
    return real !== "" && inside !== "" && !inside.startsWith("..") && !path.isAbsolute(inside);
  }
}

/** The absolute, normalised path that is asked for. */
function requestedFile(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const file = url?.searchParams.get("path") ?? "";
  const asks = url?.protocol === `${VIDEO_SCHEME}:` && (url.host === "open" || url.pathname === "//open");
  return asks && path.isAbsolute(file) && !file.includes("\0") ? path.normalize(file) : undefined;
}
