/**
 * Single keys for a running recording: Space pauses, M marks, S goes on in a new file; R saves the instant replay, P a
 * picture. Never where keys are typed or where
 * they play something, and not in the way of who works by keyboard: a control that the Tab key was brought to keeps its Space.
 * One that was clicked does not, or Space behind a click on REC would end the recording.
 */
import { useEffect } from "react";
import { isTakeRunning, type CommandResult, type ElectronAPI, type ShellState } from "@ionia/common";
import { useShellClient } from "./use_shell.ts";

interface Key {
  readonly carryOut: (api: ElectronAPI) => Promise<CommandResult>;
  readonly works: (state: ShellState) => boolean;
}

const whileItRuns = ({ recording }: ShellState): boolean => isTakeRunning(recording.phase);

const KEYS: Readonly<Record<string, Key>> = {
  " ": { carryOut: (api) => api.togglePause(), works: whileItRuns },
  m: { carryOut: (api) => api.mark(), works: whileItRuns },
  s: { carryOut: (api) => api.split(), works: whileItRuns },
  p: { carryOut: (api) => api.saveScreenshot(), works: ({ engine }) => engine.phase === "ready" },
  r: { carryOut: (api) => api.saveReplay(), works: ({ replay }) => replay.secondsHeld >= 1 && !replay.saving },
};

const TAKES_KEYS = "input:not([type=radio], [type=checkbox]), textarea, select, video, [contenteditable]";
const TAKES_SPACE = "button, a, summary, input";

export function useTakeKeys(): void {
  const client = useShellClient();
  useEffect(() => {
    let pointed = false;
    let focusedByPointer = false;
    const onPointer = (): void => {
      pointed = focusedByPointer = true;
    };
    const onFocus = (): void => {
      focusedByPointer = pointed;
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Tab") pointed = false;
      const state = client.getState();
      const key = KEYS[event.key.toLowerCase()];
      if (key === undefined || !state.settings.takeKeys || !key.works(state)) return;
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      const target = event.target as Element;
      if (target.closest(TAKES_KEYS) !== null || document.querySelector("dialog[open]") !== null) return;
      if (event.key === " " && !focusedByPointer && target.closest(TAKES_SPACE) !== null) return;
      event.preventDefault();
      if (!event.repeat) void client.command(key.carryOut);
    };
    document.addEventListener("pointerdown", onPointer, true);
    document.addEventListener("focusin", onFocus);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer, true);
      document.removeEventListener("focusin", onFocus);
      document.removeEventListener("keydown", onKey);
    };
  }, [client]);
}
