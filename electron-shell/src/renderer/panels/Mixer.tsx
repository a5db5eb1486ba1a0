/** The sounds of a recording, a strip each: how loud it is, how loud it shall be, and what cleans it up. */
import { useId, useState, type CSSProperties } from "react";
import { AudioLines, ChevronDown, Mic, MicOff, Plus, SlidersHorizontal, Trash2, Volume2, VolumeX } from "lucide-react";
import {
  FILTERS,
  GAIN_DB,
  MOST_SOUNDS,
  soundTitle,
  type DeviceList,
  type FilterName,
  type SoundSetting,
} from "@ionia/common";
import { IconButton, Select, Switch, type Option } from "../components/controls.tsx";
import { Meter } from "../components/Meter.tsx";
import { useLocked } from "../state/use_locked.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";

const DEFAULT = "";
const OFF = "\u0000off";

export function Mixer() {
  const client = useShellClient();
  const sounds = useShell((state) => state.settings.sounds);
  const separate = useShell((state) => state.settings.separateTracks);
  const locked = useLocked();
  const [filtered, setFiltered] = useState<string | null>(null);
  const open = sounds.find(({ name, enabled }) => enabled && name === filtered);
  const filtersId = useId();
  const change = (next: readonly SoundSetting[]): void => void client.updateSettings({ sounds: next });
  const set = (name: string, part: Partial<SoundSetting>): void =>
    change(sounds.map((sound) => (sound.name === name ? { ...sound, ...part } : sound)));
  const id = useId();
  return (
    <section aria-labelledby={id} className="shrink-0 rounded-2xl border border-line bg-panel px-3.5 pt-2 pb-3">
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 id={id} className="grow text-[13px] font-semibold">
          Sound
        </h2>
        <AddApplication sounds={sounds} locked={locked} onAdd={(sound) => change([...sounds, sound])} />
        <div className="flex items-center gap-2 text-[12px] text-muted">
          <span aria-hidden>Separate tracks</span>
          <Switch
            label="Separate tracks"
            checked={separate}
            disabled={locked}
            onChange={(separateTracks) => void client.updateSettings({ separateTracks })}
          />
        </div>
      </div>
      <ul className="grid grid-cols-[repeat(auto-fit,minmax(min(15rem,100%),1fr))] gap-x-5 gap-y-3">
        {sounds.map((sound) => (
          <Strip
            key={sound.name}
            sound={sound}
            locked={locked}
            open={sound === open}
            filtersId={filtersId}
            onFilters={() => setFiltered(sound === open ? null : sound.name)}
            onChange={(part) => set(sound.name, part)}
            onRemove={() => change(sounds.filter(({ name }) => name !== sound.name))}
          />
        ))}
      </ul>
      <div id={filtersId} hidden={open === undefined} className="mt-2.5 rounded-xl bg-raised px-3 py-2">
        {open !== undefined && (
          <Filters sound={open} title={soundTitle(open)} onChange={(part) => set(open.name, part)} />
        )}
      </div>
    </section>
  );
}

interface StripProps {
  readonly sound: SoundSetting;
  readonly locked: boolean;
  /** Whether its filters are shown, in the element of this id. */
  readonly open: boolean;
  readonly filtersId: string;
  readonly onFilters: () => void;
  readonly onChange: (part: Partial<SoundSetting>) => void;
  readonly onRemove: () => void;
}

function Strip({ sound, locked, open, filtersId, onFilters, onChange, onRemove }: StripProps) {
  const title = soundTitle(sound);
  const silent = sound.muted || !sound.enabled;
  const Icon =
    sound.kind === "app" ? AudioLines : sound.kind === "mic" ? (silent ? MicOff : Mic) : silent ? VolumeX : Volume2;
  return (
    <li aria-label={title} className="min-w-0">
      <div className="flex items-center gap-1.5">
        <button
          type="button"
          aria-label={`Mute ${title}`}
          aria-pressed={sound.muted}
          title={sound.muted ? "Unmute" : "Mute"}
          disabled={!sound.enabled}
          onClick={() => onChange({ muted: !sound.muted })}
          className={`inline-flex size-8 shrink-0 items-center justify-center rounded-lg disabled:opacity-50 ${sound.muted ? "bg-rec-soft text-rec-ink" : "bg-raised text-ink hover:bg-hover"}`}
        >
          <Icon aria-hidden size={16} />
        </button>
        <div className="min-w-0 grow">
          {sound.kind === "app" ? (
            <p className="truncate px-1 leading-9 font-medium">{title}</p>
          ) : (
            <DeviceSelect sound={sound} title={title} locked={locked} onChange={onChange} />
          )}
        </div>
        <IconButton
          label={`Filters of ${title}`}
          pressed={open}
          disabled={!sound.enabled}
          controls={filtersId}
          onClick={onFilters}
        >
          <SlidersHorizontal
            aria-hidden
            size={15}
            className={sound.filters.length > 0 ? "text-accent-ink" : undefined}
          />
        </IconButton>
        {sound.kind === "app" && (
          <IconButton label={`Remove ${title}`} disabled={locked} onClick={onRemove}>
            <Trash2 aria-hidden size={15} />
          </IconButton>
        )}
      </div>
      <div className={`mt-1.5 ${sound.enabled ? "" : "opacity-40"}`}>
        <Meter source={sound.name} label={`${title} level`} />
        <div className="mt-1 flex items-center gap-2">
          <input
            type="range"
            aria-label={`${title} gain`}
            aria-valuetext={gainText(sound.gainDb)}
            min={GAIN_DB.min}
            max={GAIN_DB.max}
            step={0.5}
            value={sound.gainDb}
            disabled={!sound.enabled}
            onChange={(event) => onChange({ gainDb: Number(event.target.value) })}
            onDoubleClick={() => onChange({ gainDb: 0 })}
            className="fader h-5 min-w-0 grow"
            style={{ "--share": shareOf(sound.gainDb) } as CSSProperties}
          />
          <output className="w-15 shrink-0 text-right text-[12px] text-muted tabular-nums">
            {gainText(sound.gainDb)}
          </output>
        </div>
      </div>
    </li>
  );
}

