/**
 * The whole screen as it was a moment ago, to draw on it which part is recorded: by the pointer, by the arrow keys on
 * the frame (with Shift its far corner), or by numbers.
 */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type SyntheticEvent } from "react";
import { type RegionOption, type Source } from "@ionia/common";
import { between, centred, fitted, type Point } from "../state/source.ts";
import { useShell, useShellClient } from "../state/use_shell.ts";

export interface RegionOverlayProps {
  readonly source: Source;
  readonly onDone: (region: RegionOption | null) => void;
  readonly onCancel: () => void;
}

/** The engine's most. */
const WIDTH = 1920;
const KEY_STEP = 16;

const SIZES = [
  [1920, 1080],
  [1280, 720],
  [1080, 1920],
  [1080, 1080],
] as const;

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -KEY_STEP, y: 0 },
  ArrowRight: { x: KEY_STEP, y: 0 },
  ArrowUp: { x: 0, y: -KEY_STEP },
  ArrowDown: { x: 0, y: KEY_STEP },
};

const FIELDS = [
  { member: "x", label: "Left" },
  { member: "y", label: "Top" },
  { member: "width", label: "Width" },
  { member: "height", label: "Height" },
] as const;

export function RegionOverlay({ source, onDone, onCancel }: RegionOverlayProps) {
  const { whole } = source;
  const screen = useShell((state) => state.settings.screen);
  const before = useShell((state) => state.settings.region);
  const [region, setRegion] = useState(() => before ?? centred(whole.width * 0.6, whole.height * 0.6, whole));
  const dialog = useRef<HTMLDialogElement>(null);
  const picture = useWholePicture(screen);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Where the window may fill the screen it does; else it is as large as the window.
    void element?.requestFullscreen?.().catch(() => undefined);
    return () => {
      if (document.fullscreenElement === element && element !== null) void document.exitFullscreen();
    };
  }, []);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    onDone(fitted(region, whole));
  };
  return (
    <dialog
      ref={dialog}
      aria-label="Choose an area"
      onCancel={(event) => {
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
      onClose={(event) => event.stopPropagation()}
      className="m-0 h-full max-h-none w-full max-w-none bg-[#06080d] p-0 text-[#edf0f7]"
    >
      <form noValidate onSubmit={submit} className="flex h-full flex-col">
        <p className="shrink-0 px-4 pt-3 pb-2 text-center text-[13px] text-[#c5cbdb]">
          Draw the area on {source.name}. Arrow keys move it, with Shift they change its size; Enter takes it.
        </p>
        <Canvas picture={picture} region={region} whole={whole} onRegion={setRegion} />
        <div className="flex shrink-0 flex-wrap items-end justify-center gap-x-3 gap-y-2 px-4 pt-2 pb-4">
          {FIELDS.map(({ member, label }) => (
            <label key={member} className="text-[12px] text-[#a7b0c5]">
              {label}
              <input
                type="number"
                value={region[member]}
                min={0}
                onChange={(event) =>
                  setRegion({ ...region, [member]: Math.max(0, Math.floor(Number(event.target.value))) })
                }
                onBlur={() => setRegion(fitted(region, whole))}
                className="mt-1 block h-9 w-22 rounded-lg border border-white/30 bg-white/8 px-2.5 text-[13px] text-white tabular-nums"
              />
            </label>
          ))}
          {SIZES.filter(([width, height]) => width <= whole.width && height <= whole.height).map(([width, height]) => (
            <button
              key={`${width}x${height}`}
              type="button"
              onClick={() => setRegion(centred(width, height, whole))}
              className="h-9 rounded-lg bg-white/10 px-3 tabular-nums hover:bg-white/20"
            >
              {width} × {height}
            </button>
          ))}
          <div className="flex gap-3">
            <button type="button" onClick={onCancel} className="h-9 rounded-lg bg-white/10 px-3.5 hover:bg-white/20">
              Cancel
            </button>
            <button type="submit" className="h-9 rounded-lg bg-[#6757ee] px-4 font-semibold text-white">
              Record this area
            </button>
          </div>
        </div>
      </form>
    </dialog>
  );
}

interface CanvasProps {
  readonly picture: string | undefined;
  readonly region: RegionOption;
  readonly whole: Source["whole"];
  readonly onRegion: (region: RegionOption) => void;
}

/** What a drag does: draws anew, moves the frame, or takes one corner with the opposite one fixed. */
type Drag = { readonly from: Point } | { readonly grip: Point; readonly region: RegionOption };

function Canvas({ picture, region, whole, onRegion }: CanvasProps) {
  const area = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | undefined>(undefined);
  const at = (event: PointerEvent): Point => {
    const box = area.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return {
      x: ((event.clientX - box.left) / box.width) * whole.width,
      y: ((event.clientY - box.top) / box.height) * whole.height,
    };
  };
  const begin = (event: PointerEvent, begun: (point: Point) => Drag): void => {
    event.stopPropagation();
    drag.current = begun(at(event));
    area.current?.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const current = drag.current;
    if (current === undefined) return;
    const point = at(event);
    if ("from" in current) return onRegion(between(current.from, point, whole));
    const { grip, region: before } = current;
    return onRegion(fitted({ ...before, x: before.x + point.x - grip.x, y: before.y + point.y - grip.y }, whole));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter") area.current?.closest("form")?.requestSubmit();
    const step = ARROWS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const { x, y, width, height } = region;
    const changed = event.shiftKey
      ? { x, y, width: width + step.x, height: height + step.y }
      : { width, height, x: x + step.x, y: y + step.y };
    onRegion(fitted(changed, whole));
  };
  const { x, y, width, height } = region;
  const corners = [
    { at: "-top-1.5 -left-1.5 cursor-nwse-resize", opposite: { x: x + width, y: y + height } },
    { at: "-top-1.5 -right-1.5 cursor-nesw-resize", opposite: { x, y: y + height } },
    { at: "-bottom-1.5 -left-1.5 cursor-nesw-resize", opposite: { x: x + width, y } },
    { at: "-right-1.5 -bottom-1.5 cursor-nwse-resize", opposite: { x, y } },
  ];
  const share = (value: number, of: number): string => `${(value / of) * 100}%`;
  return (
    <div className="region-room min-h-0 grow px-4">
      <div
        ref={area}
        data-region-area
        onPointerDown={(event) => begin(event, (from) => ({ from }))}
        onPointerMove={move}
        onPointerUp={() => (drag.current = undefined)}
        style={
          {
            aspectRatio: `${whole.width} / ${whole.height}`,
            "--shape": whole.width / whole.height,
          } as React.CSSProperties
        }
        className="region-area relative m-auto cursor-crosshair touch-none overflow-hidden bg-[#171b26]"
      >
        {picture !== undefined && <img src={picture} alt="" draggable={false} className="absolute inset-0 size-full" />}
        <div
          role="group"
          aria-label={`Area, ${width} × ${height} at ${x}, ${y}`}
          tabIndex={0}
          data-region-frame
          onKeyDown={onKey}
          onPointerDown={(event) => begin(event, (grip) => ({ grip, region }))}
          style={{
            left: share(x, whole.width),
            top: share(y, whole.height),
            width: share(width, whole.width),
            height: share(height, whole.height),
          }}
          className="region-frame absolute cursor-move border-2 border-white"
        >
          {corners.map(({ at: place, opposite }) => (
            <span
              key={place}
              aria-hidden
              onPointerDown={(event) => begin(event, () => ({ from: opposite }))}
              className={`absolute size-3 rounded-full border-2 border-[#6757ee] bg-white ${place}`}
            />
          ))}
          <span className="pointer-events-none absolute top-1/2 left-1/2 -translate-1/2 rounded-md bg-black/75 px-2 py-1 text-[13px] font-semibold whitespace-nowrap text-white tabular-nums">
            {width} × {height}
          </span>
        </div>
      </div>
    </div>
  );
}

function useWholePicture(screen: string | null): string | undefined {
  const client = useShellClient();
  const [picture, setPicture] = useState<string>();
  useEffect(() => {
    let over = false;
    void client.full?.thumbnail(screen, WIDTH).then(
      (answer) => {
        if (!over) setPicture(answer.picture);
      },
      () => undefined, // Without it the area is drawn on nothing, or typed.
    );
    return () => {
      over = true;
    };
  }, [client, screen]);
  return picture;
}
