/** Everything the sides of the shell share. */
export * from "./codecs.ts";
export * from "./destinations.ts";
export * from "./endings.ts";
export * from "./engine_error.ts";
export * from "./engine_types.ts";
export * from "./format.ts";
export * from "./ipc.ts";
export type { EngineMethods, EngineNotifications } from "./rpc.generated.ts";
export * from "./quality.ts";
export * from "./rtmp_url.ts";
export * from "./services.ts";
export * from "./settings.ts";
export * from "./shell_state.ts";
export * from "./sounds.ts";
export * from "./stream_view.ts";
export * from "./strip.ts";
export * from "./warnings.ts";
