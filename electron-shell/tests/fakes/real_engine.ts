/** The real engine of this repository, if it has been set up. */
import { existsSync } from "node:fs";
import { engineCandidates } from "@ionia/node";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Its path, or undefined where `python3 build/dev.py setup` has not been run. */
export const REAL_ENGINE = engineCandidates({ startDirectory: here }).find((file) => existsSync(file));

/** Options of a session that needs no display and no sound server. */
export const TEST_CARD = { screen: "test", desktopAudio: "test", microphone: "test" } as const;
