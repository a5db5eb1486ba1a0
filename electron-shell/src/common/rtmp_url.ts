/** Stream addresses: joining a server address with a key, checking, and hiding the key. */

export interface UrlCheck {
  readonly ok: boolean;
  readonly message: string;
}

const FORM = /^rtmps?:\/\/[^\s/?#]+(\/[^\s]*)?$/i;

/** The publishing URL of a server address such as `rtmp://host/app` and a key. */
export function joinStreamUrl(server: string, key: string): string {
  return `${server.trim().replace(/\/+$/, "")}/${key.trim().replace(/^\/+/, "")}`;
}

/** Whether `url` is a server address a key can be appended to. */
export function checkServerUrl(url: string): UrlCheck {
  const text = url.trim();
  if (text === "") return { ok: false, message: "Enter the server address, for example rtmp://server/app." };
  if (!/^rtmps?:\/\//i.test(text)) return { ok: false, message: "The address must begin with rtmp:// or rtmps://." };
  if (!FORM.test(text)) return { ok: false, message: "This address has no server name." };
  const path = text.replace(/^rtmps?:\/\/[^/]+/i, "").replace(/^\/+|\/+$/g, "");
  if (path === "") return { ok: false, message: "The address lacks the application, the part after the server name." };
  return { ok: true, message: "" };
}

/** Whether `url` is complete: server, application and key. */
export function checkStreamUrl(url: string): UrlCheck {
  const server = checkServerUrl(url);
  if (!server.ok) return server;
  const parts = url
    .trim()
    .replace(/^rtmps?:\/\/[^/]+/i, "")
    .split("/")
    .filter((part) => part !== "");
  return parts.length >= 2 ? server : { ok: false, message: "The address has no stream key after the application." };
}

/** The URL with its key, query and any user part hidden: safe to show and to log. */
export function redactUrl(url: string): string {
  const match = /^(rtmps?:\/\/)(?:[^@/]*@)?([^/?#]*)(\/[^?#]*)?/i.exec(url.trim());
  if (match === null) return "****";
  const parts = (match[3] ?? "").split("/").filter((part) => part !== "");
  const app = parts.length === 0 ? "" : `/${parts.length === 1 ? parts[0] : parts.slice(0, -1).join("/")}`;
  return `${(match[1] ?? "").toLowerCase()}${match[2]}${app}${parts.length > 1 || url.includes("?") ? "/****" : ""}`;
}

/** A key as it may be shown: its last two characters when it is long enough to stay secret. */
export function maskKey(key: string): string {
  return key.length >= 12 ? `••••••••${key.slice(-2)}` : "••••••••";
}
