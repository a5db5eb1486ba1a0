/** How much the way to a destination carries, tried before going live, and its advice taken by one press. */
import { Gauge } from "lucide-react";
import {
  destinationLacks,
  formatBitrate,
  isStreamActive,
  liveLimits,
  takesToken,
  type DestinationSetting,
} from "@ionia/common";
import { useLocked } from "../state/use_locked.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";

const BUTTON =
  "inline-flex min-h-8 items-center gap-1.5 rounded-lg border border-line bg-panel px-2.5 py-1 text-left font-medium hover:bg-hover disabled:opacity-60";

export function NetworkTest({ destination }: { readonly destination: DestinationSetting }) {
  const client = useShellClient();
  const { id, service } = destination;
  const test = useShell((state) => state.networkTest);
  const streaming = useShell((state) => isStreamActive(state.stream.phase));
  const whole = useShell((state) => destinationLacks(destination, state.savedKeys) === "");
  // A WHIP server would show the test to viewers.
  if (!whole || takesToken(destination)) return null;
  const mine = test.destination === id;
  if (mine && test.phase === "running")
    return (
      <div className="mt-3 flex items-center gap-2">
        <progress
          aria-label="Test of the connection"
          value={test.fraction}
          className="h-1.5 min-w-0 grow accent-accent"
        />
        <button type="button" onClick={() => void client.command((api) => api.cancelNetworkTest())} className={BUTTON}>
          Cancel
        </button>
      </div>
    );
  return (
    <div className="mt-3">
      <button
        type="button"
        disabled={streaming || test.phase === "running"}
        title={streaming ? "The way is tried while nothing is streamed." : undefined}
        onClick={() => void client.command((api) => api.testNetwork(id))}
        className={BUTTON}
      >
        <Gauge aria-hidden size={14} className="shrink-0" />
        Test the connection
      </button>
      {mine && test.phase !== "idle" ? (
        <Result />
      ) : (
        <p className="mt-1 text-[12px] text-muted">
          Ten seconds of the test card.{" "}
          {service === "twitch" ? "Nobody sees it." : "Some services show it to viewers, as they show a stream."}
        </p>
      )}
    </div>
  );
}

function Result() {
  const client = useShellClient();
  const { phase, found, advice, videoBitrate } = useShell((state) => state.networkTest);
  const wanted = useShell(({ settings, devices }) => liveLimits(settings, devices).videoBitrate);
  const locked = useLocked();
  return (
    <div role="status" className="mt-1.5 text-[12px] wrap-anywhere">
      <p className={phase === "failed" ? "text-rec-ink" : ""}>
        {found} {advice}
      </p>
      {videoBitrate !== null && videoBitrate < wanted && (
        <button
          type="button"
          disabled={locked}
          onClick={() => void client.updateSettings({ videoBitrate })}
          className={`mt-1.5 ${BUTTON}`}
        >
          Stream at {formatBitrate(videoBitrate)}
        </button>
      )}
    </div>
  );
}
