/** Whether the last seconds are held to be saved, and how many. */
import { spokenLength } from "@ionia/common";
import { Panel, Select, Switch } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

const CHOICES = [15, 30, 60, 120, 300, 600] as const;
const DEFAULT_SECONDS = 30;

export function ReplayPanel() {
  const client = useShellClient();
  const seconds = useShell((state) => state.settings.replaySeconds);
  const choices = seconds === null ? CHOICES : [...new Set([...CHOICES, seconds])].sort((one, other) => one - other);
  return (
    <Panel
      title="Instant replay"
      action={
        <Switch
          label="Instant replay"
          checked={seconds !== null}
          onChange={(on) => void client.updateSettings({ replaySeconds: on ? DEFAULT_SECONDS : null })}
        />
      }
    >
      {seconds === null ? (
        <p className="text-[12px] text-muted">Holds what came last in memory, to be saved when it was worth it.</p>
      ) : (
        <Select
          label="Seconds held"
          hideLabel
          value={String(seconds)}
          options={choices.map((one) => ({ value: String(one), label: `The last ${spokenLength(one)}` }))}
          onChange={(value) => void client.updateSettings({ replaySeconds: Number(value) })}
        />
      )}
    </Panel>
  );
}
