/** Saves a picture of the screen, whether or not it is recorded. */
import { useState } from "react";
import { Camera } from "lucide-react";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { useShortcut } from "../state/use_take_keys.ts";
import { ControlButton } from "./ControlButton.tsx";

export function ScreenshotButton() {
  const client = useShellClient();
  const ready = useShell((state) => state.engine.phase === "ready");
  const shortcut = useShortcut("picture");
  const [saving, setSaving] = useState(false);
  const save = async (): Promise<void> => {
    setSaving(true);
    await client.command((api) => api.saveScreenshot());
    setSaving(false);
  };
  return (
    <ControlButton
      label="Save a picture of the screen"
      word="Picture"
      shortcut={shortcut}
      disabled={!ready || saving}
      busy={saving}
      onClick={() => void save()}
    >
      <Camera aria-hidden size={18} />
    </ControlButton>
  );
}
