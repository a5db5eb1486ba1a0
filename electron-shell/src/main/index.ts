/** The parts of the main process that work without Electron; the application itself begins in electron_main.ts. */
export * from "./handlers.ts";
export * from "./history_store.ts";
export * from "./json_file.ts";
export * from "./key_store.ts";
export * from "./left_out.ts";
export * from "./media_response.ts";
export * from "./open_takes.ts";
export * from "./preview_control.ts";
export * from "./recording_path.ts";
export * from "./sender_check.ts";
export * from "./shell_store.ts";
export * from "./status_text.ts";
export * from "./stored_value.ts";
export * from "./studio.ts";
export * from "./update_policy.ts";
export * from "./updates.ts";
export * from "./video_request.ts";
