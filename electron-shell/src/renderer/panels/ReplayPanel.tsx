/** Whether the last seconds are held to be saved, and how many. */
import { formatBytes, isRecordingActive, prerollOf, spokenLength } from "@ionia/common";
import { ProblemText } from "../components/ProblemText.tsx";
import { Panel, Select, Switch } from "../components/controls.tsx";
import { mostRate } from "../state/cost.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";

const CHOICES = [15, 30, 60, 120, 300, 600] as const;
const DEFAULT_SECONDS = 30;
const BEFORE = [5, 10, ...CHOICES] as const;

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
        <>
          <Select
            label="Seconds held"
            hideLabel
            value={String(seconds)}
            options={choices.map((one) => ({ value: String(one), label: `The last ${spokenLength(one)}` }))}
            onChange={(value) => void client.updateSettings({ replaySeconds: Number(value) })}
          />
          <Begin held={seconds} />
          <State />
        </>
      )}
    </Panel>
  );
}

/** Whether a recording begins with some of what is held. */
function Begin({ held }: { readonly held: number }) {
  const client = useShellClient();
  const before = useShell((state) => prerollOf(state.settings));
  const locked = useShell((state) => isRecordingActive(state.recording.phase));
  const choices = [...new Set([...BEFORE.filter((one) => one <= held), before ?? held])].sort((one, two) => one - two);
  return (
    <div className="mt-2">
      <Select
        label="A recording begins"
        value={before === null ? "" : String(before)}
        disabled={locked}
        options={[
          { value: "", label: "When you press Record" },
          ...choices.map((one) => ({ value: String(one), label: `${spokenLength(one)} before you press it` })),
        ]}
        onChange={(value) => void client.updateSettings({ prerollSeconds: value === "" ? null : Number(value) })}
      />
    </div>
  );
}

/** How it is with it now, and a way on when it failed. */
function State() {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const devices = useShell((state) => state.devices);
  const { phase, problem, secondsHeld } = useShell((state) => state.replay);
  if (phase !== "failed")
    return (
      <p className="mt-2 text-[12px] text-muted">
        Takes up to {formatBytes((mostRate(settings, devices) / 8) * (settings.replaySeconds ?? 0))} of memory. Another
        length, or a change of what is captured, drops what is held and begins anew.
      </p>
    );
  return (
    <div className="mt-2 space-y-2">
      <ProblemText problem={problem ?? { kind: "internal", message: "The instant replay ended.", hint: "" }} />
      {secondsHeld >= 1 && (
        <p className="text-[12px] text-muted">
          {`The ${spokenLength(secondsHeld)} before can be saved until it is begun anew.`}
        </p>
      )}
      <button
        type="button"
        onClick={() => void client.command((api) => api.retryReplay())}
        className="rounded-lg border border-line-strong/50 px-3 py-1.5 text-[12px] font-semibold hover:bg-hover"
      >
        Hold again
      </button>
    </div>
  );
}
