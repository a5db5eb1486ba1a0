/** Where a stream goes: the servers' addresses, what of them may be shown, and the keys. */
import {
  FIRST_DESTINATION,
  InvalidSettings,
  checkServerUrl,
  clearServer,
  destinationTitle,
  destinationsOf,
  isWhip,
  joinStreamUrl,
  keySlot,
  ownPicture,
  trustParams,
  serverAddress,
  serverSlot,
  splitServerUrl,
  toProblem,
  type DestinationSetting,
  type Settings,
} from "@ionia/common";
import type { KeyStore } from "./key_store.ts";
import { told } from "./recording_control.ts";
import type { ShellStore } from "./shell_store.ts";
import type { StoredValue } from "./stored_value.ts";

/** Where a stream is to go. Secret: it has the key, and the whole address. */
export interface Target {
  /** Its name in the engine. */
  readonly id: string;
  readonly rtmpUrl: string;
  /** For an address without it. */
  readonly streamKey?: string;
  /** Of a picture of its own. */
  readonly videoBitrate?: number;
  readonly height?: number;
  /** What is trusted there, of a server of the user's own. */
  readonly caFile?: string;
}

/** A whole destination, or in words why there is none. */
type Found = Target | { readonly error: string };

/** The places in the vault of one destination. */
export interface Slots {
  readonly key: string;
  readonly server: string;
}

/** Of the first destination at a server of the user's own, which the settings have as `customServer`. */
export const OWN_SERVER: Slots = slotsOf({ id: FIRST_DESTINATION, service: "custom" });

export function slotsOf(destination: Pick<DestinationSetting, "id" | "service">): Slots {
  return { key: keySlot(destination), server: serverSlot(destination) };
}

const isTarget = (found: Found): found is Target => !("error" in found);

export class Destinations {
  readonly #keys: KeyStore;
  readonly #store: ShellStore;

  constructor(keys: KeyStore, store: ShellStore) {
    this.#keys = keys;
    this.#store = store;
  }

  /** Never rejects, as the KeyStore's. */
  load(): Promise<void> {
    return this.#keys.load();
  }

  /** Of the keys' file, as StoredValue's. */
  get damage(): KeyStore["damage"] {
    return this.#keys.damage;
  }

