/** How long and how large a recording and its files may become. What it is now stands in the line that opens it. */
import { LIMITS, formatBytes, isRecordingActive, spokenLength, type Settings } from "@ionia/common";
import { NumberField, Panel, SwitchLine } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

const MINUTE = 60;
const GIGABYTE = 1_000_000_000;

export function FilesPanel() {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const locked = useShell((state) => isRecordingActive(state.recording.phase));
  return (
    <Panel title="Files">
      <details className="rounded-xl border border-line">
        <summary className="rounded-xl px-3 py-2 font-medium text-muted hover:text-ink">{inWords(settings)}</summary>
        <div className="grid gap-3 px-3 pt-1 pb-3">
          <fieldset disabled={locked} className="grid min-w-0 grid-cols-2 gap-2">
            <legend className="mb-1.5 font-medium">New file every</legend>
            <Limit label="Minutes" of="Split after" unit={MINUTE} range={LIMITS.seconds} member="splitSeconds" />
            <Limit label="GB" of="Split after" unit={GIGABYTE} range={LIMITS.bytes} member="splitBytes" />
          </fieldset>
          <fieldset disabled={locked} className="grid min-w-0 grid-cols-2 gap-2">
            <legend className="mb-1.5 font-medium">Stop recording after</legend>
            <Limit label="Minutes" of="Stop after" unit={MINUTE} range={LIMITS.seconds} member="maxDurationSeconds" />
            <Limit label="GB" of="Stop after" unit={GIGABYTE} range={LIMITS.bytes} member="maxBytes" />
          </fieldset>
          <SwitchLine
            label="Keep marks and warnings beside the file"
            checked={settings.sidecar}
            disabled={locked}
            onChange={(sidecar) => void client.updateSettings({ sidecar })}
          />
          <SwitchLine
            label="Play while it loads, on a web page"
            checked={settings.fastStart}
            disabled={locked}
            onChange={(fastStart) => void client.updateSettings({ fastStart })}
          />
        </div>
      </details>
    </Panel>
  );
}

/** `A new file every 30 min, stops after 2 h`. */
export function inWords({ splitSeconds, splitBytes, maxDurationSeconds, maxBytes }: Settings): string {
  const either = (seconds: number | null, bytes: number | null): string =>
    [seconds === null ? "" : spokenLength(seconds), bytes === null ? "" : formatBytes(bytes)]
      .filter(Boolean)
      .join(" or ");
  const split = either(splitSeconds, splitBytes);
  const end = either(maxDurationSeconds, maxBytes);
  return [
    split === "" ? "One file" : `A new file every ${split}`,
    end === "" ? "until you stop" : `stops after ${end}`,
  ].join(", ");
}

interface LimitProps {
  readonly label: string;
  /** What it limits, for who hears the label alone. */
  readonly of: string;
  readonly unit: number;
  readonly range: { readonly min: number; readonly max: number };
  readonly member: "splitSeconds" | "splitBytes" | "maxDurationSeconds" | "maxBytes";
}

/** Empty for never. */
function Limit({ label, of, unit, range, member }: LimitProps) {
  const client = useShellClient();
  const current = useShell((state) => state.settings[member]);
  return (
    <NumberField
      label={
        <>
          <span className="sr-only">{of}, </span>
          {label}
        </>
      }
      value={current === null ? null : Number((current / unit).toFixed(3))}
      min={range.min / unit}
      max={range.max / unit}
      placeholder="Never"
      onChange={(wanted) =>
        void client.updateSettings({ [member]: wanted === null ? null : Math.round(wanted * unit) })
      }
    />
  );
}
