/** Where a stream goes: the server's address, what of it may be shown, and the keys. */
import {
  InvalidSettings,
  checkServerUrl,
  clearServer,
  joinStreamUrl,
  serverOf,
  splitServerUrl,
  toProblem,
  type Settings,
} from "@ionia/common";
import type { KeyStore } from "./key_store.ts";
import { told } from "./recording_control.ts";
import type { ShellStore } from "./shell_store.ts";
import type { StoredValue } from "./stored_value.ts";

/** Under this name the vault has the whole address of a custom server, where that has more than may be shown. */
const WHOLE_SERVER = "customServer";

/** A whole destination, or in words why there is none. */
type Found = { readonly server: string; readonly key: string } | { readonly error: string };

export class Destination {
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

  /** The destination of `settings`, with the key that was saved for it. Never rejects. */
  async saved(settings: Settings): Promise<Found> {
    let key: string | undefined;
    let server = serverOf(settings);
    try {
      key = await this.#keys.read(settings.service);
      if (settings.service === "custom") {
        const whole = await this.#keys.read(WHOLE_SERVER);
        if (whole === undefined && this.#keys.has(WHOLE_SERVER))
          return { error: "A part of the server's address could not be kept. Enter the address again." };
        server = (whole ?? server).replace(/\/+$/, "");
      }
    } catch (error) {
      return { error: told(toProblem(error)) };
    }
    return key === undefined ? { error: "Enter the stream key first." } : { server, key };
  }

  /** Rejects with EngineError when it can't be written. */
  async saveKey(service: string, key: string): Promise<void> {
    await this.#keys.save(service, key);
    this.tell();
  }

  /** Rejects with EngineError when it can't be written. */
  async forgetKey(service: string): Promise<void> {
    await this.#keys.forget(service);
    this.tell();
  }

  /** Show which keys there are. */
  tell(): void {
    this.#store.dispatch({ type: "savedKeys", savedKeys: this.#keys.masks, keysEncrypted: this.#keys.encrypted });
  }

  /**
   * What may be kept in the clear of a server's address; the rest goes to the vault, and that is told. A key that is
   * saved stays what it is: with one, what ends the address is a part of the server. Rejects with InvalidSettings.
   */
  async kept(address: string, from: "entered" | "file"): Promise<string> {
    if (address.trim() === "") {
      await this.forgetKey(WHOLE_SERVER);
      return "";
    }
    const check = checkServerUrl(address);
    // Whatever it is, it may be a key in the wrong field.
    if (!check.ok) throw new InvalidSettings(check.message);
    const split = splitServerUrl(address);
    const { encrypted } = this.#keys;
    const saved = this.#keys.has("custom");
    const same = saved && split.key === (await this.#keys.read("custom").catch(() => undefined));
    const joined = saved && !same && split.key !== "";
    const whole = joined ? joinStreamUrl(split.whole, split.key) : split.whole;
    const clear = encrypted ? split.server : clearServer(joined && from === "file" ? whole : split.whole);
    const rest = clear.replace(/\/+$/, "") !== whole;
    const before = this.#keys.has(WHOLE_SERVER);
    // First what may fail: a key that was taken out of an address is nothing without the rest of it.
    if (rest) await this.#keys.save(WHOLE_SERVER, whole, { missed: true });
    else await this.#keys.forget(WHOLE_SERVER);
    if (split.key !== "" && !saved) await this.#keys.save("custom", split.key);
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
