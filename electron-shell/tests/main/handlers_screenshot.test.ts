/** A picture of the screen through the window's request: beside the recordings, whether or not it is recorded. */
import path from "node:path";
import { expect, it } from "vitest";
import { api, eachOpensAStudio, engines, folder, studio } from "../fakes/open_studio.ts";

eachOpensAStudio();

it("is of the settings' screen, with the pointer where recordings have it, and says where it is", async () => {
  await api.updateSettings({ screen: "test", cursor: false });
  expect(await api.saveScreenshot()).toEqual({ success: true });
  const asked = engines.latest.calls.filter(({ method }) => method === "screenshot.save");
  const file = path.join(folder, "recordings", "screenshot_2026-03-04T05-06-07-089Z.png");
  expect(asked).toMatchObject([{ params: { path: file, screen: "test", cursor: false } }]);
  expect(studio.state.notices).toMatchObject([
    { level: "info", code: "screenshot", message: `The picture is saved: ${path.basename(file)}` },
  ]);
  expect(studio.state.notices[0]?.hint).toContain("1920 × 1080");
});

it("that can't be taken says why, and nothing else", async () => {
  const data = { kind: "capture_unavailable", hint: "Log in first.", id: "" };
  engines.latest.failNext.set("screenshot.save", { code: 1101, message: "The screen is locked.", data });
  const answer = await api.saveScreenshot();
  expect(answer.success).toBe(false);
  expect(answer.error).toContain("The screen is locked.");
  expect(studio.state.notices).toEqual([]);
});
