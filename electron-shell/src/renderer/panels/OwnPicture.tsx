/** Which picture a destination gets: the stream's, or one of a rate and a size of its own. */
import { formatBitrate, ownPicture, pictureSize, streamParams, type DestinationSetting } from "@ionia/common";
import { Select } from "../components/controls.tsx";
import { useShell, useShellClient } from "../state/use_shell.ts";

const MBITS = [1, 1.5, 2.5, 4, 6, 8, 12];
const HEIGHTS = [1080, 720, 540, 480, 360];

export function OwnPicture({ destination }: { readonly destination: DestinationSetting }) {
  const client = useShellClient();
  const settings = useShell((state) => state.settings);
  const devices = useShell((state) => state.devices);
  const { videoBitrate: streams = settings.videoBitrate } = streamParams(settings, devices);
  const { height: whole } = pictureSize(settings, devices);
  const own = ownPicture(destination);
  const rates = [...new Set([...MBITS.map((mbits) => mbits * 1e6), ...(own.videoBitrate ? [own.videoBitrate] : [])])];
  const heights = HEIGHTS.filter((height) => height < whole || height === own.height);
  return (
    <div className="mt-3">
      <div className="grid grid-cols-2 gap-2.5">
        <Select
          label="Rate there"
          value={String(own.videoBitrate ?? "")}
          options={[
            { value: "", label: `As the stream, ${formatBitrate(streams)}` },
            ...rates
              .sort((one, other) => one - other)
              .map((rate) => ({ value: String(rate), label: formatBitrate(rate) })),
          ]}
          onChange={(value) =>
            void client.changeDestination(destination.id, { videoBitrate: value === "" ? null : Number(value) })
          }
        />
        <Select
          label="Size there"
          value={String(own.height ?? "")}
          options={[
            { value: "", label: `As the stream, ${whole}p` },
            ...heights.map((height) => ({ value: String(height), label: `${height}p` })),
          ]}
          onChange={(value) =>
            void client.changeDestination(destination.id, { height: value === "" ? null : Number(value) })
          }
        />
      </div>
      {Object.keys(own).length > 0 && (
        <p className="mt-1 text-[12px] text-muted">
          The picture is encoded once more for it. A change while live connects there anew.
        </p>
      )}
    </div>
  );
}
