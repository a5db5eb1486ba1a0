/** The engine for Node programs: `const client = createEngineClient(); const recorder = new Recorder(client);` */
import { EngineClient } from "./engine_client.ts";
import { findEngine, type LocationQuery } from "./engine_location.ts";
import { launchEngineProcess } from "./engine_process.ts";

export {
  EngineClient,
  type EngineClientEvents,
  type EngineClientOptions,
  type EngineExit,
  type LostSession,
} from "./engine_client.ts";
export { engineCandidates, findEngine, type LocationQuery } from "./engine_location.ts";
export { launchEngineProcess, type EngineProcessOptions } from "./engine_process.ts";
export { runJob, type JobMethod, type JobOptions } from "./jobs.ts";
export { LineSplitter, LineTooLong } from "./line_splitter.ts";
export { Preview, type PreviewEvents } from "./preview.ts";
export {
  PreviewReader,
  type EncodedPicture,
  type PreviewPicture,
  type PreviewRecord,
  type SignOfLife,
} from "./preview_reader.ts";
export { Recorder } from "./recorder.ts";
export { Replay } from "./replay.ts";
export { RestartPolicy } from "./restart_policy.ts";
export { RpcPeer, type CallOptions } from "./rpc_peer.ts";
export type { SessionEvents, SoundChange } from "./session.ts";
export { SessionLedger } from "./session_ledger.ts";
export { Streamer } from "./streamer.ts";
export type { CloseReason, Launch, Transport, TransportEvents } from "./transport.ts";

export interface CreateOptions {
  readonly location?: LocationQuery;
  readonly env?: NodeJS.ProcessEnv;
  readonly onLog?: (line: string) => void;
}

/** A client of the engine that is found on this machine. It is looked for at each start, so that installing it helps. */
export function createEngineClient(options: CreateOptions = {}): EngineClient {
  const { location, env, onLog } = options;
  return new EngineClient({
    launch: (events) =>
      launchEngineProcess(
        {
          executable: findEngine(location),
          ...(env === undefined ? {} : { env }),
          ...(onLog === undefined ? {} : { onLog }),
        },
        events,
      ),
  });
}
