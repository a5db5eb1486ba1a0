/** Debian's Chromium, the built renderer on a local port, and axe. */
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { build } from "vite";
import { fileResponse } from "@ionia/main";

export const SHELL = fileURLToPath(new URL("../..", import.meta.url));
const RENDERER = path.join(SHELL, "dist", "renderer");
/** Pictures of every state, to be looked at. Not in the repository. */
export const SCREENSHOTS = path.join(SHELL, "dist", "screenshots");

const CANDIDATES = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
export const CHROMIUM = CANDIDATES.find((file) => file !== undefined && existsSync(file));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
};

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM as string,
    // As root, in a container without a GPU.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
  });
}

/** The renderer, built as it ships. */
export async function buildRenderer(): Promise<void> {
  await build({ configFile: path.join(SHELL, "src", "renderer", "vite.config.ts"), logLevel: "error" });
}

/** A script for the page, bundled to one piece. */
export async function pageScript(name: string): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["ionia-source"] },
    build: {
      write: false,
      minify: false,
      lib: { entry: path.join(SHELL, "tests", "e2e", name), formats: ["iife"], name: "page" },
    },
  });
  const first = (Array.isArray(output) ? output[0] : output) as { output: { code?: string }[] };
  return first.output[0]?.code ?? "";
}

export interface RendererServer {
  readonly server: Server;
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the renderer; `extra` answers other paths, or undefined for 404. */
export async function serveRenderer(
  extra: (pathname: string, range: string | null) => Promise<Response> | undefined = () => undefined,
): Promise<RendererServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pathname = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = path.join(RENDERER, pathname === "/" ? "index.html" : pathname);
    const range = request.headers.range ?? null;
    const found = await (extra(pathname, range) ??
      fileResponse(file, TYPES[path.extname(file)] ?? "application/octet-stream", range));
    response.writeHead(found.status, Object.fromEntries(found.headers));
    if (found.body === null) response.end();
    else
      Readable.fromWeb(found.body as Parameters<typeof Readable.fromWeb>[0])
        .on("error", () => response.destroy())
        .pipe(response);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export interface Violation {
  readonly rule: string;
  readonly impact: string;
  readonly where: string[];
}

/** What axe calls serious or critical on the page as it is now. */
export async function seriousViolations(page: Page): Promise<Violation[]> {
  // The page's CSP forbids inline scripts: the debugger's world is not bound by it.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await readAxe());
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof import("axe-core") }).axe.run(document, {
      resultTypes: ["violations"],
    });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, impact, nodes }) => ({
        rule: id,
        impact: String(impact),
        where: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
      }));
  });
}

let axeSource: string | undefined;
async function readAxe(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  axeSource ??= await readFile(AXE, "utf8");
  return axeSource;
}
