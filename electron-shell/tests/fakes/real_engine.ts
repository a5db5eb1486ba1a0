/** The real engine of this repository, if it has been set up. */
import { existsSync } from "node:fs";
import { EngineClient, engineCandidates, launchEngineProcess, type EngineProcessOptions } from "@ionia/node";
import { fileURLToPath } from "node:url";
import { checkMessage } from "./wire_check.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Its path, or undefined where `python3 build/dev.py setup` has not been run. */
export const REAL_ENGINE = engineCandidates({ startDirectory: here }).find((file) => existsSync(file));

/** The environment of a caller that starts an engine by itself: the real one, each word of which is held to the schema. */
export const CHECKED_ENGINE = {
  IONIA_ENGINE: fileURLToPath(new URL("checked_engine.mjs", import.meta.url)),
  IONIA_CHECKED_ENGINE: REAL_ENGINE,
} as const;

/** Options of a session that needs no display and no sound server. */
export const TEST_CARD = { screen: "test", desktopAudio: "test", microphone: "test" } as const;

/** A client of it, as an application has one; each word that it hears is held to the published schema. */
export function realEngineClient(options: Omit<EngineProcessOptions, "executable"> = {}): EngineClient {
  return new EngineClient({
    launch: (events) => {
      const asked = new Map<unknown, string>();
      const engine = launchEngineProcess(
        { executable: REAL_ENGINE ?? "", ...options },
        {
          onMessage: (text) => {
            const message = JSON.parse(text) as { readonly id?: number };
            checkMessage(message, asked.get(message.id));
            asked.delete(message.id);
            events.onMessage(text);
          },
          onClose: (reason) => events.onClose(reason),
        },
      );
      return {
        pid: engine.pid,
        send: (text) => {
          const { id, method } = JSON.parse(text) as { readonly id: number; readonly method: string };
          asked.set(id, method);
          return engine.send(text);
        },
        close: (graceMs) => engine.close(graceMs),
      };
    },
  });
}
