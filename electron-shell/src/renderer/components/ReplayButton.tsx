/** Saves what came last. There only while the settings hold a replay. */
import { History } from "lucide-react";
import { spokenLength } from "@ionia/common";
import { useShell, useShellClient } from "../state/use_shell.ts";

export function ReplayButton() {
  const client = useShellClient();
  const seconds = useShell((state) => state.settings.replaySeconds);
  const keys = useShell((state) => state.settings.takeKeys);
  const { saving, secondsHeld } = useShell((state) => state.replay);
  if (seconds === null) return null;
  const label = `Save last ${spokenLength(seconds)}`;
  return (
    <button
      type="button"
      aria-keyshortcuts={keys ? "R" : undefined}
      title={keys ? `${label} (R)` : label}
      disabled={saving || secondsHeld < 1}
      aria-busy={saving}
      onClick={() => void client.command((api) => api.saveReplay())}
      className="inline-flex h-7 items-center gap-1.5 rounded-full bg-white/12 px-3 text-[12px] font-semibold text-white enabled:hover:bg-white/20 disabled:opacity-50"
    >
      <History aria-hidden size={13} />
      {label}
    </button>
  );
}
