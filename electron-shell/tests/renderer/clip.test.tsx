/** A part of a recording as a file of its own: the dialog's times, and what is asked for. */
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { CHANNELS } from "@ionia/common";
import { App } from "../../src/renderer/App.tsx";
import { ENTRY, FakeApi } from "./fake_api.ts";

const entry = { ...ENTRY, durationSeconds: 90.5 };

let api: FakeApi;

beforeEach(async () => {
  api = new FakeApi({ history: [entry] });
  render(<App />);
  await screen.findByText("Engine ready");
  await userEvent.click(screen.getByRole("button", { name: /^Clip recording of/ }));
});

const dialog = () => within(screen.getByRole("dialog", { name: /^Clip from/ }));
const type = async (label: string, text: string): Promise<void> => {
  await userEvent.clear(dialog().getByLabelText(label));
  await userEvent.type(dialog().getByLabelText(label), text);
};

describe("a clip", () => {
  it("is asked for with its times and how it is cut, and the dialog is gone", async () => {
    expect(dialog().getByLabelText("To")).toHaveProperty("value", "1:30.5");
    await type("From", "0:07.25");
    await type("To", "1:02");
    expect(dialog().getByRole("status").textContent).toBe("00:54 long");
    await userEvent.click(dialog().getByRole("radio", { name: /Exact/ }));
    await userEvent.click(dialog().getByRole("button", { name: "Make clip" }));
    expect(api.argsOf(CHANNELS.clipRecording)).toEqual([["r1", { startSeconds: 7.25, endSeconds: 62, mode: "exact" }]]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("begins and ends where the player is", async () => {
    const video = dialog().getByLabelText("Recording recording_1") as HTMLVideoElement;
    Object.defineProperty(video, "currentTime", { value: 12.5 });
    await userEvent.click(dialog().getByRole("button", { name: "From where the player is" }));
    await userEvent.click(dialog().getByRole("button", { name: "Make clip" }));
    const clip = { startSeconds: 12.5, endSeconds: 90.5, mode: "keyframe" };
    expect(api.argsOf(CHANNELS.clipRecording)).toEqual([["r1", clip]]);
  });

  it.each([
    ["nonsense", "1:00", "look like"],
    ["1:00", "0:59", "end after"],
    ["2:00", "3:00", "before the recording ends"],
    ["1:00", "3:00", "ends at 1:30.5"],
  ])("from %s to %s is refused in words", async (from, to, words) => {
    await type("From", from);
    await type("To", to);
    expect(dialog().getByRole("status").textContent).toContain(words);
    expect(dialog().getByRole("button", { name: "Make clip" })).toHaveProperty("disabled", true);
    await userEvent.click(dialog().getByRole("button", { name: "Cancel" }));
    expect(api.argsOf(CHANNELS.clipRecording)).toEqual([]);
  });

  it("takes the keys of a running recording for text", async () => {
    await api.send({ type: "recording", change: { phase: "recording" } });
    await userEvent.keyboard("m s");
    expect(api.argsOf(CHANNELS.mark)).toEqual([]);
  });
});
