"""Where encoded packets go. A sink obeys `core.ports.PacketSink`, has no thread, and never sees a picture."""
