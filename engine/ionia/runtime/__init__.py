"""Captures, encodes and sessions, and what becomes of them."""
