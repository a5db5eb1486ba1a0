/** What the parts of the stand-in engine say of a session: whether it runs, and errors as on the wire. */
export const fail = (code, kind, message, id, hint = "") =>
  Object.assign(new Error(message), { rpc: { code, message, data: { kind, hint, id } } });

export const runs = (session) => session?.state === "running" || session?.state === "paused";
