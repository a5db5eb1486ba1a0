/** Where a stream goes: one destination or several, and what all of them share. */
import { useId, useState } from "react";
import { Plus } from "lucide-react";
import {
  FIRST_DESTINATION,
  MOST_DESTINATIONS,
  destinationsOf,
  formatBitrate,
  isStreamActive,
  streamParams,
  strictestService,
  usesOwnServer,
  type Settings,
} from "@ionia/common";
import { Panel, Switch } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { DestinationCard } from "./DestinationCard.tsx";

export function DestinationPanel() {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const active = useShell((state) => isStreamActive(state.stream.phase));
  const [openId, setOpenId] = useState<string | null>(null);
  const all = destinationsOf(settings);
  const only = all.every(({ id, enabled }) => id === FIRST_DESTINATION && enabled);
  const card = (destination: (typeof all)[number]) => (
    <DestinationCard
      key={destination.id}
      destination={destination}
      only={only}
      open={openId === destination.id}
      onOpen={() => setOpenId(openId === destination.id ? null : destination.id)}
    />
  );
  const add = async (): Promise<void> => {
    const before = new Set(all.map(({ id }) => id));
    if (!(await client.command((api) => api.addDestination()))) return;
    const added = destinationsOf(client.getState().settings).find(({ id }) => !before.has(id));
    setOpenId(added?.id ?? null);
  };
  return (
    <Panel title={only ? "Live destination" : "Live destinations"}>
      {only ? all.map(card) : <ul className="grid gap-2">{all.map(card)}</ul>}
      {all.length < MOST_DESTINATIONS && (
        <button
          type="button"
          onClick={() => void add()}
          className="mt-3 inline-flex min-h-9 w-full items-center justify-center gap-2 rounded-lg border border-dashed border-line-strong/60 px-3 py-1.5 font-medium hover:bg-hover"
        >
          <Plus aria-hidden size={15} className="shrink-0" />
          Stream to another place, too
        </button>
      )}
      <Cost settings={settings} />
      {usesOwnServer(settings) && <CertificatesField active={active} />}
      <div className="mt-3 flex items-center justify-between gap-3 text-[13px]">
        <span aria-hidden>Keep trying when the key is rejected</span>
        <Switch
          label="Keep trying when the key is rejected"
          checked={settings.retryRejected}
          disabled={active}
          onChange={(retryRejected) => void client.updateSettings({ retryRejected })}
        />
      </div>
    </Panel>
  );
}

/** What several take of the way out of this machine, and what the strictest of their services makes of the picture. */
function Cost({ settings }: { readonly settings: Settings }) {
  const service = strictestService(settings);
  const used = destinationsOf(settings).filter(({ enabled }) => enabled).length;
  const { videoBitrate = 0, audioBitrate = 0 } = streamParams(settings);
  const limited = service !== undefined && settings.videoBitrate > service.maxVideoBitrate;
  return (
    <>
      {used > 1 && (
        <p className="mt-2 text-[12px] text-muted">
          {used} places take {formatBitrate((videoBitrate + audioBitrate) * used)} of your upload together. The picture
          is encoded once.
        </p>
      )}
      {limited && (
        <p className="mt-2 text-[12px] text-muted">
          {service.name} takes {formatBitrate(service.maxVideoBitrate)} at most, so the stream uses that
          {used > 1 && " everywhere"}.
        </p>
      )}
    </>
  );
}

function CertificatesField({ active }: { readonly active: boolean }) {
  const client = useShellClient();
  const caFile = useShell((state) => state.settings.caFile);
  const id = useId();
  return (
    <div className="mt-3">
      <label htmlFor={id} className="mb-1 block text-[12px] text-muted">
        Certificates to trust (PEM file, for rtmps to a server of your own)
      </label>
      <input
        id={id}
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
