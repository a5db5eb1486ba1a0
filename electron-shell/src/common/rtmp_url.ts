/** Stream addresses: joining a server address with a key, checking, and hiding the key. */

export interface UrlCheck {
  readonly ok: boolean;
  readonly message: string;
}

const FORM = /^(?:rtmp|whip)s?:\/\/[^\s/?#]+(\/[^\s]*)?$/i;

/** Whether this is to be the address of a WHIP server, which wants a token beside it, or nothing, and no key in it. */
export function isWhip(url: string): boolean {
  return /^whips?:\/\//i.test(url.trim());
}

/** The publishing URL of a server address such as `rtmp://host/app` and a key. */
export function joinStreamUrl(server: string, key: string): string {
  return `${server.trim().replace(/\/+$/, "")}/${key.trim().replace(/^\/+/, "")}`;
}

/** Whether `url` is a server address a key can be appended to. */
export function checkServerUrl(url: string): UrlCheck {
  const text = url.trim();
  if (text === "") return { ok: false, message: "Enter the server address, for example rtmp://server/app." };
  if (!/^(?:rtmp|whip)s?:\/\//i.test(text))
    return { ok: false, message: "The address must begin with rtmp://, rtmps://, whip:// or whips://." };
  if (!FORM.test(text)) return { ok: false, message: "This address has no server name." };
  const [, authority = "", behind = ""] = /^(?:rtmp|whip)s?:\/\/([^/]*)\/*(.*)$/i.exec(text) ?? [];
  if (isWhip(text)) {
    if (authority.includes("@"))
      return { ok: false, message: "A WHIP address has no user and password. Its token goes into the field below." };
    return HOST.test(authority)
      ? { ok: true, message: "" }
      : { ok: false, message: "This address has no server name." };
  }
  if (!HOST.test(authority.slice(authority.lastIndexOf("@") + 1)) || behind.includes("@"))
    return { ok: false, message: "A password with / or @ in it is written with %2F or %40 instead." };
  const path = text.replace(/^rtmps?:\/\/[^/]+/i, "").replace(/^\/+|\/+$/g, "");
  if (path === "") return { ok: false, message: "The address lacks the application, the part after the server name." };
  return { ok: true, message: "" };
}

/** Whether `url` is complete: server, application and key. */
export function checkStreamUrl(url: string): UrlCheck {
  const server = checkServerUrl(url);
  if (!server.ok || isWhip(url)) return server;
  const parts = url
    .trim()
    .replace(/^rtmps?:\/\/[^/]+/i, "")
    .split("/")
    .filter((part) => part !== "");
  return parts.length >= 2 ? server : { ok: false, message: "The address has no stream key after the application." };
}

export interface ServerParts {
  /** What may be kept and shown in the clear: scheme, host and application. */
  readonly server: string;
  /** The server's whole address: also its login, its arguments and what follows the application. */
  readonly whole: string;
  /** The stream key at the end of what was pasted, or empty. A last part that ends with a slash is none. */
  readonly key: string;
}

/** The parts of an address that may have come with its key. Only for one that `checkServerUrl` has nothing against. */
export function splitServerUrl(url: string): ServerParts {
  if (isWhip(url)) return { server: whipServer(url), whole: wholeWhip(url), key: "" };
  const [, scheme = "", authority = "", rest = ""] = /^(rtmps?:\/\/)([^/]*)\/*(.*)$/i.exec(url.trim()) ?? [];
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const cut = rest.indexOf("/");
  const first = cut === -1 ? rest : rest.slice(0, cut);
  const after = cut === -1 ? "" : rest.slice(cut + 1).replace(/^\/+/, "");
  // Amazon's hosts have one application, and addresses that leave it out.
  if (after === "" && first !== "app" && /\.live-video\.net(:\d+)?$/i.test(host))
    return { server: `${scheme}${host}/app`, whole: `${scheme}${authority}/app`, key: first };
  const place = after.split("?", 1)[0] ?? "";
  const key = after.endsWith("/") ? "" : after.slice(place.lastIndexOf("/") + 1);
  const between = after.slice(0, after.length - key.length).replace(/\/+$/, "");
  const whole = `${scheme}${authority}/${first}${between === "" ? "" : `/${between}`}`;
  return { server: `${scheme}${host}/${plainPlace(first)}`, whole, key };
}

/**
 * What may be kept in the clear of a server's whole address where there is no safe place: its path, without login and
 * arguments. A path behind the application ends with a slash, which says that its last part is no key.
 */
export function clearServer(whole: string): string {
  if (isWhip(whole)) return whipServer(whole);
  const [, scheme = "", authority = "", rest = ""] = /^(rtmps?:\/\/)([^/]*)\/*(.*)/i.exec(whole) ?? [];
  const place = plainPlace(rest).replace(/\/+$/, "");
  return `${scheme}${authority.slice(authority.lastIndexOf("@") + 1)}/${place}${place.includes("/") ? "/" : ""}`;
}

/** A WHIP address without its path, which holds secrets at some services. */
function whipServer(url: string): string {
  return /^whips?:\/\/[^/?#]*/i.exec(url.trim())?.[0] ?? "";
}

/** With its path as it is: a slash at the end of one has a meaning. */
function wholeWhip(url: string): string {
  const [, server = "", path = ""] = /^(whips?:\/\/[^/]*)(.*)$/i.exec(url.trim()) ?? [];
  return path === "/" ? server : `${server}${path}`;
}

/** What stands before the first argument, by whichever mark a server knows arguments. */
function plainPlace(path: string): string {
  return path.split(/[?#&;=]/, 1)[0] ?? "";
}

const MASK = "****";
const ADDRESS = /^(rtmp[a-z]*|rtsps?|srt|rist|whips?):(?:\\?\/){2}(.*)$/is;
const PLAIN = /^[.-]*[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
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
  if (/[\s"<>]/.test(rest)) return scheme + MASK;
  const cut = rest.indexOf("/");
  const authority = cut === -1 ? rest : rest.slice(0, cut);
  const path = cut === -1 ? "" : rest.slice(cut + 1);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  // Perhaps a password with a slash in it. Nothing of it can be trusted to be harmless.
  if (!HOST.test(host) || path.includes("@")) return scheme + MASK;
  if (path === "") return scheme + host + (cut === -1 ? "" : "/");
  const app = /^whip/i.test(scheme) ? "" : shownApplication(path); // WHIP's servers have secrets anywhere in a path
  return app === "" ? `${scheme}${host}/${MASK}` : `${scheme}${host}/${app}/${MASK}`;
}

/** The first segment of an address' path, or nothing where it may be the key or hold an argument. */
function shownApplication(path: string): string {
  const [place = ""] = path.split(/[?#]/, 1);
  const [app = "", ...more] = place.split("/").filter((segment) => segment !== "");
  const named = more.some((segment) => /[\p{L}\p{N}_]|\*{4}/u.test(segment.replaceAll(/%[0-9a-f]{2}/gi, "")));
  return named && PLAIN.test(app) ? app : "";
}

/** A key as it may be shown: its last two characters when it is long enough to stay secret. */
export function maskKey(key: string): string {
  return key.length >= 12 ? `••••••••${key.slice(-2)}` : "••••••••";
}
