/** Between tests: an empty page, and no API left over. */
import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import type {} from "@ionia/renderer";

beforeAll(() => {
  window.matchMedia ??= ((media: string) => ({
    matches: false,
    media,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  })) as unknown as typeof window.matchMedia;
});

afterEach(() => {
  cleanup();
  delete window.electronAPI;
});