/** Where the handle is, for what lies before it to be filled. */
function shareOf(gainDb: number): string {
  return `${((gainDb - GAIN_DB.min) / (GAIN_DB.max - GAIN_DB.min)) * 100}%`;
}

function gainText(gainDb: number): string {
  return gainDb <= GAIN_DB.min ? "silent" : `${gainDb > 0 ? "+" : ""}${gainDb.toFixed(1)} dB`;
}

function Filters({ sound, title, onChange }: Pick<StripProps, "sound" | "onChange"> & { readonly title: string }) {
  const toggle = (name: FilterName, on: boolean): void =>
    onChange({
      filters: FILTERS.map((one) => one.name).filter((one) => (one === name ? on : sound.filters.includes(one))),
    });
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(min(13.5rem,100%),1fr))] gap-x-6 gap-y-1.5">
      {FILTERS.map(({ name, title: filter, does }) => (
        <div key={name} className="flex items-center justify-between gap-3">
          <span className="min-w-0 leading-tight">
            <span className="block">{filter}</span>
            <span className="block text-[12px] text-muted">{does}</span>
          </span>
          <Switch
            label={`${filter} of ${title}`}
            checked={sound.filters.includes(name)}
            onChange={(on) => toggle(name, on)}
          />
        </div>
      ))}
      <div className="flex items-center justify-between gap-3">
        <span className="min-w-0 leading-tight">
          <span className="block">Mono</span>
          <span className="block text-[12px] text-muted">The same on both sides</span>
        </span>
        <Switch label={`Mono of ${title}`} checked={sound.mono} onChange={(mono) => onChange({ mono })} />
      </div>
    </div>
  );
}

type DeviceSelectProps = Pick<StripProps, "sound" | "locked" | "onChange"> & { readonly title: string };

function DeviceSelect({ sound, title, locked, onChange }: DeviceSelectProps) {
  const devices = useShell((state) =>
    sound.kind === "mic" ? state.devices?.microphones : state.devices?.desktopAudio,
  );
  return (
    <Select
      label={`${title} device`}
      hideLabel
      value={sound.enabled ? (sound.device ?? DEFAULT) : OFF}
      options={deviceOptions(title, devices ?? [], sound.device)}
      disabled={locked}
      onChange={(value) =>
        onChange(value === OFF ? { enabled: false } : { enabled: true, device: value === DEFAULT ? null : value })
      }
    />
  );
}

function deviceOptions(title: string, devices: DeviceList["desktopAudio"], chosen: string | null): Option[] {
  const system = devices.find((device) => device.default)?.name;
  const options: Option[] = [
    { value: DEFAULT, label: `${title}: ${system ?? (devices.length === 0 ? "none connected" : "system default")}` },
    ...devices.map(({ id, name }) => ({ value: id, label: name })),
    { value: "test", label: "Test tone" },
    { value: OFF, label: `No ${title.toLowerCase()}` },
  ];
  if (chosen !== null && !options.some(({ value }) => value === chosen))
    options.push({ value: chosen, label: "Not connected" });
  return options;
}

interface AddApplicationProps {
  readonly sounds: readonly SoundSetting[];
  readonly locked: boolean;
  readonly onAdd: (sound: SoundSetting) => void;
}

/** A Windows that can't tell one program's sound from another's lists none. */
function AddApplication({ sounds, locked, onAdd }: AddApplicationProps) {
  const client = useShellClient();
  const applications = useShell((state) => state.devices?.applications);
  const id = useId();
  if (applications === undefined) return null;
  const free = applications.filter((one) => !sounds.some(({ kind, device }) => kind === "app" && device === one.id));
  return (
    <div className="relative">
      <label htmlFor={id} className="sr-only">
        Add an application's sound
      </label>
      <select
        id={id}
        value=""
        disabled={locked || sounds.length >= MOST_SOUNDS}
        onPointerDown={() => void client.command((api) => api.refreshDevices())}
        onChange={(event) => {
          const found = free.find((one) => one.id === event.target.value);
          if (found !== undefined) onAdd(applicationSound(found, sounds));
        }}
        className="h-7 max-w-56 appearance-none rounded-lg bg-raised pr-7 pl-7 text-[12px] hover:bg-hover disabled:opacity-60"
      >
        <option value="">Add an application</option>
        {free.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
            {one.playing ? ", playing" : ""}
          </option>
        ))}
      </select>
      <Plus aria-hidden size={14} className="pointer-events-none absolute top-1.5 left-2 text-muted" />
      <ChevronDown aria-hidden size={13} className="pointer-events-none absolute top-2 right-2 text-muted" />
    </div>
  );
}

type Application = DeviceList["applications"][number];

function applicationSound({ id, name }: Application, sounds: readonly SoundSetting[]): SoundSetting {
  const taken = new Set(sounds.map((sound) => sound.name));
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} ${number}`;
  return { name: free, kind: "app", device: id, enabled: true, gainDb: 0, muted: false, mono: false, filters: [] };
}
