/** What is in the list of recordings after a crash, and what is learnt from the files themselves. */
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { api, eachOpensAStudio, engines, folder, open, studio } from "../fakes/open_studio.ts";

eachOpensAStudio();

const FILE = "recording_2026-03-04T05-06-07-089Z";

describe("what a crash cut off", () => {
  const cutOff = path.join("recordings", `${FILE}.mp4`);

  it("is in the list at the next start, and can be repaired", async () => {
    await api.startRecording();
    await vi.waitFor(async () => expect(await readFile(path.join(folder, "open-takes.json"), "utf8")).toContain(FILE));
    // As after a power cut: the note and the file are there, the list knows nothing.
    const note = await readFile(path.join(folder, "open-takes.json"));
    await studio.close();
    await rm(path.join(folder, "history.json"));
    await writeFile(path.join(folder, "open-takes.json"), note);
    await open();
    expect(studio.state).toMatchObject({
      history: [{ id: FILE, recovered: true, bytes: 9, createdAt: "2026-03-04T05:06:07.089Z" }],
      notices: [{ level: "info", message: "A recording was cut off the last time." }],
    });
    const file = path.join(folder, cutOff);
    engines.latest.jobResults.set("finalize", { path: file, durationSeconds: 0, bytes: 8, changed: true });
    expect(await api.repairRecording(FILE)).toEqual({ success: true });
    expect(engines.latest.calls).toContainEqual({ method: "media.finalize", params: { path: file } });
    expect(studio.state).toMatchObject({ history: [{ id: FILE, recovered: false, bytes: 8 }], jobs: [] });
    await studio.close();
    await open();
    expect(studio.state).toMatchObject({ history: [{ id: FILE, recovered: false }], notices: [] });
  });

  it("stays as it is when it can't be repaired, and says why", async () => {
    await api.startRecording();
    engines.crash();
    await vi.waitFor(() => expect(studio.state.history).toMatchObject([{ recovered: true }]));
    await vi.waitFor(() => expect(studio.state.engine.phase).toBe("ready"), { timeout: 5000 });
    engines.latest.jobFailures.set("finalize", "It holds no picture.");
    expect(await api.repairRecording(FILE)).toEqual({ success: false, error: "It holds no picture." });
    expect(studio.state.history).toMatchObject([{ recovered: true }]);
    expect(await api.repairRecording("../../etc/passwd")).toMatchObject({ success: false });
  });

  it("is nothing after a recording that ended as it should", async () => {
    await api.startRecording();
    await api.stopRecording();
    await studio.close();
    await open();
    expect(studio.state.notices).toEqual([]);
  });
});

describe("what the list lacks", () => {
  it("is learnt from the files: a picture of each, and the length of what was cut off", async () => {
    await api.startRecording();
    const made = { path: "x", bytes: 9, changed: true };
    const track = { codec: "h264", name: "", durationSeconds: 65.5, bytes: 9, bitrate: 1, samples: 2 };
    engines.prepare = (engine) => {
      engine.jobResults.set("thumbnail", { ...made, durationSeconds: 0 });
      engine.jobResults.set("probe", {
        ...made,
        durationSeconds: 65.5,
        media: {
          state: "unfinished",
          fragmented: true,
          indexFirst: false,
          lostBytes: 0,
          tracks: [{ ...track, kind: "video", width: 1280, height: 720, fps: 29.97 }],
          tags: {},
          chapters: [],
        },
      });
    };
    engines.crash();
    await vi.waitFor(() =>
      expect(studio.state.history).toMatchObject([
        { recovered: true, durationSeconds: 65.5, height: 720, fps: 30, thumbnailUrl: `media:${FILE}` },
      ]),
    );
    const asked = engines.latest.calls.find(({ method }) => method === "media.thumbnail");
    expect(asked?.params).toMatchObject({ seconds: 8.1875, output: path.join(folder, "thumbnails", `${FILE}.jpg`) });
  });

  it("stays unknown where it can't be learnt, and is not asked for again", async () => {
    await api.startRecording();
    await api.stopRecording();
    await vi.waitFor(() => expect(engines.latest.calls.map(({ method }) => method)).toContain("media.thumbnail"));
    await api.startRecording();
    await api.stopRecording();
    expect(studio.state.history.every(({ thumbnailUrl }) => thumbnailUrl === undefined)).toBe(true);
  });
});
