/** The two buttons, for React applications that have their own window, and the client of `window.electronAPI` below them. */
export { RecordingButton, type RecordingButtonProps } from "./components/RecordingButton.tsx";
export { StreamButton, type StreamButtonProps } from "./components/StreamButton.tsx";
export { ShellClient } from "./state/shell_client.ts";
