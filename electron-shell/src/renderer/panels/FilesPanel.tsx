/** How long and how large a recording and its files may become. What it is now stands in the line that opens it. */
import { useId } from "react";
import { LIMITS, formatBytes, isRecordingActive, spokenLength, type Settings } from "@ionia/common";
import { Panel, SwitchLine } from "../components/controls.tsx";
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

/** Takes effect when left: empty for never; what is no number in range goes back to what was. */
function Limit({ label, of, unit, range, member }: LimitProps) {
  const client = useShellClient();
  const current = useShell((state) => state.settings[member]);
  const id = useId();
  const shown = current === null ? "" : String(Number((current / unit).toFixed(3)));
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        <span className="sr-only">{of}, </span>
        {label}
      </label>
      <input
        id={id}
        key={shown}
        type="number"
        defaultValue={shown}
        placeholder="Never"
        min={range.min / unit}
        step="any"
        onBlur={(event) => {
          const { value, validity } = event.target;
          if (value === shown && !validity.badInput) return;
          const wanted = value === "" && !validity.badInput ? null : Math.round(Number(value) * unit);
          const fits = wanted === null || (wanted >= range.min && wanted <= range.max && !validity.badInput);
          if (fits) void client.updateSettings({ [member]: wanted });
          else event.target.value = shown;
        }}
        className="h-9 w-full rounded-lg border border-line-strong/60 bg-raised px-2.5 tabular-nums disabled:opacity-60"
      />
    </div>
  );
}
