/** The rules that need types; what the compiler and Prettier hold is not said again. */
import { parser, plugin } from "typescript-eslint";

export default [
  { ignores: ["**/dist/**", "release/**", "**/node_modules/**", "**/vite.config.ts", "src/common/rpc.generated.ts"] },
  {
    files: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}", "bench/**/*.ts"],
    languageOptions: { parser, parserOptions: { projectService: true } },
    plugins: { "@typescript-eslint": plugin },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // A promise that nobody hears ends Electron's main process. `void` says that this one never rejects.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/return-await": ["error", "error-handling-correctness-only"],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-explicit-any": "error",
    },
  },
  // A file of more lines is two files, as in the engine (tests/architecture/test_rules.py).
  { files: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx,mjs}"], rules: { "max-lines": ["error", 400] } },
];
