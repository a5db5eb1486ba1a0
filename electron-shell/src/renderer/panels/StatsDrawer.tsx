/** Figures for who wants to know: smoothness, losses by cause, bitrate of the last minute, network, machine. */
import type { ReactNode } from "react";
import { formatBitrate, formatBytes, formatMilliseconds, isStreamActive, type ShellState } from "@ionia/common";
import { BitrateChart } from "../components/BitrateChart.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

type Stats = NonNullable<ShellState["recording"]["stats"]> | NonNullable<ShellState["stream"]["stats"]>;

export function StatsDrawer() {
  const client = useShellClient();
  const recording = useShell((state) => state.recording.stats);
  const stream = useShell((state) => state.stream.stats);
  const streaming = useShell((state) => isStreamActive(state.stream.phase));
  const disk = useShell((state) => state.diskFreeBytes);
  const backpressure = useShell((state) => state.stream.backpressure);
  const stats: Stats | null = streaming ? stream : recording;
  const log = streaming ? client.bitrates.stream : client.bitrates.recording;
  const latest = log.latest;
  const late = (stats?.videoFramesLagged ?? 0) + (stats?.videoFramesMissed ?? 0);
  const dropped = stream?.videoPacketsDropped ?? 0;
  const unsent = stream?.videoPacketsUnsent ?? 0;
  const count = (value: number | null | undefined): string => (value ?? 0).toLocaleString("en");
  return (
    <section
      aria-label="Statistics"
      tabIndex={0}
      className="relative max-h-[40vh] shrink-0 overflow-x-hidden overflow-y-auto border-t border-line bg-panel px-5 py-3.5"
    >
      <div className="grid grid-cols-2 min-[520px]:grid-cols-3 min-[820px]:grid-cols-[1.6fr_repeat(5,minmax(0,1fr))] gap-x-5 gap-y-2">
        <figure>
          <figcaption className="flex justify-between gap-2 text-[12px] whitespace-nowrap text-muted">
            <span>Bitrate, last minute</span>
            <span className="font-medium text-ink tabular-nums">
              {latest === undefined ? "no data" : formatBitrate(latest.kbps * 1000)}
            </span>
          </figcaption>
          <BitrateChart points={log.points} />
        </figure>
        <Tile title="Frame rate" value={latest === undefined ? "–" : latest.fps.toFixed(1)} unit="fps">
          {stats?.encodeMsAvg == null ? "no encoder yet" : `${formatMilliseconds(stats.encodeMsAvg)} to encode`}
        </Tile>
        <Tile
          title="Lost frames"
          value={count(late + (stats?.videoFramesSkipped ?? 0) + (streaming ? dropped + unsent : 0))}
        >
          {count(late)} late, {count(stats?.videoFramesSkipped)} skipped
          {streaming && `, ${count(dropped)} dropped${unsent > 0 ? `, ${count(unsent)} unsent` : ""}`}
        </Tile>
        <Tile title="Latency" value={streaming && stream !== null ? formatMilliseconds(stream.currentLatencyMs) : "–"}>
          {streaming && stream !== null
            ? backpressure
              ? "the network is too slow"
              : `most ${formatMilliseconds(stream.maxLatencyMs)}`
            : "not live"}
        </Tile>
        <Tile title="Reconnects" value={stream === null ? "–" : count(stream.reconnectCount)}>
          {stream?.bytesSent == null ? "not live" : `${formatBytes(stream.bytesSent)} sent`}
        </Tile>
        <Tile title="Disk left" value={disk === null ? "–" : formatBytes(disk)}>
          {stats?.cpuPercent == null
            ? "CPU not measured"
            : `CPU ${Math.round(stats.cpuPercent)} %, ${stats.codec ?? ""}`}
        </Tile>
      </div>
    </section>
  );
}

function Tile({
  title,
  value,
  unit = "",
  children,
}: {
  readonly title: string;
  readonly value: string;
  readonly unit?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <h3 className="text-[12px] text-muted">{title}</h3>
      <p className="mt-0.5 truncate text-[19px] font-semibold tabular-nums">
        {value}
        {unit !== "" && <span className="ml-1 text-[12px] font-normal text-muted">{unit}</span>}
      </p>
      <p className="text-[12px] leading-tight text-muted tabular-nums">{children}</p>
    </div>
  );
}
