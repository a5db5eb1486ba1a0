"""The picture and tone that tell their own time."""
