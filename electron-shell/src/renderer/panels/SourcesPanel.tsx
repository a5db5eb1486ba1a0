/** Which screen and which sound, with live levels. What can't be changed while it runs is locked then. */
import { FlaskConical, Mic, MicOff, Monitor, RefreshCw, Volume2, VolumeX } from "lucide-react";
import type { ReactNode } from "react";
import type { DeviceList, Settings } from "@ionia/common";
import { IconButton, Panel, RadioCard, Select, Switch, type Option } from "../components/controls.tsx";
import { Meter } from "../components/Meter.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { useLocked } from "../state/use_locked.ts";

const DEFAULT = "";

type SoundList = DeviceList["desktopAudio"];

function soundOptions(devices: SoundList, chosen: string | null): Option[] {
  const system = devices.find((device) => device.default)?.name;
  const fallback = devices.length === 0 ? "None connected" : "System default";
  const options: Option[] = [{ value: DEFAULT, label: system === undefined ? fallback : `System default (${system})` }];
  for (const device of devices) options.push({ value: device.id, label: device.name });
  options.push({ value: "test", label: "Test tone" });
  if (chosen !== null && !options.some(({ value }) => value === chosen))
    options.push({ value: chosen, label: "Not connected" });
  return options;
}

export function SourcesPanel() {
  const client = useShellClient();
  const devices = useShell((state) => state.devices);
  const settings = useShell((state) => state.settings);
  const locked = useLocked();
  const change = (patch: Partial<Settings>): void => void client.updateSettings(patch);
  const screens = devices?.screens ?? [];
  const primary = screens.find((screen) => screen.primary) ?? screens[0];
  const isChosen = (id: string): boolean => (settings.screen ?? primary?.id) === id;
  return (
    <Panel
      title="Sources"
      action={
        <IconButton
          label="Look for devices again"
          disabled={locked}
          onClick={() => void client.command((api) => api.refreshDevices())}
        >
          <RefreshCw aria-hidden size={14} />
        </IconButton>
      }
    >
      <fieldset disabled={locked} className="min-w-0">
        <legend className="sr-only">Screen</legend>
        <div className="grid grid-cols-2 gap-2">
          {screens.map((screen) => (
            <RadioCard
              key={screen.id}
              name="screen"
              checked={isChosen(screen.id)}
              disabled={locked}
              onSelect={() => change({ screen: screen.primary ? null : screen.id })}
            >
              <Monitor aria-hidden size={16} className="mb-1 text-accent-ink" />
              <span className="block truncate font-medium">{screen.name}</span>
              <span className="block text-[12px] text-muted tabular-nums">
                {screen.width} × {screen.height}
              </span>
            </RadioCard>
          ))}
          <div className={screens.length % 2 === 0 ? "col-span-2" : ""}>
            <RadioCard
              name="screen"
              checked={settings.screen === "test"}
              disabled={locked}
              onSelect={() => change({ screen: "test" })}
            >
              <span className={screens.length % 2 === 0 ? "flex items-center gap-2.5" : ""}>
                <FlaskConical
                  aria-hidden
                  size={16}
                  className={screens.length % 2 === 0 ? "text-accent-ink" : "mb-1 text-accent-ink"}
                />
                <span className="block font-medium">Test card</span>
                <span className="block text-[12px] text-muted">Built-in picture</span>
              </span>
            </RadioCard>
          </div>
        </div>
      </fieldset>
      <SoundSource
        label="Desktop sound"
        icon={settings.desktopEnabled ? <Volume2 aria-hidden size={15} /> : <VolumeX aria-hidden size={15} />}
        enabled={settings.desktopEnabled}
        locked={locked}
        value={settings.desktopAudio ?? DEFAULT}
        options={soundOptions(devices?.desktopAudio ?? [], settings.desktopAudio)}
        source="desktop"
        onEnable={(desktopEnabled) => change({ desktopEnabled })}
        onSelect={(id) => change({ desktopAudio: id === DEFAULT ? null : id })}
      />
      <SoundSource
        label="Microphone"
        icon={settings.micEnabled ? <Mic aria-hidden size={15} /> : <MicOff aria-hidden size={15} />}
        enabled={settings.micEnabled}
        locked={locked}
        value={settings.microphone ?? DEFAULT}
        options={soundOptions(devices?.microphones ?? [], settings.microphone)}
        source="mic"
        onEnable={(micEnabled) => change({ micEnabled })}
        onSelect={(id) => change({ microphone: id === DEFAULT ? null : id })}
      />
    </Panel>
  );
}

interface SoundSourceProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly enabled: boolean;
  readonly locked: boolean;
  readonly value: string;
  readonly options: readonly Option[];
  readonly source: "desktop" | "mic";
  readonly onEnable: (enabled: boolean) => void;
  readonly onSelect: (id: string) => void;
}

function SoundSource({ label, icon, enabled, locked, value, options, source, onEnable, onSelect }: SoundSourceProps) {
  return (
    <div className="mt-4">
      <div className="mb-1.5 flex items-center gap-2">
        <span className="text-muted">{icon}</span>
        <span className="grow font-medium">{label}</span>
        <Switch label={`Record ${label.toLowerCase()}`} checked={enabled} disabled={locked} onChange={onEnable} />
      </div>
      {enabled && (
        <>
          <Select
            label={`${label} device`}
            hideLabel
            value={value}
            options={options}
            disabled={locked}
            onChange={onSelect}
          />
          <div className="mt-2">
            <Meter source={source} label={`${label} level`} />
          </div>
        </>
      )}
    </div>
  );
}
