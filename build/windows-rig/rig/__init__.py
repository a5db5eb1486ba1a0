"""Builds and runs the Windows rig. Standard library only: it has to work before anything is installed."""
