/** The drop-in and the ends of processes: the caller's, the engine's, and none that begins. */
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { engineCandidates } from "@ionia/node";
import { processesMarked, run } from "../fakes/processes.ts";
import { ADDON, eachLoadsTheAddon, env, folder, here, inProcess, mark } from "./own_process.ts";

eachLoadsTheAddon();

describe("processes", () => {
  it("an unmodified caller works and its process ends by itself", async () => {
    const file = path.join(folder, "caller.mp4");
    const { stdout } = await run(process.execPath, [here("old_caller.cjs"), ADDON, file, "450", "100"], {
      env,
      timeout: 20_000,
    });
    const told = JSON.parse(stdout) as { polled: unknown[]; stats: { videoFramesCaptured: number } };
    expect(told).toMatchObject({ wasRunning: true, stopped: true, codec: "libx264", size: 9 });
    expect(told.polled.length).toBeGreaterThanOrEqual(2);
    expect(told.stats.videoFramesCaptured).toBeGreaterThan(5);
    await vi.waitFor(() => expect(processesMarked("IONIA_TEST_MARK", mark)).toEqual([]), { timeout: 10_000 });
  });

  it("a caller that exits while recording takes the engine with it", async () => {
    await inProcess(`
      const r = new addon.VideoAudioRecorder(); r.initialize(folder + "/x.mp4"); r.start();
      console.log("1"); process.exit(0);`);
    await vi.waitFor(() => expect(processesMarked("IONIA_TEST_MARK", mark)).toEqual([]), { timeout: 10_000 });
  });

  it("a caller killed with -9 takes the engine with it", async () => {
    const file = path.join(folder, "killed.mp4");
    const caller = spawn(process.execPath, [here("old_caller.cjs"), ADDON, file, "60000"], { env, stdio: "ignore" });
    await vi.waitFor(async () => expect(await readFile(file, "utf8")).not.toBe(""), { timeout: 10_000 });
    expect(processesMarked("IONIA_TEST_MARK", mark).length).toBeGreaterThanOrEqual(2);
    caller.kill("SIGKILL");
    await vi.waitFor(() => expect(processesMarked("IONIA_TEST_MARK", mark)).toEqual([]), { timeout: 10_000 });
  });

  it("an engine killed in mid-recording makes calls throw, keeps the file and is replaced at the next initialize", async () => {
    const told = await inProcess(`
      const { execFileSync } = require("node:child_process");
      const r = new addon.VideoAudioRecorder(); r.initialize(folder + "/k.mp4"); r.start();
      const engine = execFileSync("pgrep", ["-P", String(process.pid)]).toString().trim().split("\\n")[0];
      process.kill(Number(engine), "SIGKILL");
      const attempt = (f) => { try { return f(); } catch (error) { return error.message; } };
      const out = [];
      out.push(attempt(() => r.getStatistics()), attempt(() => r.stop()), attempt(() => r.start()), r.isRunning());
      out.push(require("node:fs").existsSync(folder + "/k.mp4"));
      out.push(r.initialize(folder + "/k2.mp4"), r.start(), r.stop());
      console.log(JSON.stringify(out));`);
    expect(told).toEqual([
      expect.stringContaining("SIGKILL"),
      expect.stringContaining("k.mp4"),
      expect.stringContaining("SIGKILL"),
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  // Each has words of its own for it: those of a time limit that ran out are others.
  it("says so at once when there is no engine, or one that can't be run", async () => {
    const broken = path.join(folder, "not-a-program");
    await writeFile(broken, "\u007fELF nonsense", { mode: 0o755 });
    const told = (await inProcess(`
      const attempt = (engine) => {
        process.env.IONIA_ENGINE = engine;
        try { new addon.VideoAudioRecorder().initialize("/tmp/a.mp4"); }
        catch (error) { return error.message; }
      };
      console.log(JSON.stringify([attempt("/nowhere/engine"), attempt(__filename), attempt(folder), attempt(${JSON.stringify(broken)})]));`)) as string[];
    expect(told).toEqual([
      expect.stringContaining("was not found at /nowhere/engine. Set IONIA_ENGINE"),
      expect.stringContaining("could not be started"),
      expect.stringContaining("could not be started"),
      expect.stringMatching(/could not be started|the engine ended/),
    ]);
  });

  it("says so when what owns the engine can't even begin", async () => {
    const copy = await mkdtemp(path.join(folder, "broken "));
    await cp(ADDON, copy, { recursive: true });
    const attempt = async (worker: string): Promise<unknown> => {
      await writeFile(path.join(copy, "engine-worker.js"), worker);
      return inProcess(`
        const broken = require(${JSON.stringify(copy)});
        let told; try { new broken.VideoAudioRecorder().initialize("/tmp/a.mp4"); } catch (error) { told = error.message; }
        console.log(JSON.stringify(told));`);
    };
    expect(await attempt("this is no program")).toContain("did not start within 5 s");
  });

  it("is found where electron-builder unpacks what lies in an archive", () => {
    const asked = path.join("/opt/app/resources/app.asar", "native-audio");
    expect(engineCandidates({ env: {}, platform: "linux", besideFolder: asked, startDirectory: "/x" })[0]).toBe(
      "/opt/app/resources/app.asar.unpacked/native-audio/engine/ionia-engine",
    );
    expect(
      engineCandidates({ env: {}, platform: "linux", besideFolder: "/a/my.asarfolder", startDirectory: "/x" })[0],
    ).toBe("/a/my.asarfolder/engine/ionia-engine");
  });
});
