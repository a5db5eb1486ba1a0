/** Short names for the generated wire types. Only aliases: a shape written here by hand could drift. */
import type { EngineMethods, EngineNotifications } from "./rpc.generated.ts";

export type MethodName = keyof EngineMethods;
export type ParamsOf<M extends MethodName> = EngineMethods[M]["params"];
export type ResultOf<M extends MethodName> = EngineMethods[M]["result"];
export type NotificationName = keyof EngineNotifications;

export type { JobResult, RegionOption, SessionKind } from "./rpc.generated.ts";
export type EngineInfo = ResultOf<"engine.info">;
export type DeviceList = ResultOf<"engine.devices">;
export type RecorderStats = ResultOf<"recorder.getStats">;
export type StreamerStats = ResultOf<"streamer.getStats">;
export type ReplayStats = ResultOf<"replay.getStats">;
export type RecorderInitialize = ParamsOf<"recorder.initialize">;
export type StreamerInitialize = ParamsOf<"streamer.initialize">;

/** The wire's major version that this client speaks. */
export const PROTOCOL_MAJOR = 1;
