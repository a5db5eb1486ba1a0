"""Everything that decides: pure code that is handed the time. No threads, clocks, files, sockets, logging, libav."""
