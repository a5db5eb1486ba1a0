"""Ionia: a recording and streaming engine that an application embeds."""

__version__ = "0.1.0"
