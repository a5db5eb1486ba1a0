/** The destinations of the stand-in engine's streams. */
import { fail, runs } from "./fake_session.mjs";

/** Where a stream goes, by the names of its destinations. */
export function placesOf({ rtmpUrl, streamKey, rtmpUrls }) {
  const places = rtmpUrls ?? [{ rtmpUrl, streamKey }];
  return new Map(
    places.map((one, index) => {
      const { destination = String(index + 1), ...place } = typeof one === "string" ? { rtmpUrl: one } : one;
      return [destination, { ...place, connection: "connecting" }];
    }),
  );
}

export function checkPlace({ rtmpUrl, streamKey }, id) {
  if (/^whips?:/.test(rtmpUrl)) return;
  const address = [rtmpUrl, ...(streamKey ? [streamKey] : [])].join("/");
  if (!/^rtmps?:\/\/[^/]+\/[^/]+\/.+/.test(address))
    throw fail(1302, "bad_url", "not an RTMP URL with app and key", id, "It looks like rtmp://host/app/key.");
}

/** A stream goes to another server, too, to another one, or to one less. */
export function changePlaces(engine, verb, params, session, id) {
  if (session === undefined) throw fail(1003, "no_such_session", `no session ${id}`, id);
  const { destination: name = "1", ...place } = params;
  const { destinations } = session;
  const unknown = () => fail(1304, "bad_destination", `The stream has no destination '${name}'.`, id);
  const go = () => {
    checkPlace(place, id);
    destinations.set(name, { ...place, connection: "connecting" });
    if (runs(session)) engine.connection(id, "connecting", 1, 0, "", null, name);
  };
  switch (verb) {
    case "setDelay":
      return null;
    case "addDestination":
      if (destinations.has(name)) throw fail(1304, "bad_destination", `There is a destination '${name}' already.`, id);
      go();
      return { destination: name };
    case "setDestination":
      if (!destinations.has(name)) throw unknown();
      go();
      return null;
    case "removeDestination":
      if (!destinations.has(name)) throw unknown();
      if (destinations.size === 1) throw fail(1304, "bad_destination", "A stream has one destination at least.", id);
      destinations.delete(name);
      return null;
    default:
      throw fail(-32601, "method_not_found", `no method streamer.${verb}`, "");
  }
}
