import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { CHANNELS, DEFAULT_SETTINGS, newDestination, type DestinationView } from "@ionia/common";
import { api, beside, eachOpensTheWindow, patches } from "./open_window.tsx";

eachOpensTheWindow();

const changes = (): unknown[] => api.argsOf(CHANNELS.changeDestination);

describe("the stream key", () => {
  beforeEach(() => beside("Live"));

  it("is sent once, and only its mask is shown", async () => {
    const field = screen.getByLabelText("Stream key");
    expect(field).toHaveProperty("type", "password");
    await userEvent.type(field, "secret-key-12345");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(api.argsOf(CHANNELS.saveStreamKey)).toEqual([["twitch", "secret-key-12345"]]);
    expect(field).toHaveProperty("value", "");
    await api.send({ type: "savedKeys", savedKeys: { twitch: "••••••••45" }, keysEncrypted: true });
    expect(document.body.textContent).toContain("••••••••45");
    expect(document.documentElement.innerHTML).not.toContain("secret-key");
    await userEvent.click(screen.getByRole("button", { name: "Forget this stream key" }));
    expect(api.argsOf(CHANNELS.forgetStreamKey)).toEqual([["twitch"]]);
  });
});

describe("a server of one's own", () => {
  beforeEach(async () => {
    await beside("Live");
    await api.send({ type: "settings", settings: { ...DEFAULT_SETTINGS, service: "custom" } });
  });

  it("is told when it is an address; a key in the wrong field goes nowhere", async () => {
    const field = screen.getByLabelText("Server address");
    await userEvent.type(field, "secret-key-12345");
    await userEvent.tab();
    expect(screen.getByText(/must begin with rtmp/)).toBeTruthy();
    expect(changes()).toEqual([]);
    await userEvent.clear(field);
    await userEvent.type(field, "rtmps://host/app/key");
    await userEvent.tab();
    expect(changes()).toEqual([["1", { server: "rtmps://host/app/key" }]]);
  });

  it("may have certificates of its own, and a key that is tried again", async () => {
    await userEvent.type(screen.getByLabelText(/Certificates to trust/), "/ca.pem");
    await userEvent.tab();
    await userEvent.click(screen.getByRole("switch", { name: /Keep trying/ }));
    expect(patches()).toEqual([{ caFile: "/ca.pem" }, { retryRejected: true }]);
  });
});

describe("several destinations", () => {
  const TWO = {
    ...DEFAULT_SETTINGS,
    moreDestinations: [{ id: "2", name: "", service: "youtube", server: "", enabled: true }],
  } as const;

  it("are added, named, switched and removed; each has a key of its own", async () => {
    await beside("Live");
    await userEvent.click(screen.getByRole("button", { name: "Stream to another place, too" }));
    expect(api.argsOf(CHANNELS.addDestination)).toEqual([[]]);
    await api.send(
      { type: "settings", settings: TWO },
      { type: "savedKeys", savedKeys: { twitch: "••••" }, keysEncrypted: true },
    );
    expect(screen.getByRole("button", { name: "Go live" }).title).toBe(
      "YouTube: Enter the stream key under Live first.",
    );
    await userEvent.click(screen.getByRole("button", { name: /^YouTube/ }));
    await userEvent.type(screen.getByLabelText("Name"), "live_42_secret-key{Tab}");
    expect(screen.getByText(/looks like a stream key/)).toBeTruthy();
    await userEvent.type(screen.getByLabelText("Name"), "Mine");
    await userEvent.type(screen.getByLabelText("Stream key"), "secret-key-12345{Enter}");
    expect(api.argsOf(CHANNELS.saveStreamKey)).toEqual([["destination-2", "secret-key-12345"]]);
    await api.send({
      type: "savedKeys",
      savedKeys: { twitch: "••••", "destination-2": "••••" },
      keysEncrypted: true,
    });
    await userEvent.click(screen.getByRole("button", { name: "Test the connection" }));
    expect(api.argsOf(CHANNELS.testNetwork)).toEqual([["2"]]);
    await api.send({
      type: "networkTest",
      change: { phase: "done", destination: "2", found: "It took 3 of 7 Mbit/s.", advice: "Less.", videoBitrate: 2e6 },
    });
    await userEvent.click(screen.getByRole("button", { name: "Stream at 2.0 Mbit/s" }));
    await userEvent.selectOptions(screen.getByLabelText("Delay"), "2 min");
    expect(api.argsOf(CHANNELS.updateSettings)).toEqual([[{ videoBitrate: 2e6 }], [{ delaySeconds: 120 }]]);
    await userEvent.selectOptions(screen.getByLabelText("Rate there"), "2.5 Mbit/s");
    await userEvent.selectOptions(screen.getByLabelText("Size there"), "720p");
    await userEvent.click(screen.getByRole("switch", { name: "Stream to Mine" }));
    await userEvent.click(screen.getByRole("button", { name: "Remove this destination" }));
    expect(changes()).toEqual([
      ["2", { name: "Mine" }],
      ["2", { videoBitrate: 2_500_000 }],
      ["2", { height: 720 }],
      ["2", { enabled: false }],
    ]);
    expect(api.argsOf(CHANNELS.removeDestination)).toEqual([["2"]]);
    expect(document.documentElement.innerHTML).not.toContain("secret-key");
  });

  it("say each how it is, and the failed one can be tried again", async () => {
    await beside("Live");
    const [first, second] = ["1", "2"].map(newDestination) as [DestinationView, DestinationView];
    const views = [
      { ...first, phase: "live", lastReason: "The network is gone." },
      { ...second, phase: "failed", reason: "The server rejects the stream key.", liveKind: "key_rejected" },
    ] as const;
    const stats = { destinations: [{ destination: "1", sendBitrateKbps: 4961 }] } as never;
    await api.send(
      { type: "settings", settings: TWO },
      { type: "stream", change: { phase: "live", destinations: views, stats } },
    );
    expect(screen.getByRole("button", { name: /^Twitch ?Live, 5.0 Mbit.s/ })).toBeTruthy();
    expect(screen.getByText("Before it was back: The network is gone.")).toBeTruthy();
    expect(screen.getByRole("button", { name: /^YouTube ?Stream key rejected/ })).toBeTruthy();
    expect(screen.getByText("The server rejects the stream key.")).toBeTruthy();
    expect(screen.getByText("Live 1 of 2")).toBeTruthy();
    // The last one that is on air stays.
    expect(screen.getByRole("switch", { name: "Stream to Twitch" })).toHaveProperty("disabled", true);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(changes()).toEqual([["2", { enabled: true }]]);
    await api.send({
      type: "stream",
      change: { destinations: [views[0], { ...second, phase: "reconnecting", reason: "It closed.", attempt: 3 }] },
    });
    expect(screen.getByText(/Try 3. The stream goes on elsewhere./)).toBeTruthy();
  });
});
