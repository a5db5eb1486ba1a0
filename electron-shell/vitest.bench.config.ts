import { defineConfig } from "vitest/config";

/** `npm run bench`: figures, not tests. Nothing fails because a machine is slow. */
export default defineConfig({
  resolve: { conditions: ["ionia-source"] },
  ssr: { resolve: { conditions: ["ionia-source"], externalConditions: ["ionia-source"] } },
  test: { include: ["bench/*.bench.ts"], testTimeout: 180_000, hookTimeout: 90_000, fileParallelism: false },
});
