/** A finished recording in place of the viewfinder, with its marks to jump to. */
import { useEffect, useRef, useState } from "react";
import { Bookmark, FolderOpen, X } from "lucide-react";
import { codecName, formatBytes, formatDuration, formatTime, type HistoryEntry } from "@ionia/common";
import { useShellClient } from "../state/use_shell.ts";

export function Player({ entry, onClose }: { readonly entry: HistoryEntry; readonly onClose: () => void }) {
  const client = useShellClient();
  const video = useRef<HTMLVideoElement>(null);
  const [broken, setBroken] = useState(false);
  useEffect(() => setBroken(false), [entry.id]);
  const marks = entry.marks ?? [];
  const jump = (seconds: number): void => {
    if (video.current !== null) video.current.currentTime = seconds;
  };
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="flex flex-wrap items-center gap-2 px-3 py-2">
        <div className="min-w-0 grow basis-40">
          <p className="truncate text-[13px] font-semibold">{entry.name}</p>
          <p className="text-[12px] text-[#a7b0c5] tabular-nums">
            {formatDuration(entry.durationSeconds)}, {formatBytes(entry.bytes)}
            {entry.width > 0 && `, ${entry.width} × ${entry.height}`}
            {entry.codec !== undefined && `, ${codecName(entry.codec)}`}
            {entry.recovered && ", ended early"}
          </p>
        </div>
        <button
          type="button"
          onClick={() => void client.command((api) => api.showInFolder(entry.id))}
          className="inline-flex h-8 items-center gap-2 rounded-lg bg-white/10 px-3 font-medium text-white hover:bg-white/20"
        >
          <FolderOpen aria-hidden size={14} />
          Show in folder
        </button>
        <button
          type="button"
          aria-label="Close player"
          title="Close player"
          onClick={onClose}
          className="inline-flex size-8 items-center justify-center rounded-lg text-white hover:bg-white/15"
        >
          <X aria-hidden size={16} />
        </button>
      </div>
      <div className="relative min-h-40 grow bg-black">
        {/* What was on the screen has no captions to offer. */}
        <video
          ref={video}
          key={entry.id}
          src={entry.mediaUrl}
          controls
          preload="metadata"
          aria-label={`Recording ${entry.name}`}
          onError={() => setBroken(true)}
          className="absolute inset-0 size-full object-contain"
        />
        {broken && (
          <p role="alert" className="absolute inset-x-0 top-1/3 px-6 text-center text-[#ffd0d6]">
            {entry.codec === undefined
              ? "This recording can't be played here. It may have been moved or deleted."
              : `This window can't play ${codecName(entry.codec)} on this computer. The file is kept: open it with VLC or mpv.`}
          </p>
        )}
      </div>
      {marks.length > 0 && (
        <div role="group" aria-label="Marks" className="flex shrink-0 gap-1.5 overflow-x-auto px-3 py-2">
          {marks.map((seconds, index) => (
            <button
              key={`${index} ${seconds}`}
              type="button"
              aria-label={`Go to mark ${index + 1} at ${formatTime(seconds)}`}
              onClick={() => jump(seconds)}
              className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full bg-white/12 px-2.5 text-[12px] tabular-nums hover:bg-white/20"
            >
              <Bookmark aria-hidden size={12} />
              {formatDuration(seconds)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
