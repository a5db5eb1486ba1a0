"use strict";
/**
 * A caller as they were written for the native addon: positional arguments, synchronous calls, a timer that polls.
 * Unaware of any engine process. Arguments: addon folder, output file, milliseconds to record, poll interval.
 */
const fs = require("node:fs");
const [addonPath, outputPath, milliseconds = "3000", interval = "1000"] = process.argv.slice(2);
const nativeAudio = require(addonPath);

nativeAudio.initializeCOMInSTAMode();
if (nativeAudio.checkCOMMode() !== "STA") throw new Error("COM is not in STA mode");
if (nativeAudio.WASAPICapture) throw new Error("unexpected WASAPICapture");

const recorder = new nativeAudio.VideoAudioRecorder();
if (!recorder.initialize(outputPath, 30, 2000000, true, 192000, "both")) throw new Error("initialize failed");
if (!recorder.start()) throw new Error("start failed");

const polled = [];
const timer = setInterval(() => {
  const stats = recorder.getStatistics();
  polled.push({
    frames: stats.videoFramesCaptured,
    packets: stats.audioPacketsMuxed,
    pts: recorder.getCurrentPTSSeconds(),
  });
}, Number(interval));

setTimeout(() => {
  clearInterval(timer);
  const wasRunning = recorder.isRunning();
  const stopped = recorder.stop();
  const stats = recorder.getStatistics();
  console.log(
    JSON.stringify({
      polled,
      wasRunning,
      stopped,
      codec: recorder.getCodecName(),
      stats,
      size: fs.statSync(outputPath).size,
    }),
  );
}, Number(milliseconds));
