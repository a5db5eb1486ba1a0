"""Live pictures of what encoders get, for readers outside this process."""
