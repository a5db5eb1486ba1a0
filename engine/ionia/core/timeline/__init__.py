"""Order and cuts of encoded packets."""
