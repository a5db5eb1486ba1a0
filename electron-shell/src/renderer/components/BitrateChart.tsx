/** A line of up to sixty points, the newest at the right. */
import type { BitratePoint } from "../state/bitrate_log.ts";

const WIDTH = 240;
const HEIGHT = 44;
const SLOTS = 60;

/** The line's path and the area under it. Pure. */
export function chartPaths(points: readonly BitratePoint[]): { line: string; area: string } {
  if (points.length === 0) return { line: "", area: "" };
  const most = Math.max(...points.map(({ kbps }) => kbps), 1);
  const x = (index: number): string => (WIDTH - ((points.length - 1 - index) * WIDTH) / (SLOTS - 1)).toFixed(1);
  const y = (kbps: number): string => (HEIGHT - 2 - (Math.max(0, kbps) / most) * (HEIGHT - 6)).toFixed(1);
  const line = points.map(({ kbps }, index) => `${index === 0 ? "M" : "L"}${x(index)} ${y(kbps)}`).join("");
  return { line, area: `${line}L${WIDTH} ${HEIGHT}L${x(0)} ${HEIGHT}Z` };
}

export function BitrateChart({ points }: { readonly points: readonly BitratePoint[] }) {
  const { line, area } = chartPaths(points);
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="mt-1.5 h-11 w-full rounded-md bg-raised"
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
      <path d={area} fill="var(--accent)" opacity="0.18" />
      <path
        d={line}
        fill="none"
        stroke="var(--accent-ink)"
        strokeWidth="1.6"
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
