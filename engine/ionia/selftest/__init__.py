"""Tries a user's machine through the real engine, as any client would, and judges what it measured."""
