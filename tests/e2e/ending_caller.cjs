"use strict";
/**
 * A caller of the drop-in that ends in mid-recording. Arguments: addon folder, output file, and how it ends:
 * "exit", "throw" or "kill". Records the test card; ends once a second of it is encoded.
 */
const [addonPath, outputPath, how] = process.argv.slice(2);
const { VideoAudioRecorder } = require(addonPath);

const recorder = new VideoAudioRecorder();
const options = { screen: "test", desktopAudio: "test", encoder: "x264" };
if (
  !recorder.initialize(
    outputPath,
    30,
    2000000,
    true,
    192000,
    "desktop",
    options,
  )
)
  throw new Error("not initialized");
if (!recorder.start()) throw new Error("not started");

setInterval(() => {
  if (recorder.getStatistics().videoPacketsMuxed < 30) return;
  if (how === "exit") process.exit(0);
  if (how === "kill") process.kill(process.pid, "SIGKILL"); // TerminateProcess
  throw new Error("a bug of the caller's");
}, 50);
