"""What the engine asks of the process it runs in."""
