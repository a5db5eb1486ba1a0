/** Which screen or window is recorded, chosen by its picture as it is now, and which part of it. */
import { useEffect, useId, useRef, useState } from "react";
import { AppWindow, Crop, FlaskConical, Monitor, RefreshCw, X } from "lucide-react";
import { type RegionOption, sourceOf } from "@ionia/common";
import { IconButton } from "../components/controls.tsx";
import { useLocked } from "../state/use_locked.ts";
import { useThumbnails } from "../state/use_thumbnails.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";
import { RegionOverlay } from "./RegionOverlay.tsx";

interface Shown {
  readonly id: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export function SourcePicker({ onClose }: { readonly onClose: () => void }) {
  const client = useShellClient();
  const devices = useShell((state) => state.devices);
  const settings = useShell((state) => state.settings);
  const running = useLocked();
  const dialog = useRef<HTMLDialogElement>(null);
  const [drawing, setDrawing] = useState(false);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const screens = devices?.screens ?? [];
  const windows: Shown[] = (devices?.windows ?? []).map((window) => ({ ...window, name: window.title }));
  const primary = screens.find((screen) => screen.primary) ?? screens[0];
  const chosen = settings.screen ?? primary?.id;
  const pictures = useThumbnails([...screens, ...windows].map(({ id }) => id));
  const choose = (screen: string | null): void => {
    void client.updateSettings({ screen, region: null });
    dialog.current?.close();
  };
  const source = sourceOf(settings, devices);
  const draw = (region: RegionOption | null): void => {
    setDrawing(false);
    void client.updateSettings({ region });
    dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      className="m-auto max-h-[94vh] w-[min(960px,96vw)] rounded-2xl border border-line bg-panel p-0 text-ink shadow-2xl backdrop:bg-black/65"
    >
      <div className="flex max-h-[94vh] flex-col">
        <div className="flex shrink-0 items-center gap-1 border-b border-line py-2.5 pr-3 pl-5">
          <h2 id={titleId} className="grow text-[15px] font-semibold">
            What to record
          </h2>
          <IconButton label="Look again" onClick={() => void client.command((api) => api.refreshDevices())}>
            <RefreshCw aria-hidden size={15} />
          </IconButton>
          <IconButton label="Close" onClick={() => dialog.current?.close()}>
            <X aria-hidden size={17} />
          </IconButton>
        </div>
        <div className="min-h-0 grow overflow-y-auto px-5 py-4">
          <Group title="Screens">
            {screens.map((screen) => (
              <Card
                key={screen.id}
                shown={screen}
                picture={pictures.get(screen.id)}
                chosen={screen.id === chosen}
                icon="screen"
                onChoose={() => choose(screen.primary ? null : screen.id)}
              />
            ))}
            <Card
              shown={{ id: "test", name: "Test card", width: 1280, height: 720 }}
              picture={undefined}
              chosen={settings.screen === "test"}
              icon="test"
              onChoose={() => choose("test")}
            />
          </Group>
          {windows.length > 0 && (
            <Group title="Windows">
              {windows.map((window) => (
                <Card
                  key={window.id}
                  shown={window}
                  picture={pictures.get(window.id)}
                  chosen={window.id === chosen}
                  icon="window"
                  onChoose={() => choose(window.id)}
                />
              ))}
            </Group>
          )}
        </div>
        <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-t border-line px-5 py-3">
          <p className="min-w-0 grow text-[12px] text-muted">
            <span className="block truncate font-medium text-ink">{source.name}</span>
            {settings.region === null
              ? "All of it is recorded."
              : `An area of ${source.width} × ${source.height} is recorded.`}
            {running && " What you choose goes on in the same file; another shape gets black bars."}
          </p>
          {settings.region !== null && (
            <button
              type="button"
              onClick={() => draw(null)}
              className="h-9 rounded-lg border border-line bg-raised px-3.5 hover:bg-hover"
            >
              Record all of it
            </button>
          )}
          <button
            type="button"
            disabled={source.kind === "missing"}
            onClick={() => setDrawing(true)}
            className="inline-flex h-9 items-center gap-2 rounded-lg bg-accent px-3.5 font-semibold text-white disabled:opacity-60"
          >
            <Crop aria-hidden size={15} />
            Choose an area
          </button>
        </div>
      </div>
      {drawing && <RegionOverlay source={source} onDone={draw} onCancel={() => setDrawing(false)} />}
    </dialog>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mb-5 last:mb-0">
      <h3 id={id} className="mb-2 text-[12px] font-semibold text-muted">
        {title}
      </h3>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(190px,100%),1fr))] gap-3">{children}</div>
    </section>
  );
}

const ICONS = { screen: Monitor, window: AppWindow, test: FlaskConical } as const;

interface CardProps {
  readonly shown: Shown;
  readonly picture: string | undefined;
  readonly chosen: boolean;
  readonly icon: keyof typeof ICONS;
  readonly onChoose: () => void;
}

function Card({ shown, picture, chosen, icon, onChoose }: CardProps) {
  const Icon = ICONS[icon];
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      className={`min-w-0 overflow-hidden rounded-xl border-2 text-left ${chosen ? "border-accent" : "border-line hover:border-line-strong"}`}
    >
      <span className="relative flex aspect-video items-center justify-center overflow-hidden bg-[#0d1018]">
        {icon === "test" ? (
          <span aria-hidden className="test-card absolute inset-0" />
        ) : picture === undefined ? (
          <Icon aria-hidden size={26} className="text-[#717c96]" />
        ) : (
          <img src={picture} alt="" className="absolute inset-0 size-full object-contain" />
        )}
      </span>
      <span className="flex items-center gap-2 bg-raised px-2.5 py-2">
        <Icon aria-hidden size={15} className="shrink-0 text-accent-ink" />
        <span className="min-w-0 grow">
          <span className="block truncate font-medium">{shown.name}</span>
          <span className="block text-[12px] text-muted tabular-nums">
            {shown.width} × {shown.height}
          </span>
        </span>
      </span>
    </button>
  );
}
