/** What is on the screen that is recorded, live. The next picture is asked for when this one was drawn. */
import { useEffect, useRef } from "react";
import { isPicture, type ScreenView } from "@ionia/common";
import { useShellClient } from "../state/use_shell.ts";

export interface LivePictureProps {
  /** Called with null when a picture was drawn, and with a line for people when that is of the past; it may be empty. */
  readonly onView: (none: string | null) => void;
  readonly shown: boolean;
}

export function LivePicture({ onView, shown }: LivePictureProps) {
  const client = useShellClient();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { full } = client;
    if (full === undefined) return undefined;
    let over = false;
    // How often there was none: a picture that is still to be drawn then is of the past, too.
    let gone = 0;
    const show = async (view: ScreenView): Promise<void> => {
      if (over) return;
      if (!isPicture(view)) {
        gone += 1;
        onView(view.why);
        return;
      }
      const before = gone;
      const isCurrent = (): boolean => !over && gone === before;
      try {
        const bitmap = await createImageBitmap(new Blob([view.jpeg], { type: "image/jpeg" }));
        // No frame is drawn while the window is hidden or covered: then there is no wish for another picture either.
        await new Promise((resolve) => requestAnimationFrame(resolve));
        if (isCurrent() && canvas.current !== null) {
          draw(canvas.current, bitmap);
          onView(null);
        }
        bitmap.close();
      } catch {
        if (isCurrent()) onView("The live picture can't be drawn.");
      }
    };
    const end = full.onPicture(show);
    return () => {
      over = true;
      end();
    };
  }, [client, onView]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label="Live picture of the screen"
      data-live={shown}
      className={`absolute inset-0 size-full object-contain ${shown ? "" : "invisible"}`}
    />
  );
}

function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  canvas.getContext("2d", { alpha: false })?.drawImage(bitmap, 0, 0);
}
