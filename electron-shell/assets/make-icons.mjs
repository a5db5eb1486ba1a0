/**
 * Draws the icons from the one mark, with the Chromium that the tests use: `node assets/make-icons.mjs`.
 * The results are in the repository, so that packaging needs no browser.
 */
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const MARK = (fill, ring = "#fff") => `
  <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" style="position:absolute;inset:0;width:100%;height:100%">
    <rect width="24" height="24" rx="6" fill="${fill}"/>
    <circle cx="12" cy="12" r="5.6" fill="none" stroke="${ring}" stroke-width="1.9"/>
    <circle cx="12" cy="12" r="2.5" fill="${ring}"/>
  </svg>`;

const ICONS = [
  { name: "icon", size: 512, svg: MARK("#5c4ce0") },
  { name: "tray-idle", size: 32, svg: MARK("#5c4ce0") },
  { name: "tray-recording", size: 32, svg: MARK("#d92b44") },
  { name: "tray-live", size: 32, svg: MARK("#12805a") },
  { name: "tray-replay", size: 32, svg: MARK("#0f6fb5") },
  { name: "tray-warning", size: 32, svg: MARK("#f2b632", "#2b1d00") },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
for (const { name, size, svg } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<body style="margin:0;background:transparent">${svg}</body>`);
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, import.meta.url)), omitBackground: true });
  await page.close();
}
await browser.close();
