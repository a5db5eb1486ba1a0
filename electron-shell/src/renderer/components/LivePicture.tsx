/** What is on the screen that is recorded, live. The next picture is asked for when this one was drawn. */
import { useEffect, useRef } from "react";
import type { ScreenPicture } from "@ionia/common";
import { useShellClient } from "../state/use_shell.ts";

export interface LivePictureProps {
  /** Called once there is something to see. */
  readonly onFirst: () => void;
  readonly shown: boolean;
}

export function LivePicture({ onFirst, shown }: LivePictureProps) {
  const client = useShellClient();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { full } = client;
    if (full === undefined) return undefined;
    let over = false;
    const show = async (picture: ScreenPicture): Promise<void> => {
      const bitmap = await createImageBitmap(new Blob([picture.jpeg], { type: "image/jpeg" }));
      // No frame is drawn while the window is hidden or covered: then there is no wish for another picture either.
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (!over && canvas.current !== null) {
        draw(canvas.current, bitmap);
        onFirst();
      }
      bitmap.close();
    };
    const end = full.onPicture(show);
    return () => {
      over = true;
      end();
    };
  }, [client, onFirst]);
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
