/** What lies beside the picture, a tab each: the recordings, how they are made, where a stream goes. */
import { useId, useRef, useState, type KeyboardEvent } from "react";
import { isStreamActive } from "@ionia/common";
import { useShell } from "../state/use_shell.ts";
import { DestinationPanel } from "./DestinationPanel.tsx";
import { FilesPanel } from "./FilesPanel.tsx";
import { HistoryPanel, type HistoryPanelProps } from "./HistoryPanel.tsx";
import { QualityPanel } from "./QualityPanel.tsx";
import { ReplayPanel } from "./ReplayPanel.tsx";
import { ShortcutsPanel } from "./ShortcutsPanel.tsx";

const TABS = ["Recordings", "Settings", "Live"] as const;

export function SidePanel(props: HistoryPanelProps) {
  const [shown, setShown] = useState<(typeof TABS)[number]>("Recordings");
  const recordings = useShell((state) => state.history.length);
  const live = useShell((state) => isStreamActive(state.stream.phase));
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const next = (TABS.indexOf(shown) + step + TABS.length) % TABS.length;
    setShown(TABS[next] ?? shown);
    (list.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <>
      <div
        ref={list}
        role="tablist"
        aria-label="Beside the picture"
        onKeyDown={onKey}
        className="flex shrink-0 gap-1 border-b border-line px-3 pt-1.5"
      >
        {TABS.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`${id}-${tab}`}
            aria-selected={shown === tab}
            aria-controls={`${id}-panel`}
            tabIndex={shown === tab ? 0 : -1}
            onClick={() => setShown(tab)}
            className={`-mb-px flex min-w-0 items-center gap-1.5 border-b-2 px-2.5 py-2 font-medium ${shown === tab ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink"}`}
          >
            <span className="truncate">{tab}</span>
            {tab === "Recordings" && recordings > 0 && (
              <span className="rounded-full bg-hover px-1.5 text-[11px] text-muted tabular-nums">{recordings}</span>
            )}
            {tab === "Live" && live && <span aria-hidden className="size-2 rounded-full bg-accent" />}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${shown}`}
        tabIndex={0}
        className="relative min-h-0 grow -outline-offset-2 roomy:overflow-y-auto"
      >
        {shown === "Recordings" && <HistoryPanel {...props} />}
        {shown === "Settings" && (
          <>
            <QualityPanel />
            <FilesPanel />
            <ReplayPanel />
            <ShortcutsPanel />
          </>
        )}
        {shown === "Live" && <DestinationPanel />}
      </div>
    </>
  );
}
