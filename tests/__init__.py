"""Tests and bench of the engine. The engine comes first: it says how numpy is to compute, before that is there."""

import ionia  # noqa: F401 - as above
