/** Stream keys, encrypted by the system's vault, one per service. A key comes in and goes to the engine, nowhere else. */
import { maskKey, type SavedKeys } from "@ionia/common";
import type { JsonFile } from "./json_file.ts";

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
  readonly #file: JsonFile;
  readonly #vault: Vault;
  #stored: Record<string, StoredKey> = {};
  /** Keys of this run when there is no vault: forgotten at the end, never written in the clear. */
  #volatile: Record<string, string> = {};
  #encrypted = true;

  constructor(file: JsonFile, vault: Vault) {
    this.#file = file;
    this.#vault = vault;
  }

  get encrypted(): boolean {
    return this.#encrypted;
  }

  get masks(): SavedKeys {
    const stored = Object.entries(this.#stored).map(([service, { mask }]) => [service, mask]);
    const volatile = Object.entries(this.#volatile).map(([service, key]) => [service, maskKey(key)]);
    return Object.fromEntries([...stored, ...volatile]) as SavedKeys;
  }

  async load(): Promise<void> {
    this.#encrypted = await this.#vault.isAvailable();
    const content = await this.#file.read();
    if (this.#encrypted && typeof content === "object" && content !== null) {
      this.#stored = Object.fromEntries(Object.entries(content).filter(([, value]) => isStored(value))) as Record<
        string,
        StoredKey
      >;
    }
  }

  async save(service: string, key: string): Promise<void> {
    if (!this.#encrypted) {
      this.#volatile = { ...this.#volatile, [service]: key };
      return;
    }
    const cipher = await this.#vault.encrypt(key);
    this.#stored = { ...this.#stored, [service]: { cipher: cipher.toString("base64"), mask: maskKey(key) } };
    await this.#file.write(this.#stored);
  }

  async forget(service: string): Promise<void> {
    const without = <T>(keys: Record<string, T>): Record<string, T> =>
      Object.fromEntries(Object.entries(keys).filter(([name]) => name !== service));
    this.#volatile = without(this.#volatile);
    this.#stored = without(this.#stored);
    if (this.#encrypted) await this.#file.write(this.#stored);
  }

  /** The key in the clear, or undefined. Rejects when the vault can't open it any more. */
  async read(service: string): Promise<string | undefined> {
    const volatile = this.#volatile[service];
    if (volatile !== undefined) return volatile;
    const stored = this.#stored[service];
    return stored === undefined ? undefined : this.#vault.decrypt(Buffer.from(stored.cipher, "base64"));
  }
}
