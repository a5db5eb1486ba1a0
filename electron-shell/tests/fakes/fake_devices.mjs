/** What the stand-in engine has for screens, sound and encoders. */
export const DEVICES = {
  screens: [
    { id: "x11:0", name: "DP-1", width: 2560, height: 1440, x: 0, y: 0, primary: true, backend: "x11grab" },
    { id: "x11:1", name: "HDMI-1", width: 1920, height: 1080, x: 2560, y: 0, primary: false, backend: "x11grab" },
  ],
  windows: [],
  applications: [],
  desktopAudio: [{ id: "out.monitor", name: "Built-in Audio", default: true }],
  microphones: [
    { id: "mic-1", name: "Studio Microphone", default: true },
    { id: "mic-2", name: "Webcam", default: false },
  ],
  encoders: [
    { name: "h264_nvenc", hardware: true, available: false, reason: "no NVIDIA driver", proof: "", gpuProof: "" },
    { name: "libx264", hardware: false, available: true, reason: "", proof: "", gpuProof: "" },
  ],
};
