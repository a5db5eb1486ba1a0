"use strict";
/**
 * A caller of the drop-in that ends in the middle of a recording and a stream. Arguments: addon folder, output file,
 * address, and how it ends: "exit", "end" (nothing is left to do), "throw" or "kill". It has the test card; it ends
 * once a second of that is encoded, for the file and for the server.
 */
const [addonPath, outputPath, address, how] = process.argv.slice(2);
const { VideoAudioRecorder, VideoAudioStreamer } = require(addonPath);

const begin = (session, target) => {
  const options = { screen: "test", desktopAudio: "test", encoder: "x264" };
  const initialized = session.initialize(
    target,
    30,
    2000000,
    true,
    192000,
    "desktop",
    options,
  );
  if (!initialized) throw new Error("not initialized");
  if (!session.start()) throw new Error("not started");
  return session;
};
const recorder = begin(new VideoAudioRecorder(), outputPath);
const streamer = begin(new VideoAudioStreamer(), address);

const looks = setInterval(() => {
  if (recorder.getStatistics().videoPacketsMuxed < 30) return;
  if (streamer.getStatistics().videoPackets < 30) return;
  if (how === "exit") process.exit(0);
  if (how === "kill") process.kill(process.pid, "SIGKILL"); // TerminateProcess
  if (how === "throw") throw new Error("a bug of the caller's");
  clearInterval(looks);
}, 50);
