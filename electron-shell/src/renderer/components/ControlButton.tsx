/** A button below the picture: a sign, a word where there is room for it, and the key that does the same. */
import type { ReactNode } from "react";
import type { Shortcut } from "../state/shortcuts.ts";
import { Keys } from "./Keys.tsx";

export interface ControlButtonProps {
  /** What it does, whole. */
  readonly label: string;
  /** The same in one word or two. */
  readonly word: string;
  readonly shortcut: Shortcut | null;
  readonly disabled?: boolean;
  readonly busy?: boolean;
  readonly tone?: "plain" | "hot" | "failed";
  readonly onClick: () => void;
  readonly children: ReactNode;
}

const TONES = {
  plain: "text-[#d5dbe9] enabled:hover:bg-white/12",
  hot: "bg-[#ffc857] text-[#2b1d00] hover:bg-[#ffd885]",
  failed: "bg-[#4a1420] text-[#ffb3bd] enabled:hover:bg-[#5a1a28]",
} as const;

export function ControlButton(props: ControlButtonProps) {
  const { label, word, shortcut, disabled = false, busy = false, tone = "plain", onClick, children } = props;
  return (
    <button
      type="button"
      aria-label={label}
      aria-keyshortcuts={shortcut?.aria}
      title={shortcut === null ? label : `${label} (${shortcut.keys})`}
      disabled={disabled}
      aria-busy={busy}
      onClick={onClick}
      className={`inline-flex h-12 min-w-12 flex-col items-center justify-center gap-0.5 rounded-xl px-2 transition-colors disabled:opacity-40 ${TONES[tone]}`}
    >
      {children}
      {/* Drawn, not said: its name says the same, and more. */}
      <span
        aria-hidden
        className="flex items-center gap-1 text-[11px] leading-none font-medium whitespace-nowrap max-[1023px]:hidden"
      >
        <span data-word={word} className="before:content-[attr(data-word)]" />
        {shortcut !== null && <Keys keys={shortcut.keys} className="bg-white/12" />}
      </span>
    </button>
  );
}
