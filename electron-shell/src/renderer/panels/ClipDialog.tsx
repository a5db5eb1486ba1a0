/** Which part of a recording is to be a file of its own: typed, or taken from where the player stands. */
import { useEffect, useId, useRef, useState, type SyntheticEvent } from "react";
import { formatDuration, formatTime, parseTime, type Clip, type HistoryEntry } from "@ionia/common";
import { RadioCard } from "../components/controls.tsx";

export interface ClipDialogProps {
  readonly entry: HistoryEntry;
  readonly title: string;
  readonly onClip: (clip: Clip) => void;
  readonly onClose: () => void;
}

const MODES: readonly { readonly mode: Clip["mode"]; readonly name: string; readonly words: string }[] = [
  { mode: "keyframe", name: "Fast", words: "Copied; begins at the keyframe before" },
  { mode: "exact", name: "Exact", words: "Begins at that very picture" },
];

export function ClipDialog({ entry, title, onClip, onClose }: ClipDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [from, setFrom] = useState("0:00");
  const [to, setTo] = useState(entry.durationSeconds > 0 ? formatTime(entry.durationSeconds) : "");
  const [mode, setMode] = useState<Clip["mode"]>("keyframe");
  const titleId = useId();
  const problemId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const [startSeconds, endSeconds] = [parseTime(from), parseTime(to)];
  const problem = problemOf(startSeconds, endSeconds, entry.durationSeconds);
  const fields = [
    { label: "From", value: from, set: setFrom },
    { label: "To", value: to, set: setTo },
  ];
  const show = (seconds: number, set: (text: string) => void): void => {
    set(formatTime(seconds));
    if (video.current !== null) video.current.currentTime = seconds;
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (problem !== "" || startSeconds === null || endSeconds === null) return;
    onClip({ startSeconds, endSeconds, mode });
    onClose();
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      className="m-auto w-[min(560px,92vw)] rounded-2xl border border-line bg-panel p-5 text-ink backdrop:bg-black/60"
    >
      <form noValidate onSubmit={submit}>
        <h2 id={titleId} className="mb-3 text-[15px] font-semibold">
          Clip from {title}
        </h2>
        {/* What was on the screen has no captions to offer. */}
        <video
          ref={video}
          src={entry.mediaUrl}
          controls
          preload="metadata"
          aria-label={`Recording ${entry.name}`}
          className="h-[min(34vh,280px)] w-full rounded-lg bg-black object-contain"
        />
        {entry.durationSeconds > 0 && (
          <TrimBar
            length={entry.durationSeconds}
            from={startSeconds ?? 0}
            to={endSeconds ?? entry.durationSeconds}
            marks={entry.marks ?? []}
            onFrom={(seconds) => show(seconds, setFrom)}
            onTo={(seconds) => show(seconds, setTo)}
          />
        )}
        <div className="mt-3 grid grid-cols-[repeat(auto-fit,minmax(11rem,1fr))] gap-3">
          {fields.map(({ label, value, set }) => (
            <div key={label} className="flex items-end gap-2">
              <label className="min-w-0 grow text-[12px] text-muted">
                {label}
                <input
                  type="text"
                  value={value}
                  spellCheck={false}
                  autoComplete="off"
                  placeholder="0:00"
                  aria-invalid={problem !== ""}
                  aria-describedby={problemId}
                  onChange={(event) => set(event.target.value)}
                  className="mt-1 block h-9 w-full rounded-lg border border-line-strong/60 bg-raised px-2.5 text-[13px] text-ink tabular-nums"
                />
              </label>
              <button
                type="button"
                aria-label={`${label} where the player is`}
                onClick={() => set(formatTime(video.current?.currentTime ?? 0))}
                className="h-9 shrink-0 rounded-lg border border-line bg-raised px-3 hover:bg-hover"
              >
                Here
              </button>
            </div>
          ))}
        </div>
        <fieldset className="mt-3 min-w-0">
          <legend className="sr-only">How to cut</legend>
          <div className="grid grid-cols-[repeat(auto-fit,minmax(11rem,1fr))] gap-3">
            {MODES.map(({ mode: one, name, words }) => {
              const refused = one === "exact" && entry.codec !== undefined;
              return (
                <RadioCard
                  key={one}
                  name="clip-mode"
                  checked={mode === one}
                  disabled={refused}
                  onSelect={() => setMode(one)}
                >
                  <span className="block font-medium">{name}</span>
                  <span className="block text-[12px] text-muted">{refused ? "For H.264 alone" : words}</span>
                </RadioCard>
              );
            })}
          </div>
        </fieldset>
        <div className="mt-4 flex items-center gap-2">
          <p
            id={problemId}
            role="status"
            className={`grow text-[12px] ${problem === "" ? "text-muted" : "text-rec-ink"}`}
          >
            {problem || `${formatDuration((endSeconds ?? 0) - (startSeconds ?? 0))} long`}
          </p>
          <button
            type="button"
            onClick={() => dialog.current?.close()}
            className="h-9 rounded-lg border border-line bg-raised px-3.5 hover:bg-hover"
          >
            Cancel
          </button>
          <button
            type="submit"
            disabled={problem !== ""}
            className="h-9 rounded-lg bg-accent px-3.5 font-semibold text-white disabled:opacity-60"
          >
            Make clip
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface TrimBarProps {
  readonly length: number;
  readonly from: number;
  readonly to: number;
  readonly marks: readonly number[];
  readonly onFrom: (seconds: number) => void;
  readonly onTo: (seconds: number) => void;
}

/** The whole recording as a bar, with a handle at each end of the part and its marks. */
function TrimBar({ length, from, to, marks, onFrom, onTo }: TrimBarProps) {
  const share = (seconds: number): string => `${(Math.min(Math.max(seconds, 0), length) / length) * 100}%`;
  const handles = [
    { label: "Beginning of the clip", value: from, set: (value: number) => onFrom(Math.min(value, to - STEP)) },
    { label: "End of the clip", value: to, set: (value: number) => onTo(Math.max(value, from + STEP)) },
  ];
  return (
    <div className="relative mt-3 h-7">
      <div aria-hidden className="absolute inset-x-0 top-2 h-3 rounded-full bg-line">
        <div
          className="absolute inset-y-0 rounded-full bg-accent"
          style={{ left: share(from), width: share(Math.max(0, to - from)) }}
        />
        {marks.map((seconds) => (
          <span key={seconds} className="absolute inset-y-0 w-0.5 bg-warn-ink" style={{ left: share(seconds) }} />
        ))}
      </div>
      {handles.map(({ label, value, set }) => (
        <input
          key={label}
          type="range"
          aria-label={label}
          aria-valuetext={formatTime(value)}
          min={0}
          max={length}
          step={STEP}
          value={value}
          onChange={(event) => set(Number(event.target.value))}
          className="trim absolute inset-0 m-0 h-7 w-full appearance-none bg-transparent"
        />
      ))}
    </div>
  );
}

/** Of a handle, in seconds. */
const STEP = 0.1;

/** Of a recording whose length isn't known (0) any end may be right. */
function problemOf(from: number | null, to: number | null, length: number): string {
  if (from === null || to === null) return "Times look like 1:30 or 0:07.5.";
  if (to <= from) return "It must end after it begins.";
  if (length > 0 && from >= length) return "It must begin before the recording ends.";
  // The length is shown rounded, and may be taken over as it is shown.
  return length > 0 && to > length + STEP ? `The recording ends at ${formatTime(length)}.` : "";
}
