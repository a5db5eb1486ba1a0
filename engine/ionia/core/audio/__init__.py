"""Sound as pure code: where each sample belongs, clocks that drift, mixing, levels."""
