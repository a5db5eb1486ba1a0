"""Linux's devices: X11 screens and PulseAudio or PipeWire sound. Nothing here is imported on another system."""
