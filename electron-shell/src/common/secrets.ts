/** What must not be kept and shown where a name or a path is asked for: keys are pasted, and land in the wrong field. Pure. */

/** An address, a key in groups such as YouTube's, or a long word of letters and figures such as Twitch's. */
const ADDRESS = /[a-z]:\/\/|^(?:live|sk|rk|FB)[_-]\w/i;
const GROUPS = /\b(?:[a-z0-9]{4}-){3,}[a-z0-9]{4}\b/i;
const LONG = /\w{16,}/g;

/** Whether a text that people would see is rather a key. Errs on the side of keys: another name is soon found. */
export function looksLikeSecret(text: string): boolean {
  if (ADDRESS.test(text.trim())) return true;
  if (GROUPS.test(text)) return true;
  return (text.match(LONG) ?? []).some((word) => (word.match(/\d/g) ?? []).length >= 2 && /[a-z]/i.test(word));
}

/** In place of it. */
export const NAME_IS_SECRET = "This looks like a stream key or an address. A name is shown, so it was not kept.";

/** Whether this is the fingerprint of a certificate, as the engine takes it in place of a file of those to trust. */
export function isFingerprint(text: string): boolean {
  return /^sha256(?::|\s+fingerprint\s*=)(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}$/i.test(text);
}

/** Whether this says where a file is; the first word of a key never does. */
export function isFilePath(text: string): boolean {
  return /^(?:\/|~\/|[a-z]:[\\/]|\\\\)/i.test(text);
}
