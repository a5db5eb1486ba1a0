/** A desktop as people have one, drawn by a browser on a real display: what is recorded in the pictures for the README. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { CHROMIUM } from "./browser.ts";

const KEYWORD = "color:#c792ea";
const NAME = "color:#82aaff";
const TEXT = "color:#c3e88d";
const code = (colour: string, text: string): string => `<b style="${colour}">${text}</b>`;

const CODE = `${code(KEYWORD, "import")} { Recorder } ${code(KEYWORD, "from")} ${code(TEXT, '"@ionia/node"')};

${code(KEYWORD, "const")} recorder = ${code(KEYWORD, "new")} ${code(NAME, "Recorder")}(client, ${code(TEXT, '"lesson"')});
${code(KEYWORD, "await")} recorder.${code(NAME, "initializeWith")}({
  outputPath: ${code(TEXT, '"lesson-4.mp4"')},
  fps: 60,
  quality: ${code(TEXT, '"high"')},
});
${code(KEYWORD, "await")} recorder.${code(NAME, "start")}();

recorder.${code(NAME, "on")}(${code(TEXT, '"stats"')}, ({ durationSeconds }) => {
  clock.textContent = ${code(NAME, "formatDuration")}(durationSeconds);
});

button.onclick = ${code(KEYWORD, "async")} () => {
  ${code(KEYWORD, "await")} recorder.${code(NAME, "stop")}();
  ${code(NAME, "show")}(${code(TEXT, '"lesson-4.mp4"')});
};`;

const LANDSCAPE = `<svg viewBox="0 0 640 400" preserveAspectRatio="xMidYMid slice">
  <defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="#27306b"/><stop offset=".55" stop-color="#d9668f"/>
  <stop offset=".8" stop-color="#ffb86b"/></linearGradient></defs>
  <rect width="640" height="400" fill="url(#sky)"/><circle cx="410" cy="236" r="44" fill="#ffe9b8"/>
  <path d="M0 270 110 180 210 262 330 150 450 268 540 200 640 268V400H0z" fill="#6a3f75"/>
  <path d="M0 310 90 262 220 320 350 246 480 322 640 262V400H0z" fill="#452c5e"/>
  <path d="M0 352Q160 300 320 350T640 336V400H0z" fill="#241b3e"/></svg>`;

const WINDOW = (title: string, style: string, body: string): string =>
  `<section style="${style}"><h1><i></i><i></i><i></i>${title}</h1>${body}</section>`;

const BARS = [38, 52, 47, 64, 58, 76, 83].map((high) => `<s style="height:${high}%"></s>`).join("");

const PAGE = `<!doctype html><style>
  body { margin: 0; height: 100vh; overflow: hidden; font: 14px Inter, "DejaVu Sans", sans-serif; color: #dfe4f2;
    background: radial-gradient(circle at 80% 10%, #7a5cff 0, transparent 45%), radial-gradient(circle at 10% 100%, #13a3a3 0,
    transparent 50%), #1b2347; }
  nav { display: flex; gap: 22px; padding: 7px 16px; background: #0c1024cc; font-size: 13px; }
  nav :last-child { margin-left: auto; }
  section { position: absolute; border-radius: 10px; overflow: hidden; background: #1e2235; box-shadow: 0 18px 50px #0009; }
  h1 { margin: 0; padding: 9px 12px; background: #2a2f47; font: 13px "DejaVu Sans"; display: flex; gap: 7px; align-items: center; }
  h1 i { width: 11px; height: 11px; border-radius: 50%; background: #ff5f57; }
  h1 i + i { background: #febc2e; } h1 i + i + i { background: #28c840; margin-right: 8px; }
  pre { margin: 0; padding: 14px 18px; font: 15px/1.65 "DejaVu Sans Mono", monospace; } b { font-weight: 400; }
  svg { display: block; width: 100%; height: calc(100% - 34px); }
  .chart { display: flex; align-items: flex-end; gap: 12px; height: 112px; padding: 16px 20px; }
  s { flex: 1; border-radius: 4px 4px 0 0; background: linear-gradient(#8d7dff, #5546d8); }
</style><nav><strong>Lesson 4</strong><span>File</span><span>Edit</span><span>View</span><span>Mar 4, 3:30 PM</span></nav>
${WINDOW("recorder.ts", "left:36px;top:66px;width:640px;height:590px", `<pre>${CODE}</pre>`)}
${WINDOW("ridge at dawn.jpg", "left:716px;top:104px;width:520px;height:330px", LANDSCAPE)}
${WINDOW("Viewers, this week", "left:790px;top:470px;width:400px;height:190px", `<div class="chart">${BARS}</div>`)}`;

/** Shows it on the display of `env` while `work` runs. */
export async function withSomeonesDesktop<T>(env: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  const profile = await mkdtemp(path.join(tmpdir(), "ionia-someone-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM as string,
    headless: false,
    viewport: null,
    env: env as Record<string, string>,
    ignoreDefaultArgs: ["--enable-automation"],
    args: [
      "--no-sandbox",
      "--test-type",
      "--disable-gpu",
      "--kiosk",
      "--window-position=0,0",
      "--window-size=1280,720",
    ],
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.setContent(PAGE);
    await page.mouse.move(600, 300);
    await page.waitForTimeout(500);
    return await work();
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}
