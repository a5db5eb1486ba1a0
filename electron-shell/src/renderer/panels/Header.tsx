/** The bar at the top: name, engine, drawer, theme. */
import { Activity, Monitor, Moon, Sun } from "lucide-react";
import { formatBytes, type EnginePhase, type ShellState, type Theme } from "@ionia/common";
import { IconButton } from "../components/controls.tsx";
import { mostRate } from "../state/cost.ts";
import { globalKeys } from "./ShortcutsPanel.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

const ENGINE: Readonly<Record<EnginePhase, { readonly word: string; readonly tone: string }>> = {
  starting: { word: "Engine starting", tone: "text-muted" },
  ready: { word: "Engine ready", tone: "text-ok-ink" },
  restarting: { word: "Engine restarting", tone: "text-warn-ink" },
  missing: { word: "Engine not found", tone: "text-rec-ink" },
};

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const THEME_NAMES: Readonly<Record<Theme, string>> = { system: "like the system", light: "light", dark: "dark" };

export function Header() {
  const client = useShellClient();
  const engine = useShell((state) => state.engine);
  const theme = useShell((state) => state.settings.theme);
  const statsOpen = useShell((state) => state.settings.statsOpen);
  const shortcut = useShell((state) => state.shortcut);
  const disk = useShell((state) => state.diskFreeBytes);
  const hours = useShell(roomFor);
  const { word, tone } = ENGINE[engine.phase];
  const Icon = theme === "system" ? Monitor : theme === "dark" ? Moon : Sun;
  return (
    <header className="flex h-11 shrink-0 items-center gap-2.5 border-b border-line bg-panel px-4">
      <Logo />
      <h1 className="text-[15px] font-semibold tracking-tight">Ionia</h1>
      <p role="status" data-engine={engine.phase} className={`ml-1 flex items-center gap-1.5 text-[12px] ${tone}`}>
        <span aria-hidden className="size-1.5 rounded-full bg-current" />
        {word}
      </p>
      <span className="grow" />
      {disk !== null && (
        <p className="hidden text-[12px] text-muted tabular-nums min-[700px]:block">
          {formatBytes(disk)} free{hours === null ? "" : `, ${hours}`}
        </p>
      )}
      {shortcut !== null && (
        <p className="hidden text-[12px] text-muted min-[1100px]:block">
          Record from anywhere:{" "}
          <kbd className="rounded border border-line bg-raised px-1.5 py-0.5 font-sans">{globalKeys(shortcut)}</kbd>
        </p>
      )}
      <IconButton
        label={statsOpen ? "Hide statistics" : "Show statistics"}
        pressed={statsOpen}
        onClick={() => void client.updateSettings({ statsOpen: !statsOpen })}
      >
        <Activity aria-hidden size={16} />
      </IconButton>
      <IconButton
        label={`Theme: ${THEME_NAMES[theme]}`}
        onClick={() => void client.updateSettings({ theme: NEXT_THEME[theme] })}
      >
        <Icon aria-hidden size={16} />
      </IconButton>
    </header>
  );
}

/** How long it can be recorded, at the most that the settings take: `room for 180 h`. */
function roomFor({ diskFreeBytes, settings, devices }: ShellState): string | null {
  if (diskFreeBytes === null) return null;
  const hours = diskFreeBytes / ((mostRate(settings, devices) / 8) * 3600);
  return `room for ${hours >= 2 ? `${Math.floor(hours)} h` : `${Math.floor(hours * 60)} min`}`;
}

function Logo() {
  return (
    <svg aria-hidden viewBox="0 0 24 24" className="size-6">
      <rect width="24" height="24" rx="7" fill="var(--accent)" />
      <circle cx="12" cy="12" r="5.6" fill="none" stroke="#fff" strokeWidth="1.8" />
      <circle cx="12" cy="12" r="2.4" fill="#fff" />
    </svg>
  );
}
