import { defineConfig } from "vite";
import { thirdParty } from "../../packing/notices.mjs";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [thirdParty()],
  ssr: { noExternal: true, resolve: { conditions: ["ionia-source"] } },
  build: {
    ssr: "electron_main.ts",
    outDir: "../../dist/main",
    emptyOutDir: true,
    emitAssets: true, // the notices
    target: "node22",
    rolldownOptions: { external: ["electron"], output: { entryFileNames: "index.js" } },
  },
});
