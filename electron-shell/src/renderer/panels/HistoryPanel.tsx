/** The recordings that were made. */
import { useState } from "react";
import { CircleStop, Film, FolderOpen, Scissors, Wrench, X } from "lucide-react";
import { formatBytes, formatDuration, type HistoryEntry, type JobView } from "@ionia/common";
import { IconButton } from "../components/controls.tsx";
import { HoverStrip } from "../components/HoverStrip.tsx";
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
    <section aria-label="Recordings" className="p-3">
      {history.length === 0 ? (
        <div className="flex flex-col items-center gap-2 rounded-xl border border-dashed border-line-strong/50 px-6 py-10 text-center text-muted">
          <Film aria-hidden size={28} strokeWidth={1.4} />
          <p className="font-medium text-ink">Nothing recorded yet</p>
          <p>Press Record: your recordings will be listed here, with all that was marked.</p>
        </div>
      ) : (
        <ul className="relative grid grid-cols-[minmax(0,1fr)] gap-2">
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
      className={`relative overflow-hidden rounded-xl border ${playing ? "border-accent bg-accent-soft" : "border-line bg-raised hover:border-line-strong"}`}
    >
      <button
        type="button"
        onClick={() => onPlay(entry.id)}
        aria-pressed={playing}
        className="flex w-full min-w-0 gap-3 p-2 pb-1 text-left -outline-offset-2"
      >
        <HoverStrip entry={entry} />
        {/* Below its words there is room for the buttons, beside the picture. */}
        <span className={`min-w-0 grow pt-0.5 ${entry.recovered ? "" : "pb-7"}`}>
          <span className="block truncate font-medium">
            <span className="sr-only">Play recording of </span>
            {title}
          </span>
          <span className="block text-[12px] leading-snug text-muted tabular-nums">
            {/* To be seen on the picture. */}
            {entry.durationSeconds > 0 && <span className="sr-only">{formatDuration(entry.durationSeconds)}, </span>}
            {job !== undefined ? `${WORK[job.kind]}, ${Math.floor(job.fraction * 100)} %` : factsOf(entry)}
          </span>
        </span>
      </button>
      <div
        className={`pointer-events-none relative flex justify-end gap-0.5 px-1.5 pb-1 *:pointer-events-auto ${entry.recovered ? "" : "-mt-8"}`}
      >
        {entry.recovered && (
          <button
            type="button"
            aria-label={`Repair recording of ${title}`}
            disabled={job !== undefined}
            onClick={() => void client.command((api) => api.repairRecording(entry.id))}
            className="mr-auto ml-1 inline-flex h-8 items-center gap-1.5 rounded-lg bg-warn-soft px-2.5 font-medium text-warn-ink disabled:opacity-50"
          >
            <Wrench aria-hidden size={14} />
            Repair
          </button>
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
      </div>
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

function factsOf({ bytes, recovered, clip, codec, height, marks = [] }: HistoryEntry): string {
  const facts = [
    formatBytes(bytes),
    marks.length > 0 && `${marks.length} ${marks.length === 1 ? "mark" : "marks"}`,
    recovered ? "ended early" : height > 0 && `${height}p`,
    codec?.toUpperCase(),
    clip === true && "clip",
  ];
  return facts.filter(Boolean).join(", ");
}
