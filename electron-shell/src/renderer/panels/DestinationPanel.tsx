/** Where a stream goes: one destination or several, and what all of them share. */
import { useState } from "react";
import { Plus } from "lucide-react";
import { FIRST_DESTINATION, MOST_DESTINATIONS, destinationsOf } from "@ionia/common";
import { Panel } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { DestinationCard } from "./DestinationCard.tsx";
import { StreamSettings } from "./StreamSettings.tsx";

export function DestinationPanel() {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
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
      <StreamSettings />
    </Panel>
  );
}
