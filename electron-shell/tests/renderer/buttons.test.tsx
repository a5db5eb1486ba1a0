import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { CHANNELS, IDLE_RECORDING, IDLE_STREAM } from "@ionia/common";
import { RecordingButton, StreamButton } from "@ionia/renderer";
import { FakeApi, basicApi } from "./fake_api.ts";

const problem = { kind: "output_failed", message: "The disk is full.", hint: "Free some space." };

describe("RecordingButton", () => {
  it("shows each state as the engine tells it, with the engine's time", async () => {
    const api = new FakeApi();
    const onRecorded = vi.fn();
    render(<RecordingButton onRecorded={onRecorded} />);
    await userEvent.click(await screen.findByRole("button", { name: "Record" }));
    expect(api.argsOf(CHANNELS.startRecording)).toEqual([[]]);
    await api.send({ type: "recording", change: { phase: "starting", outputPath: "/x.mp4" } });
    expect(screen.getByRole("button", { name: "Starting" })).toHaveProperty("disabled", true);
    await api.send({ type: "recording", change: { phase: "recording", stats: { durationSeconds: 65.4 } as never } });
    await userEvent.click(screen.getByRole("button", { name: "Stop 01:05" }));
    expect(api.argsOf(CHANNELS.stopRecording)).toEqual([[]]);
    await api.send({ type: "recording", change: { phase: "stopping" } });
    expect(screen.getByRole("button", { name: "Saving" })).toHaveProperty("disabled", true);
    await api.send({ type: "recording", change: { phase: "idle" } });
    expect(onRecorded).toHaveBeenCalledExactlyOnceWith("/x.mp4");
  });

  it("says what went wrong and what to do, and begins again", async () => {
    const api = new FakeApi({ recording: { ...IDLE_RECORDING, phase: "failed", problem } });
    render(<RecordingButton />);
    expect((await screen.findByRole("alert")).textContent).toBe("The disk is full.Free some space.");
    await userEvent.click(screen.getByRole("button", { name: "Record again" }));
    expect(api.argsOf(CHANNELS.startRecording)).toHaveLength(1);
  });

  it("waits for the engine", async () => {
    const api = new FakeApi({ engine: { phase: "starting", message: "", version: "" } });
    render(<RecordingButton />);
    expect(screen.getByRole("button", { name: "Record" })).toHaveProperty("disabled", true);
    await api.send({ type: "engine", engine: { phase: "ready", message: "", version: "1" } });
    expect(screen.getByRole("button", { name: "Record" })).toHaveProperty("disabled", false);
  });

  it("works with the five old methods alone", async () => {
    basicApi();
    const onRecorded = vi.fn();
    render(<RecordingButton onRecorded={onRecorded} />);
    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    await userEvent.click(await screen.findByRole("button", { name: "Stop" }));
    await screen.findByRole("button", { name: "Record" });
    expect(onRecorded).toHaveBeenCalledExactlyOnceWith("/a.mp4");
  });

  it("shows the old methods' errors", async () => {
    basicApi({ startRecording: () => Promise.resolve({ success: false, error: "No screen." }) });
    render(<RecordingButton />);
    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    expect((await screen.findByRole("alert")).textContent).toBe("No screen.");
  });

  it("says so outside of the application", async () => {
    render(<RecordingButton />);
    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    expect((await screen.findByRole("alert")).textContent).toContain("not running in the application");
  });
});

describe("StreamButton", () => {
  it("goes live to the saved destination, tells of outages, ends", async () => {
    const api = new FakeApi();
    render(<StreamButton />);
    await userEvent.click(await screen.findByRole("button", { name: "Go live" }));
    expect(api.argsOf(CHANNELS.startSavedStream)).toHaveLength(1);
    await api.send({ type: "stream", change: { phase: "starting" } });
    expect(screen.getByRole("button", { name: "Cancel" })).toHaveProperty("disabled", false);
    await api.send({ type: "stream", change: { phase: "reconnecting", reason: "The server is gone." } });
    expect(screen.getByRole("status").textContent).toContain("The server is gone.");
    await api.send({ type: "stream", change: { phase: "live" } });
    await userEvent.click(screen.getByRole("button", { name: "End stream" }));
    expect(api.argsOf(CHANNELS.stopStream)).toHaveLength(1);
  });

  it("streams to the address it is given", async () => {
    const api = new FakeApi();
    render(<StreamButton rtmpUrl="rtmp://host/app/key" />);
    await userEvent.click(await screen.findByRole("button", { name: "Go live" }));
    expect(api.argsOf(CHANNELS.startStream)).toEqual([["rtmp://host/app/key"]]);
  });

  it("asks for the address where only the old methods are", async () => {
    const startStream = vi.fn((rtmpUrl: string) => Promise.resolve({ success: true, rtmpUrl }));
    basicApi({ startStream });
    render(<StreamButton />);
    expect(screen.getByRole("button", { name: "Go live" })).toHaveProperty("disabled", true);
    await userEvent.type(screen.getByLabelText("Stream address"), "rtmp://host/app/key");
    await userEvent.click(screen.getByRole("button", { name: "Go live" }));
    expect(startStream).toHaveBeenCalledExactlyOnceWith("rtmp://host/app/key");
    await userEvent.click(await screen.findByRole("button", { name: "End stream" }));
    await screen.findByRole("button", { name: "Go live" });
  });

  it("shows why it failed", async () => {
    new FakeApi({
      stream: { ...IDLE_STREAM, phase: "failed", problem: { kind: "bad_url", message: "Wrong address.", hint: "" } },
    });
    render(<StreamButton />);
    expect((await screen.findByRole("alert")).textContent).toBe("Wrong address.");
    expect(screen.getByRole("button", { name: "Go live again" })).toHaveProperty("disabled", false);
  });

  it("names what is missing", () => {
    new FakeApi();
    render(<StreamButton missing="Enter the key first." />);
    const button = screen.getByRole("button", { name: "Go live" });
    expect(button).toHaveProperty("disabled", true);
    expect(document.getElementById(button.getAttribute("aria-describedby") as string)?.textContent).toBe(
      "Enter the key first.",
    );
  });
});
