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

const MASK = "****";
const ADDRESS = /^(rtmp[a-z]{0,2}):(?:\\?\/){2}([^\s"<>]*)/i;
const HOST = /^(?:[\p{L}\p{N}_.-]+|\[[0-9a-z:.%_]+\])(?::\d{1,5})?$/iu;

/**
 * The address as it may be shown: `rtmp://host/app/****`, without user, password, key and arguments. Errs on the side of
 * hiding too much, whatever is typed; the engine does the same by the same table of cases.
 */
export function redactUrl(url: string): string {
  const match = ADDRESS.exec(url.trim());
  if (match === null) return MASK;
  const scheme = `${match[1] ?? ""}://`;
  const rest = (match[2] ?? "").replaceAll("\\/", "/");
  if (rest === "") return scheme;
  const cut = rest.indexOf("/");
  const authority = cut === -1 ? rest : rest.slice(0, cut);
  const path = cut === -1 ? "" : rest.slice(cut + 1);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  // Perhaps a password with a slash in it. Nothing of it can be trusted to be harmless.
  if (!HOST.test(host) || path.includes("@")) return scheme + MASK;
  if (path === "") return scheme + host + (cut === -1 ? "" : "/");
  const segments = path.split("/").filter((segment) => segment !== "");
  const app = segments[0] ?? "";
  // A single segment may be the key; with arguments before its slash the first one may be it too.
  return segments.length > 1 && !app.includes("?") ? `${scheme}${host}/${app}/${MASK}` : `${scheme}${host}/${MASK}`;
}

/** A key as it may be shown: its last two characters when it is long enough to stay secret. */
export function maskKey(key: string): string {
  return key.length >= 12 ? `••••••••${key.slice(-2)}` : "••••••••";
}
