/** How good the picture is and what that costs, before it is recorded. */
import { useId, type ReactNode } from "react";
import { CODECS, LIMITS, QUALITIES, formatBitrate, type Settings, sourceOf } from "@ionia/common";
import { NumberField, Panel, RadioCard, Select, Switch } from "../components/controls.tsx";
import { costOf } from "../state/cost.ts";
import { useLocked } from "../state/use_locked.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";

const ENCODERS: Readonly<Record<Settings["encoder"], string>> = {
  auto: "Automatic",
  nvenc: "NVIDIA (NVENC)",
  qsv: "Intel (Quick Sync)",
  amf: "AMD (AMF)",
  mf: "Windows (Media Foundation)",
  x264: "Software",
};

const FRAME_RATES: readonly (readonly [fps: number, words: string])[] = [
  [24, "24 fps, as films"],
  [30, "30 fps, for most"],
  [60, "60 fps, fluid: twice the work"],
];
const HEIGHTS = [2160, 1440, 1080, 720, 480] as const;

export function QualityPanel() {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const devices = useShell((state) => state.devices);
  const locked = useLocked();
  const leftOutWords = useId();
  const change = (patch: Partial<Settings>): void => void client.updateSettings(patch);
  const source = sourceOf(settings, devices);
  const rates = FRAME_RATES.some(([fps]) => fps === settings.fps)
    ? FRAME_RATES
    : [...FRAME_RATES, [settings.fps, `${settings.fps} fps`] as const];
  const heights = HEIGHTS.filter((height) => height < source.height || height === settings.height);
  return (
    <Panel title="Quality">
      <fieldset disabled={locked} className="min-w-0">
        <legend className="sr-only">Quality of recordings</legend>
        <div className="grid gap-1.5">
          {QUALITIES.map(({ id, name, summary }) => (
            <RadioCard
              key={id}
              name="quality"
              checked={settings.quality === id}
              disabled={locked}
              onSelect={() => change({ quality: id })}
            >
              <span className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span className="font-medium">{name}</span>
                <span className="text-[12px] text-muted tabular-nums">{costOf(settings, devices, id)}</span>
              </span>
              <span className="block text-[12px] text-muted">{summary}</span>
            </RadioCard>
          ))}
        </div>
        <p className="mt-2 text-[12px] text-muted">
          {settings.codec !== "h264"
            ? "Told for H.264; these files are smaller as a rule. A stream stays H.264: beside one it is a second encode."
            : settings.quality === "bitrate"
              ? "A stream at the same rate shares this encoder: recording beside it costs next to nothing."
              : "A still page takes the least, text that scrolls and films the most. Beside a stream it is a second encode."}
        </p>
      </fieldset>
      <CodecField locked={locked} />
      <div className="mt-3 grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-2.5">
        <div className="col-span-full">
          <Select
            label="Size"
            value={String(settings.height ?? "")}
            disabled={locked}
            options={[
              { value: "", label: `As captured, ${source.width} × ${source.height}` },
              ...heights.map((height) => ({ value: String(height), label: sizeInWords(height, source.height) })),
            ]}
            onChange={(value) => change({ height: value === "" ? null : Number(value) })}
          />
        </div>
        <Select
          label="Frames per second"
          value={String(settings.fps)}
          disabled={locked}
          options={rates.map(([fps, label]) => ({ value: String(fps), label }))}
          onChange={(value) => change({ fps: Number(value) })}
        />
        <RateField locked={locked} />
        <Select
          label="Encoder"
          value={settings.encoder}
          disabled={locked}
          options={Object.entries(ENCODERS)
            // Media Foundation has no other here.
            .filter(([value]) => value !== "mf" || settings.codec === "h264")
            .map(([value, label]) => ({ value, label }))}
          onChange={(value) => change({ encoder: value as Settings["encoder"] })}
        />
      </div>
      <div className="mt-3 grid gap-2.5">
        <Choice
          label="Show the mouse pointer"
          checked={settings.cursor}
          disabled={locked}
          onChange={(cursor) => change({ cursor })}
        />
        <Choice
          label="Leave this window out of recordings"
          describedBy={leftOutWords}
          checked={settings.leaveOutWindow}
          onChange={(leaveOutWindow) => change({ leaveOutWindow })}
        >
          <span id={leftOutWords} className="block text-[12px] text-muted">
            On Windows only. Other programs that capture the screen, such as remote support, don't see it either.
          </span>
        </Choice>
      </div>
    </Panel>
  );
}

/** `720p, a quarter of the work` would be a guess; how many pixels are left to encode is none. */
function sizeInWords(height: number, whole: number): string {
  const share = Math.round((height / whole) ** 2 * 100);
  return share < 100 ? `${height}p, ${share} % of the pixels` : `${height}p`;
}

/** Which of them a file gets is told with what it costs and with who can't play it. */
function CodecField({ locked }: { readonly locked: boolean }) {
  const client = useShellClient();
  const { codec, encoder } = useShell((state) => state.settings);
  const chosen = CODECS.find(({ id }) => id === codec);
  const wordsId = useId();
  return (
    <fieldset disabled={locked} aria-describedby={wordsId} className="mt-3 min-w-0">
      <legend className="mb-1 text-[12px] text-muted">Format of files</legend>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(5.5rem,1fr))] gap-1.5">
        {CODECS.map(({ id, name }) => (
          <RadioCard
            key={id}
            name="codec"
            checked={codec === id}
            disabled={locked}
            onSelect={() =>
              void client.updateSettings({
                codec: id,
                ...(encoder === "mf" && id !== "h264" ? { encoder: "auto" as const } : {}),
              })
            }
          >
            <span className="font-medium">{name}</span>
          </RadioCard>
        ))}
      </div>
      <p id={wordsId} className="mt-1.5 text-[12px] text-muted">
        {chosen?.cost}. {chosen?.plays}
      </p>
    </fieldset>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly describedBy?: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children?: ReactNode;
}

function Choice({ label, children, ...control }: ChoiceProps) {
  return (
    <div className="flex items-center justify-between gap-3">
      <span className="min-w-0">
        <span aria-hidden>{label}</span>
        {children}
      </span>
      <Switch label={label} {...control} />
    </div>
  );
}

function RateField({ locked }: { readonly locked: boolean }) {
  const client = useShellClient();
  const current = useShell((state) => state.settings.videoBitrate);
  const steady = useShell((state) => state.settings.quality === "bitrate");
  return (
    <NumberField
      label={steady ? "Rate, kbit/s" : "Rate of a stream, kbit/s"}
      value={current / 1000}
      min={LIMITS.videoBitrate.min / 1000}
      max={LIMITS.videoBitrate.max / 1000}
      disabled={locked}
      title={formatBitrate(current)}
      onChange={(kilobits) => void client.updateSettings({ videoBitrate: Math.round((kilobits ?? 0) * 1000) })}
    />
  );
}
