/** One place to stream to: how it is now, whether a stream goes there, and what it is. */
import { useId } from "react";
import { ChevronDown, RotateCcw, Trash2 } from "lucide-react";
import {
  FIRST_DESTINATION,
  SERVICES,
  destinationLacks,
  destinationTitle,
  formatBitrate,
  isStreamActive,
  liveTitle,
  type DestinationSetting,
  type DestinationView,
} from "@ionia/common";
import { RadioCard, Switch } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { KeyField, NameField, ServerField } from "./DestinationFields.tsx";
import { NetworkTest } from "./NetworkTest.tsx";
import { OwnPicture } from "./OwnPicture.tsx";

export interface DestinationCardProps {
  readonly destination: DestinationSetting;
  /** Nothing to switch and to fold where it is the only one. */
  readonly only: boolean;
  readonly open: boolean;
  readonly onOpen: () => void;
}

export function DestinationCard({ destination, only, open, onOpen }: DestinationCardProps) {
  const client = useShellClient();
  const { id } = destination;
  const view = useShell((state) => state.stream.destinations.find((one) => one.id === id));
  const others = useShell((state) => state.stream.destinations.some((one) => one.id !== id && one.phase !== "failed"));
  const live = view !== undefined;
  const title = destinationTitle(destination);
  const bodyId = useId();
  const body = (
    <div id={bodyId} className={only ? "" : "border-t border-line p-3"}>
      <Services destination={destination} live={live} />
      {(!only || destination.name !== "") && <NameField destination={destination} />}
      {destination.service === "custom" && <ServerField key={destination.server} destination={destination} />}
      <KeyField key={`${id} ${destination.service}`} destination={destination} live={live} />
      {id !== FIRST_DESTINATION && <OwnPicture destination={destination} />}
      {!live && <NetworkTest destination={destination} />}
      {id !== FIRST_DESTINATION && (
        <button
          type="button"
          disabled={live && !others}
          title={live && !others ? "End the stream to remove its last destination." : undefined}
          onClick={() => void client.command((api) => api.removeDestination(id))}
          className="mt-3 inline-flex h-8 items-center gap-1.5 rounded-lg px-2 font-medium text-rec-ink hover:bg-rec-soft disabled:opacity-60"
        >
          <Trash2 aria-hidden size={14} />
          Remove this destination
        </button>
      )}
    </div>
  );
  if (only) return body;
  return (
    <li className="overflow-hidden rounded-xl border border-line bg-raised">
      <div className="flex items-center gap-2.5 py-2 pr-2.5 pl-3">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={bodyId}
          onClick={onOpen}
          className="flex min-h-9 min-w-0 grow items-center gap-2.5 rounded-lg text-left"
        >
          <Light destination={destination} view={view} />
          <span className="min-w-0 grow">
            <span className="block truncate font-medium">{title}</span>
            <State destination={destination} view={view} />
          </span>
          <ChevronDown
            aria-hidden
            size={15}
            className={`shrink-0 text-muted transition-transform ${open ? "rotate-180" : ""}`}
          />
        </button>
        <Switch
          label={`Stream to ${title}`}
          checked={destination.enabled}
          disabled={live && destination.enabled && !others}
          onChange={(enabled) => void client.changeDestination(id, { enabled })}
        />
      </div>
      <Trouble destination={destination} view={view} />
      {open && body}
    </li>
  );
}

/** Another service is another place: not while a stream goes there. */
function Services({ destination, live }: { readonly destination: DestinationSetting; readonly live: boolean }) {
  const client = useShellClient();
  return (
    <fieldset disabled={live} className="min-w-0">
      <legend className="sr-only">Service</legend>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(7.5rem,1fr))] gap-2">
        {SERVICES.map(({ id, name }) => (
          <RadioCard
            key={id}
            name={`service-${destination.id}`}
            checked={destination.service === id}
            disabled={live}
            onSelect={() => void client.changeDestination(destination.id, { service: id })}
          >
            <span className="font-medium">{name}</span>
          </RadioCard>
        ))}
      </div>
    </fieldset>
  );
}

interface ViewProps {
  readonly destination: DestinationSetting;
  readonly view: DestinationView | undefined;
}

const LIGHTS: Readonly<Record<DestinationView["phase"], string>> = {
  starting: "bg-warn-ink animate-pulse",
  live: "bg-ok-ink",
  reconnecting: "bg-warn-ink animate-pulse",
  failed: "bg-rec-ink",
};

function Light({ destination, view }: ViewProps) {
  const tone =
    view !== undefined ? LIGHTS[view.phase] : destination.enabled ? "border-2 border-muted" : "bg-line-strong/50";
  return <span aria-hidden data-light={view?.phase ?? "off"} className={`size-2.5 shrink-0 rounded-full ${tone}`} />;
}

const WORDS: Readonly<Record<DestinationView["phase"], string>> = {
  starting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  failed: "Failed",
};

function State({ destination, view }: ViewProps) {
  const active = useShell((state) => isStreamActive(state.stream.phase));
  const savedKeys = useShell((state) => state.savedKeys);
  const kbps = useShell((state) => {
    const found = state.stream.stats?.destinations.find((one) => one.destination === destination.id);
    return found === undefined ? null : Math.round(found.sendBitrateKbps / 100) * 100;
  });
  const slow = useShell(
    (state) =>
      state.stream.stats?.destinations.find((one) => one.destination === destination.id)?.backpressure === true,
  );
  const tone =
    view?.phase === "live" && !slow
      ? "text-ok-ink"
      : view?.phase === "failed"
        ? "text-rec-ink"
        : view === undefined
          ? "text-muted"
          : "text-warn-ink";
  const words =
    view === undefined
      ? !destination.enabled
        ? "Off"
        : destinationLacks(destination, savedKeys) !== ""
          ? "Not complete"
          : active
            ? "Not in this stream"
            : "Ready"
      : view.phase === "live" && slow
        ? "Live, too slow"
        : view.phase === "failed"
          ? liveTitle(view) || WORDS.failed
          : WORDS[view.phase];
  return (
    <span className={`block truncate text-[12px] tabular-nums ${tone}`}>
      {words}
      {view?.phase === "live" && kbps !== null && `, ${formatBitrate(kbps * 1000)}`}
    </span>
  );
}

/** What is wrong there now, or was the last time. */
function Trouble({ destination, view }: ViewProps) {
  const client = useShellClient();
  if (view === undefined) return null;
  const { phase, reason, lastReason, attempt, delayMs } = view;
  if (phase === "live")
    return lastReason === "" ? null : (
      <p className="px-3 pb-2 text-[12px] wrap-anywhere text-muted">Before it was back: {lastReason}</p>
    );
  if (phase === "failed")
    return (
      <div className="flex items-center gap-2 px-3 pb-2">
        <p role="status" className="min-w-0 grow text-[12px] wrap-anywhere text-rec-ink">
          {reason}
        </p>
        <button
          type="button"
          onClick={() => void client.changeDestination(destination.id, { enabled: true })}
          className="inline-flex h-8 shrink-0 items-center gap-1.5 rounded-lg border border-line bg-panel px-2.5 font-medium hover:bg-hover"
        >
          <RotateCcw aria-hidden size={13} />
          Try again
        </button>
      </div>
    );
  if (reason === "") return null;
  const next = delayMs >= 1000 ? ` Next try in ${Math.ceil(delayMs / 1000)} s.` : "";
  return (
    <p role="status" className="px-3 pb-2 text-[12px] wrap-anywhere text-warn-ink">
      {reason} Try {Math.max(1, attempt)}.{next}
    </p>
  );
}
