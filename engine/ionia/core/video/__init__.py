"""When pictures are due, and what becomes of those that are not there."""
