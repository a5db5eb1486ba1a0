import { defineConfig } from "vitest/config";

/** The application in the real Electron, where its binary is: no part of `npm test`, since it can't be fetched everywhere. */
export default defineConfig({
  test: {
    name: "electron",
    environment: "node",
    include: ["tests/electron/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
