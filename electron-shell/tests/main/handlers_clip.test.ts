/** Parts of recordings through the window's requests: named, listed, shown while they are made, cancelled. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Clip } from "@ionia/common";
import { api, eachOpensAStudio, engines, events, folder, studio } from "../fakes/open_studio.ts";

eachOpensAStudio();

const ID = "recording_2026-03-04T05-06-07-089Z";
const CLIP: Clip = { startSeconds: 1, endSeconds: 3.5, mode: "exact" };
const file = (name: string): string => path.join(folder, "recordings", `${name}.mp4`);
const willMake = (output: string): unknown =>
  engines.latest.jobResults.set("clip", {
    path: output,
    durationSeconds: 2.5,
    bytes: 77,
    changed: true,
    startSeconds: 1,
  });

beforeEach(async () => {
  await api.startRecording();
  await api.stopRecording();
});

describe("a clip", () => {
  it("lies beside its recording under a free name, and is in the list", async () => {
    await writeFile(file(`${ID}_clip`), "somebody's");
    const output = file(`${ID}_clip-2`);
    willMake(output);
    expect(await api.clipRecording(ID, CLIP)).toEqual({ success: true });
    const asked = engines.latest.calls.find(({ method }) => method === "media.clip");
    expect(asked?.params).toEqual({ path: file(ID), output, ...CLIP });
    expect(studio.state.history).toMatchObject([
      { id: `${ID}_clip-2`, path: output, durationSeconds: 2.5, bytes: 77, height: 720, clip: true },
      { id: ID },
    ]);
    expect(studio.state.notices).toMatchObject([
      { level: "info", message: expect.stringContaining("_clip-2") as string },
    ]);
  });

  it("shows how far it is, one at a time, and leaves nothing when it is cancelled", async () => {
    willMake(file(`${ID}_clip`));
    engines.latest.slowJobs.add("clip");
    const clip = api.clipRecording(ID, CLIP);
    await vi.waitFor(() => expect(engines.latest.runningJobs.size).toBe(1));
    engines.latest.progress([...engines.latest.runningJobs.keys()][0] as string, 0.5);
    await vi.waitFor(() => expect(studio.state.jobs).toEqual([{ kind: "clip", recordingId: ID, fraction: 0.5 }]));
    expect(await api.clipRecording(ID, CLIP)).toMatchObject({
      success: false,
      error: expect.stringContaining("worked on") as string,
    });
    expect(await api.cancelJob(ID)).toEqual({ success: true });
    expect(await clip).toEqual({ success: true });
    expect(studio.state).toMatchObject({ history: [{ id: ID }], jobs: [], notices: [] });
    expect(await api.cancelJob(ID)).toEqual({ success: true });
  });

  it("that can't be made says why in the job's words", async () => {
    engines.latest.jobFailures.set("clip", "There is no room on the disk.");
    expect(await api.clipRecording(ID, CLIP)).toEqual({ success: false, error: "There is no room on the disk." });
    expect(studio.state).toMatchObject({ history: [{ id: ID }], jobs: [] });
  });

  it.each([
    [ID, { ...CLIP, endSeconds: 1 }],
    [ID, { ...CLIP, startSeconds: -1 }],
    [ID, { ...CLIP, endSeconds: Infinity }],
    [ID, { ...CLIP, mode: "fast" }],
    [ID, null],
    ["../../etc/passwd", CLIP],
  ])("of %s from %j is not tried", async (id, clip) => {
    const before = events.length;
    expect(await api.clipRecording(id, clip as Clip)).toMatchObject({ success: false });
    expect(events.slice(before).filter(({ type }) => type === "jobs")).toEqual([]);
  });
});
