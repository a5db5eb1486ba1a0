/** Where a stream goes: one destination by the old settings, and more beside it, which may have a picture of their own. Pure. */
import { FIRST_DESTINATION, MORE_IDS, type DestinationPatch, type DestinationSetting } from "./destination_setting.ts";
import { checkServerUrl, isWhip } from "./rtmp_url.ts";
import { SERVICES, serviceById } from "./services.ts";
import type { Settings } from "./settings.ts";

/** What has a key in the key store, by its slot there, each with the masked form to show. */
export type SavedKeys = Readonly<Record<string, string>>;

/** All of them, the first one in front. */
export function destinationsOf(settings: Settings): readonly DestinationSetting[] {
  const { destinationName: name, service, customServer: server, destinationEnabled: enabled } = settings;
  return [{ id: FIRST_DESTINATION, name, service, server, enabled }, ...settings.moreDestinations];
}

export function destinationOf(settings: Settings, id: string): DestinationSetting | undefined {
  return destinationsOf(settings).find((one) => one.id === id);
}

/** The settings with one changed; the same where there is none of this id. */
export function withDestination(settings: Settings, id: string, patch: DestinationPatch): Settings {
  if (id !== FIRST_DESTINATION) {
    const moreDestinations = settings.moreDestinations.map((one) => (one.id === id ? { ...one, ...patch } : one));
    return { ...settings, moreDestinations };
  }
  const { name, service, server, enabled } = patch;
  return {
    ...settings,
    ...(name === undefined ? {} : { destinationName: name }),
    ...(service === undefined ? {} : { service }),
    ...(server === undefined ? {} : { customServer: server }),
    ...(enabled === undefined ? {} : { destinationEnabled: enabled }),
  };
}

/** The next one that may be added, or undefined when there are as many as there may be. */
export function nextDestination(settings: Settings, enabled: boolean): DestinationSetting | undefined {
  const used = new Set(settings.moreDestinations.map(({ id }) => id));
  const id = MORE_IDS.find((one) => !used.has(one));
  if (id === undefined) return undefined;
  // One of each service is what people have.
  const others = new Set(destinationsOf(settings).map(({ service }) => service));
  const service = SERVICES.find((one) => !others.has(one.id))?.id ?? "custom";
  return { id, name: "", service, server: "", enabled };
}

/** What the engine is told of a picture of its own; nothing of one that has the stream's. */
export function ownPicture(destination: DestinationSetting): { videoBitrate?: number; height?: number } {
  const { videoBitrate = null, height = null } = destination;
  return { ...(videoBitrate === null ? {} : { videoBitrate }), ...(height === null ? {} : { height }) };
}

/** What goes out of this machine to all that are switched on, in bits per second, and in how many encodes. */
export function uploadOf(
  settings: Settings,
  videoBitrate: number,
  audioBitrate: number,
): { bits: number; encodes: number } {
  const used = destinationsOf(settings).filter(({ enabled }) => enabled);
  const rates = used.map((destination) => (ownPicture(destination).videoBitrate ?? videoBitrate) + audioBitrate);
  const pictures = new Set(used.map((destination) => JSON.stringify(ownPicture(destination))));
  return { bits: rates.reduce((sum, rate) => sum + rate, 0), encodes: pictures.size };
}

/** Under which name the vault has its stream key. Of the first one each service has a key of its own. */
export function keySlot({ id, service }: Pick<DestinationSetting, "id" | "service">): string {
  return id === FIRST_DESTINATION ? service : `destination-${id}`;
}

/** Under which name the vault has the whole address of a custom server, where that has more than may be shown. */
export function serverSlot({ id }: Pick<DestinationSetting, "id">): string {
  return id === FIRST_DESTINATION ? "customServer" : `destination-${id}-server`;
}

/** Whether a token goes there in place of a stream key, if the server wants one. */
export function takesToken(destination: Pick<DestinationSetting, "service" | "server">): boolean {
  return isWhip(serverAddress(destination));
}

export function serverAddress({ service, server }: Pick<DestinationSetting, "service" | "server">): string {
  return service === "custom" ? server : serviceById(service).server;
}

/** What people call it: its own name, else its service's or its server's. */
export function destinationTitle({ name, service, server }: Omit<DestinationSetting, "id" | "enabled">): string {
  if (name.trim() !== "") return name.trim();
  if (service !== "custom") return serviceById(service).name;
  const [, host = ""] = /^(?:rtmp|whip)s?:\/\/([^/]+)/i.exec(server.trim()) ?? [];
  return checkServerUrl(server).ok ? host : serviceById(service).name;
}

/** What one still lacks, or nothing. */
export function destinationLacks(destination: DestinationSetting, savedKeys: SavedKeys): string {
  const server = checkServerUrl(serverAddress(destination));
  if (!server.ok) return server.message;
  if (takesToken(destination)) return "";
  return savedKeys[keySlot(destination)] === undefined ? "Enter the stream key under Live first." : "";
}

/** What has to be filled in before going live, or nothing. Names the destination where there are several. */
export function streamLacks(settings: Settings, savedKeys: SavedKeys): string {
  const all = destinationsOf(settings);
  const used = all.filter(({ enabled }) => enabled);
  if (used.length === 0) return "Switch a destination on under Live first.";
  for (const destination of used) {
    const lacks = destinationLacks(destination, savedKeys);
    if (lacks !== "") return all.length === 1 ? lacks : `${destinationTitle(destination)}: ${lacks}`;
  }
  return "";
}
