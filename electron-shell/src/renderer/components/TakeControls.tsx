/** What can be done to a running recording beside ending it. Always there, so that nothing moves when it begins. */
import { useState, type ReactNode } from "react";
import { Bookmark, FilePlus, Pause, Play } from "lucide-react";
import { isTakeRunning } from "@ionia/common";
import { useShell, useShellClient } from "../state/use_shell.ts";

export function TakeControls() {
  const client = useShellClient();
  const phase = useShell((state) => state.recording.phase);
  const keys = useShell((state) => state.settings.takeKeys);
  const [splitting, setSplitting] = useState(false);
  const running = isTakeRunning(phase);
  const paused = phase === "paused";
  const split = async (): Promise<void> => {
    setSplitting(true);
    await client.command((api) => api.split());
    setSplitting(false);
  };
  return (
    <div role="group" aria-label="Running recording" className="flex gap-2">
      <TakeButton
        label={paused ? "Resume" : "Pause"}
        shortcut={keys ? "Space" : null}
        disabled={!running}
        hot={paused}
        onClick={() => void client.command((api) => api.togglePause())}
      >
        {paused ? (
          <Play aria-hidden size={17} fill="currentColor" />
        ) : (
          <Pause aria-hidden size={17} fill="currentColor" />
        )}
      </TakeButton>
      <TakeButton
        label="Mark this moment"
        shortcut={keys ? "M" : null}
        disabled={!running}
        onClick={() => void client.command((api) => api.mark())}
      >
        <Bookmark aria-hidden size={17} />
      </TakeButton>
      <TakeButton
        label="Go on in a new file"
        shortcut={keys ? "S" : null}
        disabled={!running || splitting}
        onClick={() => void split()}
      >
        <FilePlus aria-hidden size={17} />
      </TakeButton>
    </div>
  );
}

interface TakeButtonProps {
  readonly label: string;
  readonly shortcut: string | null;
  readonly disabled: boolean;
  readonly hot?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function TakeButton({ label, shortcut, disabled, hot = false, onClick, children }: TakeButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-keyshortcuts={shortcut ?? undefined}
      title={shortcut === null ? label : `${label} (${shortcut})`}
      disabled={disabled}
      onClick={onClick}
      className={`inline-flex size-12 items-center justify-center rounded-full transition-colors disabled:opacity-35 ${
        hot ? "bg-[#ffc857] text-[#2b1d00] hover:bg-[#ffd885]" : "bg-[#2a3044] text-white enabled:hover:bg-[#39415a]"
      }`}
    >
      {children}
    </button>
  );
}
