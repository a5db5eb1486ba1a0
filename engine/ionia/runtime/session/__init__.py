"""The life of recorders, streamers and replays, and where their packets go."""
