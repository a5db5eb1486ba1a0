/**
 * What happened on the side: warnings that don't stop anything. Announced, and dismissed by hand. They lie below the
 * settings, which scroll above them: a message covers no control.
 */
import { Info, TriangleAlert, X } from "lucide-react";
import { useShell, useShellClient } from "../state/use_shell.ts";

const TONES = {
  info: "bg-panel text-ink border-line",
  warning: "bg-warn-soft text-warn-ink border-warn-ink/25",
  error: "bg-rec-soft text-rec-ink border-rec-ink/25",
} as const;

export function Notices() {
  const client = useShellClient();
  const notices = useShell((state) => state.notices);
  return (
    <ul
      aria-label="Messages"
      aria-live="polite"
      className="grid max-h-[45%] shrink-0 gap-2 overflow-y-auto p-3 empty:p-0"
    >
      {notices.map((notice) => (
        <li
          key={notice.id}
          className={`flex items-start gap-2.5 rounded-xl border py-2 pr-1.5 pl-3.5 ${TONES[notice.level]}`}
        >
          <span className="mt-1.5">
            {notice.level === "info" ? <Info aria-hidden size={15} /> : <TriangleAlert aria-hidden size={15} />}
          </span>
          <p className="min-w-0 grow py-1 wrap-anywhere select-text">
            <span className="block font-medium">{notice.message}</span>
            {notice.hint}
          </p>
          <button
            type="button"
            aria-label={`Dismiss: ${notice.message}`}
            title="Dismiss"
            onClick={() => client.dismissNotice(notice.id)}
            className="inline-flex size-7 shrink-0 items-center justify-center rounded-lg hover:bg-black/10"
          >
            <X aria-hidden size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}
