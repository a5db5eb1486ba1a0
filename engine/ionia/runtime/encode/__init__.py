"""From pictures and sound to ordered packets."""
