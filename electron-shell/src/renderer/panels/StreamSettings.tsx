/** What all destinations of a stream share: its delay, what of the upload it takes, and what services take at most. */
import { useId, useState } from "react";
import { TriangleAlert } from "lucide-react";
import {
  DELAYS,
  destinationsOf,
  formatBitrate,
  isFilePath,
  isFingerprint,
  isStreamActive,
  liveLimits,
  streamParams,
  uploadOf,
  usesOwnServer,
  type Settings,
} from "@ionia/common";
import { Select, SwitchLine } from "../components/controls.tsx";
import { useLocked } from "../state/use_locked.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";

export function StreamSettings() {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const active = useShell((state) => isStreamActive(state.stream.phase));
  return (
    <>
      <Limits settings={settings} />
      <Delay active={active} />
      {usesOwnServer(settings) && <CertificatesField active={active} />}
      <div className="mt-3 text-[13px]">
        <SwitchLine
          label="Keep trying when the key is rejected"
          checked={settings.retryRejected}
          disabled={active}
          onChange={(retryRejected) => void client.updateSettings({ retryRejected })}
        />
      </div>
    </>
  );
}

/** What several take of the way out of this machine, and what their services make of the picture or refuse. */
function Limits({ settings }: { readonly settings: Settings }) {
  const client = useShellClient();
  const devices = useShell((state) => state.devices);
  const locked = useLocked();
  const used = destinationsOf(settings).filter(({ enabled }) => enabled).length;
  const { videoBitrate = 0, audioBitrate = 0 } = streamParams(settings, devices);
  const { bits, encodes } = uploadOf(settings, videoBitrate, audioBitrate);
  const { lowered, beyond, within } = liveLimits(settings, devices);
  const { height, fps } = within;
  const offer = [height !== undefined && `${height}p`, fps !== undefined && `${fps} fps`].filter(Boolean).join(", ");
  return (
    <>
      {used > 1 && (
        <p className="mt-2 text-[12px] text-muted">
          {used} places take {formatBitrate(bits)} of your upload together. The picture is encoded{" "}
          {encodes === 1 ? "once" : `${encodes} times`}.
        </p>
      )}
      {lowered !== "" && (
        <p className="mt-2 text-[12px] text-muted">
          {lowered}
          {used > 1 && " everywhere"}.
        </p>
      )}
      {beyond.length > 0 && (
        <div role="status" className="mt-2 flex items-start gap-2 text-[12px] wrap-anywhere text-warn-ink">
          <TriangleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />
          <div className="min-w-0">
            {beyond.map((line) => (
              <p key={line}>{line}</p>
            ))}
            {offer !== "" && (
              <button
                type="button"
                disabled={locked}
                onClick={() => void client.updateSettings(within)}
                className="mt-1.5 min-h-8 rounded-lg border border-line bg-panel px-2.5 py-1 font-medium text-ink hover:bg-hover disabled:opacity-60"
              >
                Use {offer}
              </button>
            )}
          </div>
        </div>
      )}
    </>
  );
}

function Delay({ active }: { readonly active: boolean }) {
  const client = useShellClient();
  const delay = useShell((state) => state.settings.delaySeconds);
  const choices = DELAYS.includes(delay) ? DELAYS : [...DELAYS, delay].sort((one, other) => one - other);
  return (
    <div className="mt-3">
      <Select
        label="Delay"
        value={String(delay)}
        options={choices.map((seconds) => ({ value: String(seconds), label: inWords(seconds) }))}
        onChange={(value) => void client.updateSettings({ delaySeconds: Number(value) })}
      />
      {delay > 0 && (
        <p className="mt-1 text-[12px] text-muted">
          {active
            ? "A longer delay lets the picture stand still for as long, a shorter one leaves out what lies between."
            : "The stream begins so much later. What it holds when you end it is seen by nobody."}
        </p>
      )}
    </div>
  );
}

function inWords(seconds: number): string {
  if (seconds === 0) return "None";
  if (seconds < 60 || seconds % 60 !== 0) return `${seconds} s`;
  return `${seconds / 60} min`;
}

function CertificatesField({ active }: { readonly active: boolean }) {
  const client = useShellClient();
  const caFile = useShell((state) => state.settings.caFile);
  const [wrong, setWrong] = useState(false);
  const id = useId();
  return (
    <div className="mt-3">
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        Certificates to trust (PEM file or sha256:…, for a server of your own)
      </label>
      <input
        id={id}
        type="text"
        defaultValue={caFile}
        disabled={active}
        placeholder="The system's"
        spellCheck={false}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-problem` : undefined}
        onBlur={(event) => {
          const file = event.target.value.trim();
          const none = file !== "" && !isFilePath(file) && !isFingerprint(file);
          setWrong(none);
          if (!none && file !== caFile) void client.updateSettings({ caFile: file });
        }}
        className={`h-9 w-full rounded-lg border bg-raised px-2.5 disabled:opacity-60 ${wrong ? "border-rec" : "border-line-strong/60"}`}
      />
      {wrong && (
        <p id={`${id}-problem`} role="status" className="mt-1 text-[12px] text-rec-ink">
          Enter the file's whole path, such as /etc/ssl/own.pem or C:\own.pem, or the certificate's fingerprint, sha256:
          and 64 digits.
        </p>
      )}
    </div>
  );
}
