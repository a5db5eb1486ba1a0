/** The window: the picture, what is done with it and its sound; beside them the recordings and the settings. */
import { useCallback, useEffect, useState } from "react";
import { Header } from "./panels/Header.tsx";
import { Mixer } from "./panels/Mixer.tsx";
import { Notices } from "./panels/Notices.tsx";
import { SidePanel } from "./panels/SidePanel.tsx";
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
      <div className="relative min-h-0 grow overflow-y-auto roomy:flex roomy:overflow-hidden">
        <main className="relative flex min-w-0 grow flex-col gap-3 p-3 roomy:min-h-0 roomy:overflow-y-auto">
          <Stage playing={playing} onClosePlayer={() => setPlayingId(null)} onRecorded={recorded} />
          <Mixer />
        </main>
        <aside
          aria-label="Recordings and settings"
          className="relative flex shrink-0 flex-col border-line bg-panel max-roomy:border-t roomy:w-78 roomy:border-l min-[1180px]:roomy:w-90 min-[1800px]:roomy:w-110"
        >
          <SidePanel playingId={playing?.id ?? null} onPlay={setPlayingId} />
          <Notices />
        </aside>
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
