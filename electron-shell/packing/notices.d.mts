/** See notices.mjs. */
import type { Plugin } from "vite";
export const NOTICES: string;
export function packageFolder(id: string): string | null;
export function thirdParty(): Plugin;
