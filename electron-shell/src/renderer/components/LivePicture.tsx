/** What is on the screen that is recorded, live. The next picture is asked for when this one was drawn. */
import { useEffect, useRef } from "react";
import { isPicture, type ScreenView } from "@ionia/common";
import { useShellClient } from "../state/use_shell.ts";
import { LiveScreen } from "./live_screen.ts";

export interface LivePictureProps {
  /** Called with null when a picture was drawn, and with a line for people when that is of the past; it may be empty. */
  readonly onView: (none: string | null) => void;
  readonly shown: boolean;
}

export function LivePicture({ onView, shown }: LivePictureProps) {
  const client = useShellClient();
  const place = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const { full } = client;
    if (full === undefined || video.current === null || place.current === null) return undefined;
    const screen = new LiveScreen(video.current);
    let over = false;
    // How often there was none: a picture that is still to be drawn then is of the past, too.
    let gone = 0;
    const show = async (view: ScreenView): Promise<void> => {
      if (over) return;
      if (!isPicture(view)) {
        gone += 1;
        screen.clear();
        onView(view.why);
        return;
      }
      const before = gone;
      const isCurrent = (): boolean => !over && gone === before;
      try {
        await screen.show(view.jpeg, isCurrent);
        if (isCurrent()) onView(null);
      } catch {
        if (isCurrent()) onView("The live picture can't be drawn.");
      }
    };
    const watching = full.onPicture(show);
    const sizes = new ResizeObserver(([one]) => {
      const [size] = one?.devicePixelContentBoxSize ?? [];
      if (size !== undefined) watching.fit({ width: size.inlineSize, height: size.blockSize });
    });
    sizes.observe(place.current, { box: "device-pixel-content-box" });
    return () => {
      over = true;
      sizes.disconnect();
      watching.end();
      screen.clear();
    };
  }, [client, onView]);
  return (
    <div
      ref={place}
      role="img"
      aria-label="Live picture of the screen"
      data-live={shown}
      className={`absolute inset-0 overflow-clip ${shown ? "" : "invisible"}`}
    >
      {/* A film that is seen keeps the display awake. This one must not, while nothing is recorded: Chromium takes none
          for seen whose element is mostly cut off, so it has an edge below that nobody sees. */}
      <video
        ref={video}
        aria-hidden
        muted
        autoPlay
        playsInline
        tabIndex={-1}
        className="absolute inset-x-0 top-0 box-content size-full max-w-none object-contain pb-[300%]"
      />
    </div>
  );
}
