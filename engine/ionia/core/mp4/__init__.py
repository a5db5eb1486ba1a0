"""MP4 files as bytes."""
