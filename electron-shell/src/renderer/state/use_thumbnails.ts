/** Small pictures of screens and windows as they are now, again and again while somebody chooses among them. */
import { useEffect, useState } from "react";
import { useShellClient } from "./use_shell.ts";

/** Wide enough for a card at twice the pixels. */
const WIDTH = 480;
const AGAIN_MS = 1500;

/** By id; what can't be pictured is not in it. */
export function useThumbnails(ids: readonly string[]): ReadonlyMap<string, string> {
  const client = useShellClient();
  const [pictures, setPictures] = useState<ReadonlyMap<string, string>>(new Map());
  const wanted = ids.join("\n");
  useEffect(() => {
    const api = client.full;
    let over = false;
    const look = async (): Promise<void> => {
      // One after the other: what is recorded meanwhile has the engine's time first.
      for (const id of wanted === "" ? [] : wanted.split("\n")) {
        const answer = await api?.thumbnail(id, WIDTH).catch(() => undefined);
        if (over) return;
        const { picture } = answer ?? {};
        if (picture !== undefined) setPictures((before) => new Map(before).set(id, picture));
      }
      if (!over) timer = setTimeout(() => void look(), AGAIN_MS);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [client, wanted]);
  return pictures;
}
