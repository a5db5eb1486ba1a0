/** What can be done to a running recording beside ending it. Always there, so that nothing moves when it begins. */
import { useState } from "react";
import { Bookmark, FilePlus, Pause, Play } from "lucide-react";
import { isTakeRunning } from "@ionia/common";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { useShortcut } from "../state/use_take_keys.ts";
import { ControlButton } from "./ControlButton.tsx";

export function TakeControls() {
  const client = useShellClient();
  const phase = useShell((state) => state.recording.phase);
  const shortcuts = { pause: useShortcut("pause"), mark: useShortcut("mark"), split: useShortcut("split") };
  const [splitting, setSplitting] = useState(false);
  const running = isTakeRunning(phase);
  const paused = phase === "paused";
  const split = async (): Promise<void> => {
    setSplitting(true);
    await client.command((api) => api.split());
    setSplitting(false);
  };
  const Icon = paused ? Play : Pause;
  return (
    <div role="group" aria-label="Running recording" className="flex gap-1">
      <ControlButton
        label={paused ? "Resume" : "Pause"}
        word={paused ? "Resume" : "Pause"}
        shortcut={shortcuts.pause}
        disabled={!running}
        tone={paused ? "hot" : "plain"}
        onClick={() => void client.command((api) => api.togglePause())}
      >
        <Icon aria-hidden size={18} fill="currentColor" />
      </ControlButton>
      <ControlButton
        label="Mark this moment"
        word="Mark"
        shortcut={shortcuts.mark}
        disabled={!running}
        onClick={() => void client.command((api) => api.mark())}
      >
        <Bookmark aria-hidden size={18} />
      </ControlButton>
      <ControlButton
        label={paused ? "Go on in a new file when resumed" : "Go on in a new file"}
        word="Split"
        shortcut={shortcuts.split}
        disabled={!running || splitting}
        busy={splitting}
        onClick={() => void split()}
      >
        <FilePlus aria-hidden size={18} />
      </ControlButton>
    </div>
  );
}
