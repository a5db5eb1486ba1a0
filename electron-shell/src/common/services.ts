/** The services that people stream to, and where those are. */

export type ServiceId = "twitch" | "youtube" | "facebook" | "custom";

export interface Service {
  readonly id: ServiceId;
  readonly name: string;
  /** Server address, without a key; empty for custom. */
  readonly server: string;
  readonly keyHelp: string;
}

export const SERVICES: readonly Service[] = [
  {
    id: "twitch",
    name: "Twitch",
    server: "rtmp://live.twitch.tv/app",
    keyHelp: "Creator Dashboard, Settings, Stream",
  },
  {
    id: "youtube",
    name: "YouTube",
    server: "rtmps://a.rtmps.youtube.com/live2",
    keyHelp: "YouTube Studio, Create, Go live",
  },
  {
    id: "facebook",
    name: "Facebook",
    server: "rtmps://live-api-s.facebook.com:443/rtmp",
    keyHelp: "Live Producer, Streaming software",
  },
  { id: "custom", name: "Custom server", server: "", keyHelp: "Given by whoever runs the server" },
];

export function serviceById(id: ServiceId): Service {
  return SERVICES.find((service) => service.id === id) ?? (SERVICES[SERVICES.length - 1] as Service);
}
