import { defineConfig } from "vite";
import { thirdParty } from "../../packing/notices.mjs";

/** CommonJS, one file: a sandboxed preload script can load neither modules nor packages. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [thirdParty()],
  ssr: { noExternal: true, resolve: { conditions: ["ionia-source"] } },
  build: {
    ssr: "index.ts",
    outDir: "../../dist/preload",
    emptyOutDir: true,
    emitAssets: true, // the notices
    target: "node22",
    rolldownOptions: { external: ["electron"], output: { format: "cjs", entryFileNames: "index.cjs" } },
  },
});
