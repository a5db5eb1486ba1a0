import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Source is tested, not what was built: the `ionia-source` condition of each package names it. */
const resolve = { conditions: ["ionia-source"] };
const ssr = { resolve: { conditions: ["ionia-source"], externalConditions: ["ionia-source"] } };

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        resolve,
        ssr,
        test: { name: "node", environment: "node", include: ["tests/{common,node,main,addon,packaging}/**/*.test.ts"] },
      },
      {
        resolve,
        ssr,
        // One file after the other: each has a browser and an engine that measure themselves.
        test: {
          name: "e2e",
          environment: "node",
          include: ["tests/e2e/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
      {
        plugins: [react()],
        resolve,
        test: {
          name: "renderer",
          environment: "jsdom",
          include: ["tests/renderer/**/*.test.tsx"],
          setupFiles: ["tests/renderer/setup.ts"],
        },
      },
    ],
  },
});
