import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Source is tested, not what was built: the `ionia-source` condition of each package names it. */
const resolve = { conditions: ["ionia-source"] };
const ssr = { resolve: { conditions: ["ionia-source"], externalConditions: ["ionia-source"] } };
/** In each project, because projects take nothing over from above. Generous: other work on the machine fails no test. */
const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        resolve,
        ssr,
        test: {
          ...limits,
          name: "node",
          environment: "node",
          include: ["tests/{common,node,main,addon,packaging}/**/*.test.ts"],
        },
      },
      {
        resolve,
        ssr,
        // One file after the other: each has a browser and an engine that measure themselves.
        test: {
          ...limits,
          name: "e2e",
          environment: "node",
          include: ["tests/e2e/**/*.test.ts"],
          fileParallelism: false,
        },
      },
      {
        plugins: [react()],
        resolve,
        test: {
          ...limits,
          name: "renderer",
          environment: "jsdom",
          include: ["tests/renderer/**/*.test.tsx"],
          setupFiles: ["tests/renderer/setup.ts"],
        },
      },
    ],
  },
});
