/** Stream keys, encrypted by the system's vault, one per service. A key comes in and goes to the engine, nowhere else. */
import { EngineError, maskKey, type SavedKeys } from "@ionia/common";
import type { JsonFile } from "./json_file.ts";
import { StoredValue } from "./stored_value.ts";

/** Electron's safeStorage, in its asynchronous form. */
export interface Vault {
  isAvailable(): Promise<boolean>;
  encrypt(text: string): Promise<Buffer>;
  decrypt(cipher: Buffer): Promise<string>;
}

interface StoredKey {
  readonly cipher: string;
  readonly mask: string;
}

const isStored = (value: unknown): value is StoredKey =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as StoredKey).cipher === "string" &&
  typeof (value as StoredKey).mask === "string";

export class KeyStore {
  readonly #stored: StoredValue<Readonly<Record<string, StoredKey>>>;
  readonly #vault: Vault;
  /** Keys of this run when there is no vault: forgotten at the end, never written in the clear. */
  #volatile: Record<string, string> = {};
  #encrypted = true;

  constructor(file: JsonFile, vault: Vault) {
    this.#stored = new StoredValue<Readonly<Record<string, StoredKey>>>(file, "The stream keys", {});
    this.#vault = vault;
  }

  /** As StoredValue's. */
  get damage(): StoredValue<unknown>["damage"] {
    return this.#stored.damage;
  }

  get encrypted(): boolean {
    return this.#encrypted;
  }

  get masks(): SavedKeys {
    const kept = Object.entries(this.#stored.value).filter(([, { cipher }]) => cipher !== "");
    const stored = this.#encrypted ? kept.map(([name, { mask }]) => [name, mask]) : [];
    const volatile = Object.entries(this.#volatile).map(([service, key]) => [service, maskKey(key)]);
    return Object.fromEntries([...stored, ...volatile]) as SavedKeys;
  }

  /** Never rejects: a vault that fails is none. */
  async load(): Promise<void> {
    this.#encrypted = await this.#vault.isAvailable().catch(() => false);
    await this.#stored.load((content) =>
      typeof content === "object" && content !== null
        ? (Object.fromEntries(Object.entries(content).filter(([, value]) => isStored(value))) as Record<
            string,
            StoredKey
          >)
        : {},
    );
  }

  /** Whether there is one, or was one that can't be read now or could not be kept. */
  has(service: string): boolean {
    return service in this.#volatile || service in this.#stored.value;
  }

  /** `missed`: without a vault the file says that there was one, so that nothing goes on without it unnoticed. */
  async save(service: string, key: string, { missed = false } = {}): Promise<void> {
    if (!this.#encrypted) {
      this.#volatile = { ...this.#volatile, [service]: key };
      if (missed) await this.#stored.change((stored) => ({ ...stored, [service]: { cipher: "", mask: "" } }));
      return;
    }
    const cipher = (await this.#vault.encrypt(key)).toString("base64");
    await this.#stored.change((stored) => ({ ...stored, [service]: { cipher, mask: maskKey(key) } }));
  }

  /** Rejects when it is still in the file. */
  async forget(service: string): Promise<void> {
    const without = <T>(keys: Readonly<Record<string, T>>): Record<string, T> =>
      Object.fromEntries(Object.entries(keys).filter(([name]) => name !== service));
    if (service in this.#stored.value) await this.#stored.change(without);
    this.#volatile = without(this.#volatile);
  }

  /** The key in the clear, or undefined. Rejects when the vault can't open it any more. */
  async read(service: string): Promise<string | undefined> {
    const volatile = this.#volatile[service];
    if (volatile !== undefined) return volatile;
    const stored = this.#encrypted ? this.#stored.value[service] : undefined;
    if (stored === undefined || stored.cipher === "") return undefined;
    try {
      return await this.#vault.decrypt(Buffer.from(stored.cipher, "base64"));
    } catch (cause) {
      throw new EngineError("key_unreadable", "The saved stream key can't be read any more.", {
        hint: "Enter it again.",
        cause,
      });
    }
  }
}
