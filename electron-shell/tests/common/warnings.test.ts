import { expect, it } from "vitest";
import { INITIAL_STATE, readWarning, reduceShell, type Notice } from "@ionia/common";

it("what is heard again takes back the warning of that device, and of no other", () => {
  const mixer = (code: "audio_device_muted" | "audio_device_audible", device: string): Omit<Notice, "id"> =>
    readWarning({ id: "a", kind: "recorder", code, message: device, data: { device, muted: true, volumeDb: 0 } });
  const stalled = readWarning({
    id: "a",
    kind: "recorder",
    code: "audio_device_stalled",
    message: "",
    data: {},
  });
  let state = INITIAL_STATE;
  const told = [
    stalled,
    mixer("audio_device_muted", "Mic"),
    mixer("audio_device_muted", "Speakers"),
    mixer("audio_device_audible", "Speakers"),
    mixer("audio_device_audible", "Mic (2)"),
  ];
  for (const [id, one] of told.entries()) state = reduceShell(state, { type: "notice", notice: { id, ...one } });
  expect(state.notices.map(({ level, message }) => [level, message])).toEqual([
    ["warning", "Mic"],
    ["info", "Speakers"],
    ["info", "Mic (2)"],
  ]);
});
