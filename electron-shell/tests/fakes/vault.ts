/** A vault that is plainly not plain text, and can be taken away. */
import type { Vault } from "@ionia/main";

export function fakeVault(available = true): Vault {
  return {
    isAvailable: () => Promise.resolve(available),
    encrypt: (text) => Promise.resolve(Buffer.from([...text].reverse().join(""))),
    decrypt: (cipher) => Promise.resolve([...cipher.toString()].reverse().join("")),
  };
}
