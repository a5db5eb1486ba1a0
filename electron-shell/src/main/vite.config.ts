import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true, resolve: { conditions: ["ionia-source"] } },
  build: {
    ssr: "electron_main.ts",
    outDir: "../../dist/main",
    emptyOutDir: true,
    target: "node22",
    rolldownOptions: { external: ["electron"], output: { entryFileNames: "index.js" } },
  },
});
