/** Why a recording ended by itself, in words for its user. Pure. */
import { asSentence, formatBytes, spokenLength } from "./format.ts";

const LIMITS: readonly { readonly found: RegExp; readonly words: (value: number) => string }[] = [
  {
    found: /^It is (\S+) s long \(maxDurationSeconds\)/,
    words: (seconds) => `It is ${spokenLength(seconds)} long, as long as you allow.`,
  },
  {
    found: /^It has as many bytes as it may have, (\S+) \(maxBytes\)/,
    words: (bytes) => `It is as large as you allow, ${formatBytes(bytes)}.`,
  },
];

/** The engine's reason; where it names an option, what that means in the window. */
export function endInWords(reason: string): string {
  for (const { found, words } of LIMITS) {
    const value = Number(found.exec(reason)?.[1] ?? NaN);
    if (Number.isFinite(value)) return words(value);
  }
  return asSentence(reason);
}