  /** Those that a stream is to go to, each whole, or in words what one of them lacks. Never rejects. */
  async wanted(settings: Settings): Promise<readonly Target[] | { readonly error: string }> {
    const all = destinationsOf(settings);
    const used = all.filter(({ enabled }) => enabled);
    const found = await Promise.all(used.map((destination) => this.#whole(destination, settings)));
    const targets = found.filter(isTarget);
    const wrong = found.findIndex((one) => !isTarget(one));
    if (wrong === -1) return targets.length > 0 ? targets : { error: "Switch a destination on first." };
    const [destination, { error }] = [used[wrong] as DestinationSetting, found[wrong] as { readonly error: string }];
    return { error: all.length === 1 ? error : `${destinationTitle(destination)}: ${error}` };
  }

  /** Those of them that are whole: what a running stream can go to. Never rejects. */
  async whole(settings: Settings): Promise<readonly Target[]> {
    const used = destinationsOf(settings).filter(({ enabled }) => enabled);
    const found = await Promise.all(used.map((destination) => this.#whole(destination, settings)));
    return found.filter(isTarget);
  }

  /** One of them, whole. Rejects with InvalidSettings that says what it lacks. */
  async target(destination: DestinationSetting): Promise<Target> {
    const found = await this.#whole(destination, this.#store.state.settings);
    if (isTarget(found)) return found;
    throw new InvalidSettings(found.error);
  }

  async #whole(destination: DestinationSetting, settings: Settings): Promise<Found> {
    const slots = slotsOf(destination);
    let rtmpUrl = serverAddress(destination);
    let streamKey: string | undefined;
    try {
      streamKey = await this.#keys.read(slots.key);
      if (destination.service === "custom") {
        const whole = await this.#keys.read(slots.server);
        if (whole === undefined && this.#keys.has(slots.server))
          return { error: "A part of the server's address could not be kept. Enter the address again." };
        rtmpUrl = whole ?? rtmpUrl;
        if (!isWhip(rtmpUrl)) rtmpUrl = rtmpUrl.replace(/\/+$/, "");
      }
    } catch (error) {
      return { error: told(toProblem(error)) };
    }
    const { ok, message } = checkServerUrl(rtmpUrl);
    const own = { ...ownPicture(destination), ...trustParams(settings, destination) };
    if (ok && isWhip(rtmpUrl)) return { id: destination.id, rtmpUrl, streamKey: streamKey ?? "", ...own };
    if (streamKey === undefined) return { error: "Enter the stream key first." };
    return ok ? { id: destination.id, rtmpUrl, streamKey, ...own } : { error: message };
  }

  /** Rejects with EngineError when it can't be written. */
  async saveKey(slot: string, key: string): Promise<void> {
    await this.#keys.save(slot, key);
    this.tell();
  }

  /** Rejects with EngineError when it can't be written. */
  async forgetKey(slot: string): Promise<void> {
    await this.#keys.forget(slot);
    this.tell();
  }

  /** Nothing of it is left. Rejects with EngineError when something still is. */
  async forget({ key, server }: Slots): Promise<void> {
    await this.#keys.forget(server);
    await this.forgetKey(key);
  }

  /** Whether a text that would be shown has a key or an address that is kept. Never rejects. */
  async hasKept(text: string): Promise<boolean> {
    const names = Object.keys(this.#keys.masks);
    const kept = await Promise.all(names.map((name) => this.#keys.read(name).catch(() => undefined)));
    return kept.some((secret) => secret !== undefined && text.includes(secret));
  }

  /** Show which keys there are. */
  tell(): void {
    this.#store.dispatch({ type: "savedKeys", savedKeys: this.#keys.masks, keysEncrypted: this.#keys.encrypted });
  }

  /**
   * What may be kept in the clear of a server's address; the rest goes to the vault, and that is told. A key that is
   * saved stays what it is: with one, what ends the address is a part of the server. Rejects with InvalidSettings.
   */
  async kept(address: string, from: "entered" | "file", slots = OWN_SERVER): Promise<string> {
    if (address.trim() === "") {
      await this.forgetKey(slots.server);
      return "";
    }
    const check = checkServerUrl(address);
    // Whatever it is, it may be a key in the wrong field.
    if (!check.ok) throw new InvalidSettings(check.message);
    const split = splitServerUrl(address);
    const { encrypted } = this.#keys;
    const saved = this.#keys.has(slots.key);
    const same = saved && split.key === (await this.#keys.read(slots.key).catch(() => undefined));
    const joined = saved && !same && split.key !== "";
    const whole = joined ? joinStreamUrl(split.whole, split.key) : split.whole;
    const clear = encrypted ? split.server : clearServer(joined && from === "file" ? whole : split.whole);
    const rest = clear.replace(/\/+$/, "") !== whole;
    const before = this.#keys.has(slots.server);
    // First what may fail: a key that was taken out of an address is nothing without the rest of it.
    if (rest) await this.#keys.save(slots.server, whole, { missed: true });
    else await this.#keys.forget(slots.server);
    if (split.key !== "" && !saved) await this.#keys.save(slots.key, split.key);
    this.tell();
    const message = joined
      ? "A stream key is saved already, so the whole address was taken as the server."
      : split.key !== "" && !saved
        ? "The last part of the server address was taken as the stream key."
        : before && !rest
          ? "What was kept of the server address beyond what is shown was dropped."
          : "";
    const lost = !encrypted && (rest || (split.key !== "" && !saved));
    const safe = lost
      ? "This computer has no safe place for secrets: a part must be entered again after a restart."
      : "";
    const hint = joined
      ? "If it ends with a new key, remove the saved key and enter the address again."
      : "If it is a part of the server address, enter the address again with a slash at its end.";
    if (message !== "" || lost)
      this.#store.notify({
        level: lost ? "warning" : "info",
        code: "server_address",
        message: [message, safe].join(" ").trim(),
        hint: split.key !== "" && !same ? hint : "",
      });
    else if (from === "file" && rest)
      this.#store.notify({
        level: "info",
        code: "server_address",
        message: "A part of the server address was moved from the settings file to where the stream keys are.",
        hint: "",
      });
    return clear;
  }

  /** Settings of an earlier version may hold what belongs into the vault. Never rejects. */
  async hideStored(settings: StoredValue<Settings>): Promise<void> {
    const stored = settings.value.customServer;
    if (stored === "") return;
    const valid = checkServerUrl(stored).ok;
    if (valid && (!hasSecrets(stored) || (!this.#keys.encrypted && clearServer(stored) === stored))) return;
    try {
      const customServer = valid ? await this.kept(stored, "file") : "";
      await settings.change((current) => ({ ...current, customServer }));
      if (valid) return;
      const message = "The server address in the settings file is none, and was removed as it may hold a secret.";
      this.#store.notify({ level: "warning", code: "settings", message, hint: "Enter the address again." });
    } catch {
      const message = "The server address in the settings file holds a secret that could not be moved to a safe place.";
      this.#store.notify({ level: "warning", code: "settings", message, hint: "Enter the address again." });
    }
  }
}

/** Whether an address has more than may be kept in the clear. */
function hasSecrets(address: string): boolean {
  const { server, whole, key } = splitServerUrl(address);
  return key !== "" || whole !== server;
}
