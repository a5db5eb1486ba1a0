/**
 * A level meter from -60 to 0 dBFS with a peak mark. Paints itself 20 times a second without rendering React, and
 * without transitions: an animation, however small, has the browser draw sixty frames a second for as long as it runs.
 */
import { useCallback, useRef } from "react";
import type { Levels } from "@ionia/common";
import { useLevels } from "../state/use_shell.ts";

const FLOOR_DB = -60;
/** Levels come 20 times a second: a held peak falls 15 dB in one. */
const PEAK_FALL_DB = 0.75;

export const meterFraction = (db: number): number => Math.min(1, Math.max(0, 1 - db / FLOOR_DB));

export interface MeterProps {
  readonly source: keyof Levels;
  readonly label: string;
  readonly onDark?: boolean;
}

export function Meter({ source, label, onDark = false }: MeterProps) {
  const root = useRef<HTMLDivElement>(null);
  const slide = useRef<HTMLDivElement>(null);
  const fill = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLDivElement>(null);
  const held = useRef(FLOOR_DB);
  const told = useRef("");
  const paint = useCallback(
    (levels: Levels) => {
      const level = levels[source];
      const rms = level?.rmsDb ?? FLOOR_DB;
      const peak = level?.peakDb ?? FLOOR_DB;
      held.current = level === null ? FLOOR_DB : Math.max(peak, held.current - PEAK_FALL_DB, FLOOR_DB);
      // Transforms alone: no layout, no paint of anything but the compositor's layers.
      const hidden = ((1 - meterFraction(rms)) * 100).toFixed(1);
      if (slide.current) slide.current.style.transform = `translateX(-${hidden}%)`;
      if (fill.current) fill.current.style.transform = `translateX(${hidden}%)`;
      if (mark.current)
        mark.current.style.transform = `translateX(${(meterFraction(held.current) * 100 - 100).toFixed(1)}%)`;
      const now = String(Math.round(Math.max(rms, FLOOR_DB) / 3) * 3);
      if (now === told.current || root.current === null) return;
      told.current = now;
      root.current.setAttribute("aria-valuenow", now);
      root.current.setAttribute("aria-valuetext", level === null ? "no signal" : `${now} decibels`);
    },
    [source],
  );
  useLevels(paint);
  return (
    <div
      ref={root}
      role="meter"
      aria-label={label}
      aria-valuemin={FLOOR_DB}
      aria-valuemax={0}
      aria-valuenow={FLOOR_DB}
      aria-valuetext="no signal"
      data-meter={source}
      className={`relative h-1.5 overflow-hidden rounded-full ${onDark ? "bg-white/12" : "bg-line"}`}
    >
      {/* The window slides in from the left, what is in it slides back: the colours stay where they belong. */}
      <div ref={slide} className="absolute inset-0 overflow-hidden" style={{ transform: "translateX(-100%)" }}>
        <div ref={fill} className="meter-fill absolute inset-0" style={{ transform: "translateX(100%)" }} />
      </div>
      <div ref={mark} className="absolute inset-0" style={{ transform: "translateX(-100%)" }}>
        <div className={`absolute top-0 right-0 h-full w-[3px] rounded-full ${onDark ? "bg-white" : "bg-ink"}`} />
      </div>
    </div>
  );
}
