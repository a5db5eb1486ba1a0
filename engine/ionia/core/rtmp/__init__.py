"""An RTMP publishing client without a socket: bytes in, bytes and events out (Adobe's RTMP specification 1.0)."""
