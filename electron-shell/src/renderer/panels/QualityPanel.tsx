/** Presets first; the numbers for who wants them. */
import { LIMITS, PRESETS, formatBitrate, qualityOf, type Quality, type Settings } from "@ionia/common";
import { useId } from "react";
import { Panel, RadioCard, Select, Switch } from "../components/controls.tsx";
import { useLocked } from "../state/use_locked.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";

const ENCODERS: Readonly<Record<Settings["encoder"], string>> = {
  auto: "Automatic",
  nvenc: "NVIDIA (NVENC)",
  qsv: "Intel (Quick Sync)",
  amf: "AMD (AMF)",
  mf: "Windows (Media Foundation)",
  x264: "Software (x264)",
};

const describe = ({ fps, videoBitrate }: Quality): string => `${fps} fps, ${formatBitrate(videoBitrate)}`;

export function QualityPanel() {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const locked = useLocked();
  const leftOutWords = useId();
  const change = (patch: Partial<Settings>): void => void client.updateSettings(patch);
  return (
    <Panel title="Quality">
      <fieldset disabled={locked} className="min-w-0">
        <legend className="sr-only">Quality preset</legend>
        <div className="grid grid-cols-2 gap-2">
          {PRESETS.map((preset) => (
            <RadioCard
              key={preset.id}
              name="preset"
              checked={settings.preset === preset.id}
              disabled={locked}
              onSelect={() => change({ preset: preset.id })}
            >
              <span className="block font-medium">{preset.name}</span>
              <span className="block text-[12px] text-muted tabular-nums">{describe(preset.quality)}</span>
            </RadioCard>
          ))}
        </div>
        <p className="mt-2 text-[12px] text-muted">
          {PRESETS.find(({ id }) => id === settings.preset)?.summary ?? `Your own: ${describe(settings.custom)}`}
        </p>
      </fieldset>
      <details className="mt-3 rounded-xl border border-line">
        <summary className="rounded-xl px-3 py-2 font-medium text-muted hover:text-ink">Advanced</summary>
        <div className="grid gap-3 px-3 pt-1 pb-3">
          <div className="grid grid-cols-2 gap-2">
            <NumberField label="Frames per second" unit={1} range={LIMITS.fps} member="fps" />
            <NumberField label="Video, kbit/s" unit={1000} range={LIMITS.videoBitrate} member="videoBitrate" />
          </div>
          <Select
            label="Encoder"
            value={settings.encoder}
            disabled={locked}
            options={Object.entries(ENCODERS).map(([value, label]) => ({ value, label }))}
            onChange={(value) => change({ encoder: value as Settings["encoder"] })}
          />
          <div className="flex items-center justify-between">
            <span>Show the mouse pointer</span>
            <Switch
              label="Show the mouse pointer"
              checked={settings.cursor}
              disabled={locked}
              onChange={(cursor) => change({ cursor })}
            />
          </div>
          <div className="flex items-center justify-between gap-3">
            <span>
              Leave this window out of recordings
              <span id={leftOutWords} className="block text-[12px] text-muted">
                On Windows only. Other programs that capture the screen, such as remote support, don't see it either.
              </span>
            </span>
            <Switch
              label="Leave this window out of recordings"
              describedBy={leftOutWords}
              checked={settings.leaveOutWindow}
              onChange={(leaveOutWindow) => change({ leaveOutWindow })}
            />
          </div>
        </div>
      </details>
    </Panel>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly unit: number;
  readonly range: { readonly min: number; readonly max: number };
  readonly member: "fps" | "videoBitrate";
}

/** Takes effect when left, and only with a number in range; anything else goes back to what was. */
function NumberField({ label, unit, range, member }: NumberFieldProps) {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const locked = useLocked();
  const id = useId();
  const current = qualityOf(settings);
  const shown = current[member] / unit;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        {label}
      </label>
      <input
        id={id}
        key={shown}
        type="number"
        defaultValue={shown}
        min={range.min / unit}
        max={range.max / unit}
        disabled={locked}
        onBlur={(event) => {
          const value = Math.round(Number(event.target.value) * unit);
          if (value === current[member]) return;
          if (value < range.min || value > range.max) {
            event.target.value = String(shown);
            return;
          }
          void client.updateSettings({ preset: "custom", custom: { ...current, [member]: value } });
        }}
        className="h-9 w-full rounded-lg border border-line-strong/60 bg-raised px-2.5 tabular-nums disabled:opacity-60"
      />
    </div>
  );
}
