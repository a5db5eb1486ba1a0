"""Screens and sound, behind the seams of `ionia.core.ports`. Platform packages are imported only when asked for."""
