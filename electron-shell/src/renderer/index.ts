/** The two buttons, for React applications that have their own window. */
export { RecordingButton, type RecordingButtonProps } from "./components/RecordingButton.tsx";
export { StreamButton, type StreamButtonProps } from "./components/StreamButton.tsx";
