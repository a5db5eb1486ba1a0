/** A recording's picture in the list: moving over it shows what is where in its length. Asks for nothing before that. */
import { useEffect, useRef, useState, type PointerEvent } from "react";
import { Play } from "lucide-react";
import { formatDuration, pictureAt, type HistoryEntry, type Strip } from "@ionia/common";
import { useShellClient } from "../state/use_shell.ts";

/** A pointer that only passes looks at nothing. */
const PASSES_MS = 150;

export function HoverStrip({ entry }: { readonly entry: HistoryEntry }) {
  const client = useShellClient();
  const { id, bytes, durationSeconds, thumbnailUrl } = entry;
  const [strip, setStrip] = useState<Strip | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // Another file under this name, as after a repair.
  useEffect(() => setStrip(null), [id, bytes]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const enter = (): void => {
    if (strip !== null || durationSeconds <= 0) return;
    timer.current = setTimeout(() => {
      // Whatever is wrong with it, the list shows its one picture as before.
      client.full?.strip(id).then(
        ({ strip: found }) => setStrip(found ?? null),
        () => undefined,
      );
    }, PASSES_MS);
  };
  const move = ({ currentTarget, clientX }: PointerEvent): void => {
    const { left, width } = currentTarget.getBoundingClientRect();
    setShare(Math.min(1, Math.max(0, (clientX - left) / Math.max(1, width))));
  };
  const leave = (): void => {
    clearTimeout(timer.current);
    setShare(null);
  };
  const shown = strip === null || share === null ? null : pictureAt(strip, share);
  return (
    <span
      onPointerEnter={enter}
      onPointerMove={move}
      onPointerLeave={leave}
      className="relative flex h-16 w-28 shrink-0 items-center justify-center overflow-hidden rounded-lg bg-[#0d1018] text-white"
    >
      {thumbnailUrl !== undefined && (
        <img src={thumbnailUrl} alt="" className="absolute inset-0 size-full object-cover" />
      )}
      {strip !== null && shown !== null && <Picture strip={strip} index={shown} />}
      {shown === null && (
        <span className="relative flex size-7 items-center justify-center rounded-full bg-black/55">
          <Play aria-hidden size={12} fill="currentColor" />
        </span>
      )}
      {durationSeconds > 0 && (
        <span
          aria-hidden
          className="absolute right-1 bottom-1 rounded bg-black/75 px-1 text-[11px] leading-4 font-medium tabular-nums"
        >
          {formatDuration(shown === null ? durationSeconds : (strip?.seconds[shown] ?? 0))}
        </span>
      )}
      {strip !== null && shown !== null && (
        <span aria-hidden className="absolute inset-x-0 bottom-0 h-0.5 bg-black/60">
          <span
            className="block h-full bg-[#8d80ff]"
            style={{ width: `${((shown + 1) / strip.seconds.length) * 100}%` }}
          />
        </span>
      )}
    </span>
  );
}

function Picture({ strip, index }: { readonly strip: Strip; readonly index: number }) {
  const { url, columns, rows } = strip;
  const at = (place: number, of: number): string => `${of > 1 ? (place / (of - 1)) * 100 : 0}%`;
  return (
    <span
      aria-hidden
      data-picture={index}
      className="absolute inset-0"
      style={{
        backgroundImage: `url("${url}")`,
        backgroundSize: `${columns * 100}% ${rows * 100}%`,
        backgroundPosition: `${at(index % columns, columns)} ${at(Math.floor(index / columns), rows)}`,
      }}
    />
  );
}
