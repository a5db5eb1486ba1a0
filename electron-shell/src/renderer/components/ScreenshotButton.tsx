/** Saves a picture of the screen, whether or not it is recorded. */
import { useState } from "react";
import { Camera } from "lucide-react";
import { useShell, useShellClient } from "../state/use_shell.ts";

const LABEL = "Save a picture of the screen";

export function ScreenshotButton() {
  const client = useShellClient();
  const ready = useShell((state) => state.engine.phase === "ready");
  const keys = useShell((state) => state.settings.takeKeys);
  const [saving, setSaving] = useState(false);
  const save = async (): Promise<void> => {
    setSaving(true);
    await client.command((api) => api.saveScreenshot());
    setSaving(false);
  };
  return (
    <button
      type="button"
      aria-label={LABEL}
      aria-keyshortcuts={keys ? "P" : undefined}
      title={keys ? `${LABEL} (P)` : LABEL}
      disabled={!ready || saving}
      aria-busy={saving}
      onClick={() => void save()}
      className="inline-flex size-7 items-center justify-center rounded-full bg-white/12 text-white enabled:hover:bg-white/20 disabled:opacity-50"
    >
      <Camera aria-hidden size={14} />
    </button>
  );
}
