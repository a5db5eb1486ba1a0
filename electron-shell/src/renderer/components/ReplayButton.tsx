/** Saves what came last. There only while the settings hold a replay; begins one that failed with nothing held anew. */
import { History } from "lucide-react";
import { spokenLength } from "@ionia/common";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { useShortcut } from "../state/use_take_keys.ts";
import { ControlButton } from "./ControlButton.tsx";

export function ReplayButton() {
  const client = useShellClient();
  const seconds = useShell((state) => state.settings.replaySeconds);
  const shortcut = useShortcut("replay");
  const { phase, saving, secondsHeld } = useShell((state) => state.replay);
  if (seconds === null) return null;
  const failed = phase === "failed";
  const retries = failed && secondsHeld < 1;
  const label = retries
    ? "Replay failed, try again"
    : failed
      ? `Replay ended: save the ${spokenLength(secondsHeld)} before`
      : `Save last ${spokenLength(seconds)}`;
  return (
    <ControlButton
      label={label}
      word={retries ? "Try again" : `Last ${spokenLength(failed ? secondsHeld : seconds)}`}
      shortcut={retries ? null : shortcut}
      disabled={saving || (secondsHeld < 1 && !retries)}
      busy={saving}
      tone={failed ? "failed" : "plain"}
      onClick={() => void client.command((api) => (retries ? api.retryReplay() : api.saveReplay()))}
    >
      <History aria-hidden size={18} />
    </ControlButton>
  );
}
