/** Saves what came last. There only while the settings hold a replay; begins one that failed with nothing held anew. */
import { History } from "lucide-react";
import { spokenLength } from "@ionia/common";
import { useShell, useShellClient } from "../state/use_shell.ts";

export function ReplayButton() {
  const client = useShellClient();
  const seconds = useShell((state) => state.settings.replaySeconds);
  const keys = useShell((state) => state.settings.takeKeys);
  const { phase, saving, secondsHeld } = useShell((state) => state.replay);
  if (seconds === null) return null;
  const failed = phase === "failed";
  const retries = failed && secondsHeld < 1;
  const label = retries
    ? "Replay failed, try again"
    : failed
      ? `Replay ended: save the ${spokenLength(secondsHeld)} before`
      : `Save last ${spokenLength(seconds)}`;
  const saves = keys && !retries;
  return (
    <button
      type="button"
      aria-keyshortcuts={saves ? "R" : undefined}
      title={saves ? `${label} (R)` : label}
      disabled={saving || (secondsHeld < 1 && !retries)}
      aria-busy={saving}
      onClick={() => void client.command((api) => (retries ? api.retryReplay() : api.saveReplay()))}
      className={`inline-flex h-7 items-center gap-1.5 rounded-full px-3 text-[12px] font-semibold disabled:opacity-50 ${failed ? "bg-[#4a1420] text-[#ffb3bd] enabled:hover:bg-[#5a1a28]" : "bg-white/12 text-white enabled:hover:bg-white/20"}`}
    >
      <History aria-hidden size={13} />
      {label}
    </button>
  );
}
