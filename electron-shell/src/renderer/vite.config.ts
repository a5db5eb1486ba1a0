import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { thirdParty } from "../../packing/notices.mjs";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [thirdParty(), react(), tailwindcss()],
  resolve: { conditions: ["ionia-source", "module", "browser", "development|production"] },
  build: {
    outDir: "../../dist/renderer",
    emptyOutDir: true,
    target: "chrome140",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
