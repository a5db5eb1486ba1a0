"""What the bytes of a codec mean, without libav."""
