"""Ionia: a recording and streaming engine that an application embeds."""

import os

__version__ = "0.1.0"

# Before anything imports numpy, and for the processes that the engine starts. Its matrix products are a millisecond of
# sound each; shared out among threads, whoever does the sum waits for a core that another program has (decision 0210).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
