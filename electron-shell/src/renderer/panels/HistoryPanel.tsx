/** The recordings that were made. */
import { useState } from "react";
import { Film, FolderOpen, Play, Wrench, X } from "lucide-react";
import { formatBytes, formatDuration, type HistoryEntry } from "@ionia/common";
import { IconButton } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

export interface HistoryPanelProps {
  readonly playingId: string | null;
  readonly onPlay: (id: string) => void;
}

const whenMade = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

export function HistoryPanel({ playingId, onPlay }: HistoryPanelProps) {
  const history = useShell((state) => state.history);
  return (
    <section aria-labelledby="history-title" className="flex min-h-0 flex-col">
      <h2 id="history-title" className="px-1 pb-2 text-[13px] font-semibold">
        Recordings
      </h2>
      {history.length === 0 ? (
        <p className="flex items-center gap-3 rounded-xl border border-dashed border-line-strong/50 px-4 py-3.5 text-muted">
          <Film aria-hidden size={16} />
          Your recordings will be listed here.
        </p>
      ) : (
        <ul className="relative grid min-h-0 auto-rows-max grid-cols-[minmax(0,1fr)] gap-1.5 overflow-y-auto pr-1 pb-1">
          {history.map((entry) => (
            <Row key={entry.id} entry={entry} playing={entry.id === playingId} onPlay={onPlay} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({
  entry,
  playing,
  onPlay,
}: {
  readonly entry: HistoryEntry;
  readonly playing: boolean;
  readonly onPlay: (id: string) => void;
}) {
  const client = useShellClient();
  const [repairing, setRepairing] = useState(false);
  const made = new Date(entry.createdAt);
  const title = Number.isNaN(made.getTime()) ? entry.name : whenMade.format(made);
  return (
    <li
      className={`flex items-center gap-1 rounded-xl border pr-1.5 ${playing ? "border-accent bg-accent-soft" : "border-line bg-panel hover:bg-hover"}`}
    >
      <button
        type="button"
        onClick={() => onPlay(entry.id)}
        aria-pressed={playing}
        className="flex min-w-0 grow items-center gap-3 rounded-xl px-3 py-2 text-left"
      >
        <span className="relative flex h-9 w-16 shrink-0 items-center justify-center overflow-hidden rounded-lg bg-raised text-accent-ink">
          {entry.thumbnailUrl !== undefined && (
            <img src={entry.thumbnailUrl} alt="" className="absolute inset-0 size-full object-cover" />
          )}
          <Play aria-hidden size={14} fill="currentColor" className="relative drop-shadow" />
        </span>
        <span className="min-w-0">
          <span className="block truncate font-medium">
            <span className="sr-only">Play recording of </span>
            {title}
          </span>
          <span className="block truncate text-[12px] text-muted tabular-nums">
            {entry.durationSeconds > 0 && `${formatDuration(entry.durationSeconds)}, `}
            {formatBytes(entry.bytes)}
            {entry.recovered ? ", ended early" : entry.height > 0 && `, ${entry.height}p`}
          </span>
        </span>
      </button>
      {entry.recovered && (
        <IconButton
          label={`Repair recording of ${title}`}
          disabled={repairing}
          onClick={() => {
            setRepairing(true);
            void client.command((api) => api.repairRecording(entry.id)).then(() => setRepairing(false));
          }}
        >
          <Wrench aria-hidden size={14} />
        </IconButton>
      )}
      <IconButton
        label={`Show recording of ${title} in its folder`}
        onClick={() => void client.command((api) => api.showInFolder(entry.id))}
      >
        <FolderOpen aria-hidden size={14} />
      </IconButton>
      <IconButton
        label={`Take recording of ${title} off the list`}
        onClick={() => void client.command((api) => api.removeFromHistory(entry.id))}
      >
        <X aria-hidden size={14} />
      </IconButton>
    </li>
  );
}
