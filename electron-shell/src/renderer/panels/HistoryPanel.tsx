/** The recordings that were made. */
import { useState } from "react";
import { CircleStop, Film, FolderOpen, Play, Scissors, Wrench, X } from "lucide-react";
import { formatBytes, formatDuration, type HistoryEntry, type JobView } from "@ionia/common";
import { IconButton } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { ClipDialog } from "./ClipDialog.tsx";

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

const WORK: Readonly<Record<JobView["kind"], string>> = { clip: "Clipping", repair: "Repairing" };

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
  const job = useShell((state) => state.jobs.find(({ recordingId }) => recordingId === entry.id));
  const [clipping, setClipping] = useState(false);
  const made = new Date(entry.createdAt);
  const title = Number.isNaN(made.getTime()) ? entry.name : whenMade.format(made);
  return (
    <li
      className={`relative flex items-center gap-1 overflow-hidden rounded-xl border pr-1.5 ${playing ? "border-accent bg-accent-soft" : "border-line bg-panel hover:bg-hover"}`}
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
            {job !== undefined ? `${WORK[job.kind]}, ${Math.floor(job.fraction * 100)} %` : factsOf(entry)}
          </span>
        </span>
      </button>
      {entry.recovered && (
        <IconButton
          label={`Repair recording of ${title}`}
          disabled={job !== undefined}
          onClick={() => void client.command((api) => api.repairRecording(entry.id))}
        >
          <Wrench aria-hidden size={14} />
        </IconButton>
      )}
      {job === undefined ? (
        <IconButton label={`Clip recording of ${title}`} onClick={() => setClipping(true)}>
          <Scissors aria-hidden size={14} />
        </IconButton>
      ) : (
        <IconButton
          label={`Stop ${WORK[job.kind].toLowerCase()} recording of ${title}`}
          onClick={() => void client.command((api) => api.cancelJob(entry.id))}
        >
          <CircleStop aria-hidden size={15} />
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
      {job !== undefined && (
        <div
          role="progressbar"
          aria-label={`${WORK[job.kind]} recording of ${title}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.floor(job.fraction * 100)}
          className="absolute inset-x-0 bottom-0 h-0.5 bg-line"
        >
          <div className="h-full bg-accent" style={{ width: `${job.fraction * 100}%` }} />
        </div>
      )}
      {clipping && (
        <ClipDialog
          entry={entry}
          title={title}
          onClip={(clip) => void client.command((api) => api.clipRecording(entry.id, clip))}
          onClose={() => setClipping(false)}
        />
      )}
    </li>
  );
}

function factsOf({ durationSeconds, bytes, recovered, clip, height }: HistoryEntry): string {
  const facts = [
    durationSeconds > 0 && formatDuration(durationSeconds),
    formatBytes(bytes),
    recovered ? "ended early" : height > 0 && `${height}p`,
    clip === true && "clip",
  ];
  return facts.filter(Boolean).join(", ");
}
