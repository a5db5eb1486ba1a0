/** Numbers as people read them. Fixed English forms: the shell has one language. */

/** `1:02:03` or `02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** The same for screen readers: `1 hour 2 minutes 3 seconds`. */
export function speakDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const part = (count: number, unit: string): string =>
    count === 0 ? "" : `${count} ${unit}${count === 1 ? "" : "s"}`;
  const words = [
    part(Math.floor(whole / 3600), "hour"),
    part(Math.floor(whole / 60) % 60, "minute"),
    part(whole % 60, "second"),
  ];
  return words.filter((word) => word !== "").join(" ") || "0 seconds";
}

/** A length that somebody chose: `90 s`, `30 min`, `2 h`, `1 h 30 min`. */
export function spokenLength(seconds: number): string {
  if (seconds < 120 && seconds % 60 !== 0) return `${Number(seconds.toFixed(1))} s`;
  const minutes = seconds / 60;
  const hours = Math.floor(minutes / 60);
  const rest = Number((minutes - hours * 60).toFixed(1));
  return [hours > 0 ? `${hours} h` : "", rest > 0 || hours === 0 ? `${rest} min` : ""].filter(Boolean).join(" ");
}

/** A place in a recording as it is typed: `1:02:03`, `1:30`, `7.25`. Null for what is none. */
export function parseTime(text: string): number | null {
  if (!/^\s*(\d+:){0,2}\d+([.,]\d*)?\s*$/.test(text)) return null;
  return text
    .replace(",", ".")
    .split(":")
    .reduce((total, part) => total * 60 + Number(part), 0);
}

/** The same the other way round, to the millisecond: `1:30`, `0:07.25`. */
export function formatTime(seconds: number): string {
  const milliseconds = Math.round(Math.max(0, seconds) * 1000);
  const rest = String(Number(((milliseconds % 60_000) / 1000).toFixed(3)));
  const minutes = Math.floor(milliseconds / 60_000);
  const padded = /^\d(\.|$)/.test(rest) ? `0${rest}` : rest;
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${padded}` : `${minutes}:${padded}`;
}

/** `12.4 MB`, in powers of 1000 as file managers show it. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = Math.max(0, Number.isFinite(bytes) ? bytes : 0);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Bits per second as `5.0 Mbit/s`. */
export function formatBitrate(bitsPerSecond: number): string {
  const value = Math.max(0, Number.isFinite(bitsPerSecond) ? bitsPerSecond : 0);
  if (value < 1_000_000) return `${Math.round(value / 1000)} kbit/s`;
  return `${(value / 1_000_000).toFixed(value >= 10_000_000 ? 0 : 1)} Mbit/s`;
}

export function formatMilliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`;
}

/** A reason as the engine words it, as a sentence: `the server is gone` becomes `The server is gone.` */
export function asSentence(reason: string): string {
  const text = reason.trim();
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
