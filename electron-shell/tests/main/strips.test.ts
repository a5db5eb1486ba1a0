/** The pictures along a recording: made when they are looked at, kept, bounded, and gone with it. */
import { existsSync } from "node:fs";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pictureAt, readStrip } from "@ionia/common";
import { api, eachOpensAStudio, engines, folder, studio } from "../fakes/open_studio.ts";

const SHEET = ["WEBVTT", ""];
for (let index = 0; index < 6; index += 1)
  SHEET.push(
    `00:00:0${index}.500 --> 00:00:0${index + 1}.500`,
    `a%20b.jpg#xywh=${(index % 4) * 224},${Math.floor(index / 4) * 126},224,126`,
    "",
  );

describe("a sheet", () => {
  it("says by its text where its pictures are, and which stands for a place", () => {
    const strip = readStrip(SHEET.join("\n"), "u");
    expect(strip).toEqual({ url: "u", columns: 4, rows: 2, seconds: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5] });
    expect([-1, 0, 0.16, 0.17, 0.99, 1, 2].map((share) => strip && pictureAt(strip, share))).toEqual([
      0, 0, 0, 1, 5, 5, 5,
    ]);
    expect(readStrip("WEBVTT\n", "u")).toBeUndefined();
  });
});

describe("the list", () => {
  eachOpensAStudio();
  const NAME = "recording_2026-03-04T05-06-07-089Z";
  const asked = (): unknown[] => engines.latest.calls.filter(({ method }) => method === "media.sprites");
  const file = (name: string): string => path.join(folder, "strips", name);

  beforeEach(async () => {
    await api.startRecording();
    await api.stopRecording();
    engines.latest.jobResults.set("sprites", { path: "x", durationSeconds: 6, bytes: 9, changed: true });
    await mkdir(file(""));
  });

  it("has a recording's pictures made once, and drops them with it", async () => {
    engines.latest.slowJobs.add("sprites");
    const strip = api.strip(NAME);
    await vi.waitFor(() => expect(engines.latest.runningJobs.size).toBe(1));
    await writeFile(file(`${NAME}.vtt`), SHEET.join("\n"));
    engines.latest.progress([...engines.latest.runningJobs.keys()][0] as string, 1);
    expect(await strip).toMatchObject({ success: true, strip: { url: `media:${NAME}`, columns: 4 } });
    expect(await api.strip(NAME)).toMatchObject({ success: true });
    expect(asked()).toMatchObject([{ params: { output: file(`${NAME}.jpg`), width: 224 } }]);
    await api.removeFromHistory(NAME);
    expect(existsSync(file(`${NAME}.vtt`))).toBe(false);
    expect(await api.strip(NAME)).toMatchObject({ success: false });
  });

  it("makes one after the other, and of those that wait the newest", async () => {
    const [first] = studio.recordings.history.entries;
    for (const id of ["a", "b"]) await studio.recordings.history.add({ ...(first as never as object), id } as never);
    engines.latest.slowJobs.add("sprites");
    const strips = [api.strip(NAME)];
    await vi.waitFor(() => expect(asked()).toHaveLength(1));
    strips.push(api.strip("a"), api.strip("b"));
    // Which of the two was there first is the file system's.
    const passed = await Promise.race(strips.slice(1));
    expect(passed).toEqual({ success: false, error: "Another recording is looked at." });
    for (const made of [1, 2]) {
      await vi.waitFor(() => expect(asked()).toHaveLength(made));
      engines.latest.progress([...engines.latest.runningJobs.keys()][0] as string, 1);
    }
    await Promise.all(strips);
    expect(asked()).toHaveLength(2);
  });

  it("keeps sixty of them, those that were looked at last", async () => {
    for (let index = 0; index < 61; index += 1) {
      await writeFile(file(`old-${index}.vtt`), "");
      await utimes(file(`old-${index}.vtt`), index, index);
    }
    await api.strip(NAME);
    const names = await readdir(file(""));
    expect([names.length, names.includes("old-0.vtt"), names.includes("old-1.vtt")]).toEqual([60, false, true]);
  });
});
