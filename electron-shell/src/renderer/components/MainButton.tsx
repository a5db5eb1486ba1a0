/** The large button of what the window is for: recording, and being live. */
import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { Shortcut } from "../state/shortcuts.ts";
import { Keys } from "./Keys.tsx";

interface MainButtonProps {
  /** For whoever looks for the button, and for styles. */
  readonly phase: string;
  /** Why it failed, likewise. */
  readonly failure?: string | undefined;
  readonly busy: boolean;
  readonly disabled: boolean;
  readonly icon: LucideIcon;
  /** Whether the icon is an area and no line. */
  readonly filled: boolean;
  /** Classes of the button, and of the keys on it. */
  readonly colours: string;
  readonly keyColours: string;
  readonly label: string;
  /** In place of the label and its keys. */
  readonly title?: string;
  readonly describedBy?: string | undefined;
  readonly shortcut: Shortcut | null;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function MainButton(props: MainButtonProps) {
  const { busy, shortcut, label } = props;
  const Icon = busy ? LoaderCircle : props.icon;
  return (
    <button
      type="button"
      data-phase={props.phase}
      data-failure={props.failure}
      disabled={props.disabled}
      aria-busy={busy}
      aria-describedby={props.describedBy}
      aria-keyshortcuts={shortcut?.aria}
      title={props.title || (shortcut === null ? undefined : `${label} (${shortcut.keys})`)}
      onClick={props.onClick}
      className={`inline-flex h-12 min-w-32 items-center justify-center gap-2.5 rounded-full px-4 lg:min-w-40 lg:px-6 text-[15px] font-semibold transition-colors disabled:opacity-60 ${props.colours}`}
    >
      <Icon
        aria-hidden
        size={17}
        strokeWidth={2.5}
        className={busy ? "animate-spin" : ""}
        fill={props.filled && !busy ? "currentColor" : "none"}
      />
      {props.children}
      {shortcut !== null && <Keys keys={shortcut.keys} className={`max-[1023px]:hidden ${props.keyColours}`} />}
    </button>
  );
}
