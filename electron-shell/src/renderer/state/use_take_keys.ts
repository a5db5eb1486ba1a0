/**
 * Carries out the window's shortcuts. Never where keys are typed or where they play something, and not in the way of who
 * works by keyboard: a control that the Tab key was brought to keeps its Space. One that was clicked does not, or Space
 * behind a click on REC would end the recording.
 */
import { useEffect } from "react";
import { pressed, shortcutOf, type Shortcut, type ShortcutId } from "./shortcuts.ts";
import { useShell, useShellClient } from "./use_shell.ts";

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
      const shortcut = pressed(event);
      if (shortcut === undefined || !state.settings.takeKeys || !shortcut.works(state) || event.defaultPrevented)
        return;
      const target = event.target as Element;
      if (target.closest(TAKES_KEYS) !== null || document.querySelector("dialog[open]") !== null) return;
      if (event.key === " " && !focusedByPointer && target.closest(TAKES_SPACE) !== null) return;
      event.preventDefault();
      if (!event.repeat) void shortcut.carryOut(client);
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

/** For the button that does the same; null while shortcuts are switched off. */
export function useShortcut(id: ShortcutId): Shortcut | null {
  const keys = useShell((state) => state.settings.takeKeys);
  return keys ? shortcutOf(id) : null;
}
