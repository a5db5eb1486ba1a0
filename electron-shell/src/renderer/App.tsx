/** The window: sources, quality and destination at the left, the stage, the recordings, the drawer below. */
import { useCallback, useEffect, useState } from "react";
import { DestinationPanel } from "./panels/DestinationPanel.tsx";
import { FilesPanel } from "./panels/FilesPanel.tsx";
import { Header } from "./panels/Header.tsx";
import { HistoryPanel } from "./panels/HistoryPanel.tsx";
import { Notices } from "./panels/Notices.tsx";
import { QualityPanel } from "./panels/QualityPanel.tsx";
import { ReplayPanel } from "./panels/ReplayPanel.tsx";
import { SourcesPanel } from "./panels/SourcesPanel.tsx";
import { Stage } from "./panels/Stage.tsx";
import { StatsDrawer } from "./panels/StatsDrawer.tsx";
import { useShell, useShellClient } from "./state/use_shell.ts";
import { useTakeKeys } from "./state/use_take_keys.ts";

export function App() {
  const client = useShellClient();
  const statsOpen = useShell((state) => state.settings.statsOpen);
  const history = useShell((state) => state.history);
  const phase = useShell((state) => state.recording.phase);
  const [playingId, setPlayingId] = useState<string | null>(null);
  const playing = history.find(({ id }) => id === playingId) ?? null;
  useTheme();
  useTakeKeys();
  // The viewfinder is what matters while something is recorded.
  useEffect(() => {
    if (phase === "starting" || phase === "recording") setPlayingId(null);
  }, [phase]);
  const recorded = useCallback(
    (outputPath: string) => {
      const { history, recording } = client.getState();
      // Why it ended by itself is what matters to who comes back to it.
      if (recording.endReason === "") setPlayingId(history.find(({ path }) => path === outputPath)?.id ?? null);
    },
    [client],
  );
  return (
    <div className="relative flex h-full flex-col">
      <Header />
      <div className="relative flex min-h-0 grow">
        <aside
          aria-label="Settings"
          className="relative flex w-76 shrink-0 flex-col border-r border-line bg-panel xl:w-84"
        >
          <div className="relative min-h-0 grow overflow-y-auto">
            <SourcesPanel />
            <QualityPanel />
            <FilesPanel />
            <ReplayPanel />
            <DestinationPanel />
          </div>
          <Notices />
        </aside>
        <main className="relative flex min-w-0 overflow-hidden grow flex-col gap-4 p-4 min-[1440px]:flex-row min-[1440px]:gap-5 min-[1440px]:p-5">
          <Stage playing={playing} onClosePlayer={() => setPlayingId(null)} onRecorded={recorded} />
          <div
            className={`flex max-h-44 min-h-0 shrink-0 flex-col min-[1440px]:max-h-none min-[1440px]:w-84 max-[1439px]:[@media(max-height:690px)]:max-h-30 ${
              statsOpen ? "max-[1439px]:[@media(max-height:690px)]:hidden" : ""
            }`}
          >
            <HistoryPanel playingId={playing?.id ?? null} onPlay={setPlayingId} />
          </div>
        </main>
      </div>
      {statsOpen && <StatsDrawer />}
    </div>
  );
}

function useTheme(): void {
  const theme = useShell((state) => state.settings.theme);
  useEffect(() => {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = (): void => {
      document.documentElement.dataset["theme"] = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    };
    apply();
    dark.addEventListener("change", apply);
    return () => dark.removeEventListener("change", apply);
  }, [theme]);
}
