"""The life of recorders and streamers, and where their packets go."""
