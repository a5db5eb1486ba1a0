/** Where to stream: service, server, key. The key is typed here once and never comes back to this page. */
import { useId, useState, type SyntheticEvent } from "react";
import { KeyRound, Trash2 } from "lucide-react";
import { SERVICES, checkServerUrl, formatBitrate, isStreamActive, serviceOf, type Settings } from "@ionia/common";
import { IconButton, Panel, RadioCard, Switch } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

export function DestinationPanel() {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const active = useShell((state) => isStreamActive(state.stream.phase));
  const service = serviceOf(settings);
  const change = (patch: Partial<Settings>): void => void client.updateSettings(patch);
  const limited = service.maxVideoBitrate > 0 && settings.videoBitrate > service.maxVideoBitrate;
  return (
    <Panel title="Live destination">
      <fieldset disabled={active} className="min-w-0">
        <legend className="sr-only">Service</legend>
        <div className="grid grid-cols-[repeat(auto-fit,minmax(8rem,1fr))] gap-2">
          {SERVICES.map(({ id, name }) => (
            <RadioCard
              key={id}
              name="service"
              checked={settings.service === id}
              disabled={active}
              onSelect={() => change({ service: id })}
            >
              <span className="font-medium">{name}</span>
            </RadioCard>
          ))}
        </div>
      </fieldset>
      {settings.service === "custom" && <ServerField key={settings.customServer} active={active} />}
      <KeyField key={settings.service} active={active} />
      <div className="mt-3 flex items-center justify-between gap-3 text-[13px]">
        <span aria-hidden>Keep trying when the key is rejected</span>
        <Switch
          label="Keep trying when the key is rejected"
          checked={settings.retryRejected}
          disabled={active}
          onChange={(retryRejected) => change({ retryRejected })}
        />
      </div>
      {limited && (
        <p className="mt-2 text-[12px] text-muted">
          {service.name} takes {formatBitrate(service.maxVideoBitrate)} at most, so the stream uses that.
        </p>
      )}
    </Panel>
  );
}

function ServerField({ active }: { readonly active: boolean }) {
  const client = useShellClient();
  const saved = useShell((state) => state.settings.customServer);
  const caFile = useShell((state) => state.settings.caFile);
  const more = useShell((state) => state.savedKeys["customServer"] !== undefined);
  const [value, setValue] = useState(saved);
  const [left, setLeft] = useState(saved !== "");
  const [edited, setEdited] = useState(false);
  const id = useId();
  const check = checkServerUrl(value);
  const wrong = left && !check.ok;
  return (
    <div className="mt-3">
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        Server address
      </label>
      <input
        id={id}
        type="url"
        value={value}
        disabled={active}
        placeholder="rtmp://server/app"
        spellCheck={false}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-problem` : undefined}
        onChange={(event) => {
          setValue(event.target.value);
          setEdited(true);
        }}
        onBlur={() => {
          setLeft(true);
          // What is no address may be a key in the wrong field: it stays here. The same again drops what isn't shown.
          const wanted = value.trim() !== saved || (edited && more);
          setEdited(false);
          if (wanted && (check.ok || value.trim() === "")) void client.updateSettings({ customServer: value.trim() });
        }}
        className={`h-9 w-full rounded-lg border bg-raised px-2.5 disabled:opacity-60 ${wrong ? "border-rec" : "border-line-strong/60"}`}
      />
      {wrong && (
        <p id={`${id}-problem`} className="mt-1 text-[12px] text-rec-ink">
          {check.message}
        </p>
      )}
      {more && !wrong && (
        <p className="mt-1 text-[12px] text-muted">The rest of this address is kept with your stream keys.</p>
      )}
      <label htmlFor={`${id}-ca`} className="mt-3 mb-1 block text-[12px] text-muted">
        Certificates to trust (PEM file, for rtmps to a server of your own)
      </label>
      <input
        id={`${id}-ca`}
        type="text"
        defaultValue={caFile}
        disabled={active}
        placeholder="The system's"
        spellCheck={false}
        onBlur={(event) => {
          const file = event.target.value.trim();
          if (file !== caFile) void client.updateSettings({ caFile: file });
        }}
        className="h-9 w-full rounded-lg border border-line-strong/60 bg-raised px-2.5 disabled:opacity-60"
      />
    </div>
  );
}

function KeyField({ active }: { readonly active: boolean }) {
  const client = useShellClient();
  const service = useShell((state) => serviceOf(state.settings));
  const mask = useShell((state) => state.savedKeys[state.settings.service]);
  const encrypted = useShell((state) => state.keysEncrypted);
  const [typed, setTyped] = useState("");
  const id = useId();
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    const key = typed;
    setTyped("");
    void client.command((api) => api.saveStreamKey(service.id, key));
  };
  if (mask !== undefined) {
    return (
      <div className="mt-3">
        <span className="mb-1 block text-[12px] text-muted">Stream key</span>
        <div className="flex h-9 items-center gap-2 rounded-lg border border-line bg-raised pr-1 pl-2.5">
          <KeyRound aria-hidden size={14} className="text-ok-ink" />
          <span className="grow truncate tabular-nums">
            <span className="sr-only">A key is saved, ending in </span>
            {mask}
          </span>
          <IconButton
            label="Forget this stream key"
            disabled={active}
            onClick={() => void client.command((api) => api.forgetStreamKey(service.id))}
          >
            <Trash2 aria-hidden size={14} />
          </IconButton>
        </div>
        {!encrypted && (
          <p className="mt-1 text-[12px] text-muted">Kept until you quit: this system has no password store.</p>
        )}
      </div>
    );
  }
  return (
    <form className="mt-3" onSubmit={save}>
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        Stream key
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          aria-describedby={`${id}-help`}
          onChange={(event) => setTyped(event.target.value)}
          className="h-9 min-w-0 grow rounded-lg border border-line-strong/60 bg-raised px-2.5"
        />
        <button
          type="submit"
          disabled={typed.trim() === ""}
          className="h-9 rounded-lg bg-accent px-3.5 font-semibold text-white disabled:opacity-60"
        >
          Save
        </button>
      </div>
      <p id={`${id}-help`} className="mt-1 text-[12px] text-muted">
        {service.keyHelp}.{" "}
        {encrypted ? "Stored encrypted by your system." : "Kept until you quit: this system has no password store."}
      </p>
    </form>
  );
}
