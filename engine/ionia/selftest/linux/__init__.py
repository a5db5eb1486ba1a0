"""What the self-test shows and plays on Linux."""
