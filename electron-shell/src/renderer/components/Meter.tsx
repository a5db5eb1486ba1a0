/**
 * A level meter from -60 to 0 dBFS with a peak that is held and a mark for clipping. Paints itself 20 times a second
 * without rendering React, and without transitions: an animation, however small, has the browser draw sixty frames a
 * second for as long as it runs.
 */
import { useCallback, useRef } from "react";
import type { Levels } from "@ionia/common";
import { useLevels } from "../state/use_shell.ts";

const FLOOR_DB = -60;
/** Levels come 20 times a second: a peak stands for a second, then falls 15 dB in one. */
const HOLD_LEVELS = 20;
const PEAK_FALL_DB = 0.75;
/** Who looks away for a moment still sees that it clipped. */
const CLIP_LEVELS = 60;

export const meterFraction = (db: number): number => Math.min(1, Math.max(0, 1 - db / FLOOR_DB));

export interface MeterProps {
  /** The sound's name. */
  readonly source: string;
  readonly label: string;
}

export function Meter({ source, label }: MeterProps) {
  const root = useRef<HTMLDivElement>(null);
  const slide = useRef<HTMLDivElement>(null);
  const fill = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLDivElement>(null);
  const clip = useRef<HTMLDivElement>(null);
  const held = useRef({ db: FLOOR_DB, levels: 0, clipLevels: 0 });
  const told = useRef("");
  const paint = useCallback(
    (levels: Levels) => {
      const level = levels.find(({ name }) => name === source);
      const rms = level?.rmsDb ?? FLOOR_DB;
      const peak = level?.peakDb ?? FLOOR_DB;
      const peaks = held.current;
      if (level === undefined) held.current = { db: FLOOR_DB, levels: 0, clipLevels: 0 };
      else {
        peaks.clipLevels = level.clipped ? CLIP_LEVELS : Math.max(0, peaks.clipLevels - 1);
        if (peak >= peaks.db) Object.assign(peaks, { db: Math.max(peak, FLOOR_DB), levels: HOLD_LEVELS });
        else if (peaks.levels > 0) peaks.levels -= 1;
        else peaks.db = Math.max(peak, peaks.db - PEAK_FALL_DB, FLOOR_DB);
      }
      // Transforms alone, of layers of their own: no layout, and nothing is painted again.
      const hidden = ((1 - meterFraction(rms)) * 100).toFixed(1);
      if (slide.current) slide.current.style.transform = `translateX(-${hidden}%)`;
      if (fill.current) fill.current.style.transform = `translateX(${hidden}%)`;
      if (mark.current)
        mark.current.style.transform = `translateX(${(meterFraction(held.current.db) * 100 - 100).toFixed(1)}%)`;
      if (clip.current) clip.current.dataset["clipped"] = String(held.current.clipLevels > 0);
      const now = String(Math.round(Math.max(rms, FLOOR_DB) / 3) * 3);
      const clipped = held.current.clipLevels > 0 ? ", clipping" : "";
      const text = level === undefined ? "no signal" : `${now} decibels${clipped}`;
      if (text === told.current || root.current === null) return;
      told.current = text;
      root.current.setAttribute("aria-valuenow", now);
      root.current.setAttribute("aria-valuetext", text);
    },
    [source],
  );
  useLevels(paint);
  return (
    <div className="flex items-center gap-1.5">
      <div
        ref={root}
        role="meter"
        aria-label={label}
        aria-valuemin={FLOOR_DB}
        aria-valuemax={0}
        aria-valuenow={FLOOR_DB}
        aria-valuetext="no signal"
        data-meter={source}
        className="relative h-2.5 grow overflow-hidden rounded-[3px] bg-line"
      >
        {/* The window slides in from the left, what is in it slides back: the colours stay where they belong. */}
        <div
          ref={slide}
          className="absolute inset-0 overflow-hidden will-change-transform"
          style={{ transform: "translateX(-100%)" }}
        >
          <div
            ref={fill}
            className="meter-fill absolute inset-0 will-change-transform"
            style={{ transform: "translateX(100%)" }}
          />
        </div>
        <div aria-hidden className="meter-ticks absolute inset-0" />
        <div ref={mark} className="absolute inset-0 will-change-transform" style={{ transform: "translateX(-100%)" }}>
          <div className="absolute top-0 right-0 h-full w-[2px] bg-ink" />
        </div>
      </div>
      <div
        ref={clip}
        aria-hidden
        title="Lights up when it clips"
        data-clipped="false"
        className="size-2.5 shrink-0 rounded-[3px] bg-line data-[clipped=true]:bg-rec"
      />
    </div>
  );
}
