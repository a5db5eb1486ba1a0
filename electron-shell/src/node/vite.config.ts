import { defineConfig } from "vite";

/**
 * The parts of the drop-in addon that are this package's: each one CommonJS file without dependencies, kept beside the
 * addon in the repository, so that whoever copies the addon builds nothing. `--mode` names the part.
 */
export const ADDON_PARTS = { "engine-worker": "sync_worker.ts", "find-engine": "engine_location.ts" } as const;

const isPart = (mode: string): mode is keyof typeof ADDON_PARTS => mode in ADDON_PARTS;

export default defineConfig(({ mode }) => {
  if (!isPart(mode)) throw new Error(`--mode must be one of ${Object.keys(ADDON_PARTS).join(", ")}`);
  return {
    root: import.meta.dirname,
    ssr: { noExternal: true, resolve: { conditions: ["ionia-source"] } },
    build: {
      ssr: ADDON_PARTS[mode],
      outDir: "../../addon",
      emptyOutDir: false,
      target: "node18",
      rolldownOptions: {
        treeshake: { moduleSideEffects: false }, // else every module of @ionia/common leaves something
        output: {
          format: "cjs",
          entryFileNames: `${mode}.js`,
          banner: `// Built from src/node/${ADDON_PARTS[mode]} by \`npm run build:addon\`. Change that, not this file.`,
        },
      },
    },
  };
});
