/** See make-ico.mjs. */
import type { Buffer } from "node:buffer";
export const SIZES: readonly number[];
export function decodePng(png: Buffer): { size: number; pixels: Buffer };
export function makeIco(png: Buffer): Buffer;
